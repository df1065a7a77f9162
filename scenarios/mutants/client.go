package mutants

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"

	"github.com/squall-harness/squall/scenarios/reference"
)

var sessionNeverRefreshed = Mutant{
	Name:   "session-never-refreshed",
	Defect: "It keeps its access token in a file and uses it for ever.",
	Source: "seen in production logs: every request with a token older than a quarter of an hour failed",
	Breaks: []string{drained},
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

var loginPerCall = Mutant{
	Name:   "login-per-call",
	Defect: "It logs in for each request.",
	Source: "named in the documentation of Salesforce as what uses up the hourly logins",
	Breaks: []string{noOverload},
	Run:    with(func(p *reference.Parts) { p.Client.Tokens = freshToken{p} }),
}

// freshToken asks for a token each time.
type freshToken struct{ *reference.Parts }

func (t freshToken) Token(ctx context.Context) (reference.Token, error) {
	return (&reference.Login{HTTP: t.Client.HTTP, Env: t.Env, Timeout: t.Client.Timeout}).Token(ctx)
}

func (freshToken) Reject(reference.Token) {}

var noTimeout = Mutant{
	Name:   "no-timeout",
	Defect: "It waits for every answer as long as it takes.",
	Source: "seen in public clients that set no timeout by default: a login froze for four hours",
	Breaks: []string{drained},
	Run: with(func(p *reference.Parts) {
		patient := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 24}}
		p.Client.HTTP, p.Client.Timeout, p.Client.ProbeTimeout = patient, 0, 0
		p.Client.Tokens = &reference.Login{HTTP: patient, Env: p.Env}
	}),
}
