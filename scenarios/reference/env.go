package reference

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"time"
)

// Env is everything that the integration is told from outside.
type Env struct {
	LoginURL     string // SF_LOGIN_URL, base URL that serves /services/oauth2/token
	ClientID     string // SF_CLIENT_ID
	ClientSecret string // SF_CLIENT_SECRET
	APIVersion   string // SF_API_VERSION, for example 67.0
	ListenAddr   string // LISTEN_ADDR, host:port of the source-facing API
	SourceURL    string // SOURCE_URL, a feed to fetch transactions from; "" for none
	AlertURL     string // ALERT_URL, "" sends no alerts
	StateDir     string // STATE_DIR, a directory that survives restarts
	// BulkFrom is BULK_THRESHOLD: Bulk takes over when so many transactions
	// that may go that way wait. 0 leaves it to DefaultPlan.
	BulkFrom int

	// What follows is no variable: a program takes the machine's own, and
	// whoever runs the integration within another program may give it others.

	Listen func(network, addr string) (net.Listener, error)                  // nil: net.Listen
	Dial   func(ctx context.Context, network, addr string) (net.Conn, error) // nil: a net.Dialer's
	Output io.Writer                                                         // nil: os.Stderr
}

// orMachine is e with the machine's own network and output where none is given.
func (e Env) orMachine() Env {
	if e.Listen == nil {
		e.Listen = net.Listen
	}
	if e.Dial == nil {
		e.Dial = (&net.Dialer{Timeout: time.Second, KeepAlive: 15 * time.Second}).DialContext
	}
	if e.Output == nil {
		e.Output = os.Stderr
	}
	return e
}

// EnvFrom reads Env with getenv, usually os.Getenv. The error names every
// variable that is missing or wrong.
func EnvFrom(getenv func(string) string) (Env, error) {
	env := Env{
		LoginURL:     getenv("SF_LOGIN_URL"),
		ClientID:     getenv("SF_CLIENT_ID"),
		ClientSecret: getenv("SF_CLIENT_SECRET"),
		APIVersion:   getenv("SF_API_VERSION"),
		ListenAddr:   getenv("LISTEN_ADDR"),
		SourceURL:    getenv("SOURCE_URL"),
		AlertURL:     getenv("ALERT_URL"),
		StateDir:     getenv("STATE_DIR"),
	}
	threshold, err := wholeNumber(getenv("BULK_THRESHOLD"))
	env.BulkFrom = threshold
	return env, errors.Join(err, env.check())
}

func wholeNumber(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("BULK_THRESHOLD is %q: a whole number above 0 is needed, or none", text)
	}
	return n, nil
}

func (e Env) check() error {
	required := []struct{ name, value string }{
		{"SF_LOGIN_URL", e.LoginURL}, {"SF_CLIENT_ID", e.ClientID}, {"SF_CLIENT_SECRET", e.ClientSecret},
		{"SF_API_VERSION", e.APIVersion}, {"LISTEN_ADDR", e.ListenAddr}, {"STATE_DIR", e.StateDir},
	}
	var errs []error
	for _, r := range required {
		if r.value == "" {
			errs = append(errs, fmt.Errorf("environment variable %s is not set", r.name))
		}
	}
	for _, u := range []struct{ name, value string }{{"SF_LOGIN_URL", e.LoginURL}, {"SOURCE_URL", e.SourceURL}} {
		if u.value != "" && !absoluteURL(u.value) {
			errs = append(errs, fmt.Errorf("%s is no absolute http or https URL", u.name))
		}
	}
	return errors.Join(errs...)
}

func absoluteURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}
