package mutants

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/squall-harness/squall/scenarios/reference"
)

var sessionNeverRefreshed = Mutant{
	Name:     "session-never-refreshed",
	Defect:   "It keeps its access token in a file and uses it for ever.",
	Source:   "seen in production logs: every request with a token older than a quarter of an hour failed",
	Scenario: outage,
	Breaks:   []string{drained},
	Run: with(func(p *reference.Parts) {
		p.Client.Tokens = savedToken{Tokens: p.Client.Tokens, file: filepath.Join(p.Env.StateDir, "token.json")}
	}),
}

// savedToken asks for a token once in a lifetime of the state directory.
type savedToken struct {
	reference.Tokens
	file string
}

func (t savedToken) Token(ctx context.Context) (token reference.Token, err error) {
	saved, err := os.ReadFile(t.file)
	if err == nil && json.Unmarshal(saved, &token) == nil {
		return token, nil
	}
	if token, err = t.Tokens.Token(ctx); err != nil {
		return token, err
	}
	saved, err = json.Marshal(token)
	if err != nil {
		return token, err
	}
	return token, os.WriteFile(t.file, saved, 0o600)
}

// Reject does not do what its name says.
func (savedToken) Reject(reference.Token) {}

var tokenCapturedOnce = Mutant{
	Name:     "token-captured-once",
	Defect:   "It puts the access token into its Bulk client when it starts: when the session ends, no job comes to an end.",
	Source:   "seen in the fix of a public extractor: the header was built before the loop over the batches",
	Scenario: bulkCalls,
	Breaks:   []string{drained},
	Run: with(func(p *reference.Parts) {
		captured := *p.Client
		captured.Tokens = &capturedToken{Tokens: p.Client.Tokens}
		p.Bulk.Client = &captured
	}),
}

// capturedToken asks for a token once.
type capturedToken struct {
	reference.Tokens
	mu    sync.Mutex
	token reference.Token
}

func (t *capturedToken) Token(ctx context.Context) (token reference.Token, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token == (reference.Token{}) {
		t.token, err = t.Tokens.Token(ctx)
	}
	return t.token, err
}

var loginPerCall = Mutant{
	Name:     "login-per-call",
	Defect:   "It logs in for each request.",
	Source:   "named in the documentation of Salesforce as what uses up the hourly logins",
	Scenario: outage,
	Breaks:   []string{noOverload},
	Run:      with(func(p *reference.Parts) { p.Client.Tokens = freshToken{p} }),
}

// freshToken asks for a token each time.
type freshToken struct{ *reference.Parts }

func (t freshToken) Token(ctx context.Context) (reference.Token, error) {
	return (&reference.Login{HTTP: t.Client.HTTP, Env: t.Env, Timeout: t.Client.Timeout}).Token(ctx)
}

func (freshToken) Reject(reference.Token) {}

var noTimeout = Mutant{
	Name:     "no-timeout",
	Defect:   "It waits for every answer as long as it takes.",
	Source:   "seen in public clients that set no timeout by default: a login froze for four hours",
	Scenario: outage,
	Breaks:   []string{drained},
	Run: with(func(p *reference.Parts) {
		patient := &http.Client{Transport: &http.Transport{DialContext: p.Env.Dial, MaxIdleConnsPerHost: 24}}
		p.Client.HTTP, p.Client.Timeout, p.Client.ProbeTimeout = patient, 0, 0
		p.Client.Tokens = &reference.Login{HTTP: patient, Env: p.Env}
	}),
}

var resetIsFinal = Mutant{
	Name:     "reset-is-final",
	Defect:   "It takes the reset of a connection for the end of the matter: the row waits for its next change.",
	Source:   "seen in public issues: the first call on an idle connection fails, the same call again succeeds",
	Scenario: resets,
	Breaks:   []string{noLoss},
	Run: with(func(p *reference.Parts) {
		p.Client.Classify = func(f *reference.Failure) reference.Class {
			if errors.Is(f.Err, syscall.ECONNRESET) || errors.Is(f.Err, io.EOF) || errors.Is(f.Err, io.ErrUnexpectedEOF) {
				return reference.Delivered
			}
			return reference.Classify(f)
		}
	}),
}

var leakedBody = Mutant{
	Name:     "leaked-body",
	Defect:   "It looks at the status of an error, neither reads nor closes its body, and runs out of connections.",
	Source:   "seen in the source of a public Go client, on its error paths",
	Scenario: outage,
	Breaks:   []string{drained},
	Run: withStop(func(life context.Context, p *reference.Parts) {
		p.Client.HTTP.Transport = leaking{smallPool(p), life}
	}),
}

// transport is the reference's connection pool.
func transport(p *reference.Parts) *http.Transport { return p.Client.HTTP.Transport.(*http.Transport) }

// smallPool has no more connections than there are workers.
func smallPool(p *reference.Parts) *http.Transport {
	t := transport(p).Clone()
	t.MaxConnsPerHost, t.ResponseHeaderTimeout = p.Queue.Plan.Workers, p.Client.Timeout
	return t
}

// leaking holds on to the connection of each error.
type leaking struct {
	*http.Transport
	life context.Context // a request ends with it, not with its caller
}

func (l leaking) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.Transport.RoundTrip(req.WithContext(l.life))
	if err == nil && resp.StatusCode >= 300 {
		resp.Body = http.NoBody // and nobody knows of the old one any more
	}
	return resp, err
}
