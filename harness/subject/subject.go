// Package subject starts, watches and stops the integration under test. Env is
// the whole contract: a subject is given these variables and nothing else.
package subject

import (
	"context"
	"io"
	"time"
)

// Env is what a subject is given, by variable name.
type Env struct {
	LoginURL     string // SF_LOGIN_URL, through the fault proxy
	ClientID     string // SF_CLIENT_ID
	ClientSecret string // SF_CLIENT_SECRET
	Username     string // SF_USERNAME
	Password     string // SF_PASSWORD, the security token appended
	APIVersion   string // SF_API_VERSION, for example 67.0
	ListenAddr   string // LISTEN_ADDR, 127.0.0.1:port
	SourceURL    string // SOURCE_URL, the feed to fetch transactions from; "" when they are pushed
	AlertURL     string // ALERT_URL
	StatusURL    string // SF_STATUS_URL, the status API of Salesforce; "" when no fault says what it shows
	StateDir     string // STATE_DIR, survives restarts within the run
	// Extra holds further variables that a scenario asks for; they come last
	// and win over the contract's.
	Extra map[string]string

	net Network // of a function; see Listen and DialContext
	log io.Writer
}

// Subject is an integration under test. Start may be called again after the
// instance was killed or stopped; the Env is the same then.
type Subject interface {
	// Name is a short word for reports.
	Name() string
	// Command is how a person would start it, for the report and the command
	// that repeats the run.
	Command() string
	// Start starts an instance. Its output is appended to the file logPath.
	// When ctx ends, the instance is killed.
	Start(ctx context.Context, env Env, logPath string) (Instance, error)
}

// Instance is one life of a subject.
type Instance interface {
	// Kill ends it without warning: SIGKILL to it and its children. It returns
	// when the instance is dead; an instance that has ended is no error.
	Kill() error
	// Stop asks it to end (SIGTERM), and kills it after grace; that it had to
	// is an error.
	Stop(grace time.Duration) error
	// Done is closed when it has ended, for whatever reason.
	Done() <-chan struct{}
	// Err says how it ended; nil after exit status 0. Only after Done.
	Err() error
}

// Pausable is an Instance that can be stopped in its tracks and go on as if
// nothing had happened.
type Pausable interface {
	Pause() error
	Resume() error
}
