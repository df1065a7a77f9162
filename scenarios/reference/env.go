package reference

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
)

// Env is everything that the integration is told from outside.
type Env struct {
	LoginURL     string // SF_LOGIN_URL, base URL that serves /services/oauth2/token
	ClientID     string // SF_CLIENT_ID
	ClientSecret string // SF_CLIENT_SECRET
	APIVersion   string // SF_API_VERSION, for example 67.0
	ListenAddr   string // LISTEN_ADDR, host:port of the source-facing API
	AlertURL     string // ALERT_URL, "" sends no alerts
	StateDir     string // STATE_DIR, a directory that survives restarts
	// BulkFrom is BULK_THRESHOLD: Bulk takes over when so many transactions
	// that may go that way wait. 0 leaves it to DefaultPlan.
	BulkFrom int
}

// EnvFromOS reads Env with getenv, usually os.Getenv. The error names every
// variable that is missing or wrong.
func EnvFromOS(getenv func(string) string) (Env, error) {
	env := Env{
		LoginURL:     getenv("SF_LOGIN_URL"),
		ClientID:     getenv("SF_CLIENT_ID"),
		ClientSecret: getenv("SF_CLIENT_SECRET"),
		APIVersion:   getenv("SF_API_VERSION"),
		ListenAddr:   getenv("LISTEN_ADDR"),
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
	if e.LoginURL != "" && !absoluteURL(e.LoginURL) {
		errs = append(errs, errors.New("SF_LOGIN_URL is no absolute http or https URL"))
	}
	return errors.Join(errs...)
}

func absoluteURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}
