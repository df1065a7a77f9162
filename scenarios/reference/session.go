package reference

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

// Token is an access token and the host that it is for. It is never sent to
// any other host.
type Token struct {
	Access   string
	Instance string // base URL without trailing slash
}

// Tokens hands out access tokens.
type Tokens interface {
	// Token returns the current token, after logging in if there is none.
	Token(ctx context.Context) (Token, error)
	// Reject says that the org does not accept the token any more.
	Reject(Token)
}

// Login gets tokens by the OAuth client credentials flow. However many callers
// find that the token has expired, one of them logs in and the others wait for it.
type Login struct {
	HTTP    *http.Client
	Env     Env
	Timeout time.Duration // 0 waits for ever

	flight  singleflight.Group
	callers atomic.Int64 // who have waited for a flight
	mu      sync.Mutex
	current Token
	failed  error // of the last login, nil when it succeeded
	rest    time.Time
}

// loginRest is how long a login that failed speaks for the next ones: an org
// counts logins too, and every worker finds out at its own time.
const loginRest = 250 * time.Millisecond

// mostCallers is more than there are calls at once.
const mostCallers = 64

// Token returns the current token.
func (l *Login) Token(ctx context.Context) (Token, error) {
	if token := l.get(); token != (Token{}) {
		return token, nil
	}
	result := l.flight.DoChan("login", func() (any, error) {
		if token, err := l.recent(); token != (Token{}) || err != nil {
			return token, err // somebody else's flight has just landed
		}
		token, err := l.login(context.WithoutCancel(ctx)) // one caller's end is not everybody's
		l.note(err)
		return token, err
	})
	place := int(l.callers.Add(1) % mostCallers)
	select {
	case r := <-result:
		inTurn(ctx, place, loginTurn)
		token, _ := r.Val.(Token)
		return token, r.Err
	case <-ctx.Done():
		return Token{}, ctx.Err()
	}
}

func (l *Login) get() Token {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current
}

// recent is the current token, or the failure of a login of this moment.
func (l *Login) recent() (Token, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current == (Token{}) && time.Now().Before(l.rest) {
		return Token{}, l.failed
	}
	return l.current, nil
}

func (l *Login) note(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed, l.rest = err, time.Now().Add(loginRest)
}

// Reject forgets the token, unless it has been replaced already.
func (l *Login) Reject(token Token) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current == token {
		l.current = Token{}
	}
}

func (l *Login) login(ctx context.Context) (Token, error) {
	if l.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, l.Timeout)
		defer cancel()
	}
	form := url.Values{"grant_type": {"client_credentials"},
		"client_id": {l.Env.ClientID}, "client_secret": {l.Env.ClientSecret}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost,
		strings.TrimSuffix(l.Env.LoginURL, "/")+"/services/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		return Token{}, &Failure{Err: err}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	reply, err := roundTrip(l.HTTP, req)
	if err != nil {
		return Token{}, refused(err)
	}
	return l.keep(reply)
}

// refused turns every failed login into one that is tried again: wrong
// credentials are nothing that a transaction could be blamed for.
func refused(err error) error {
	var f *Failure
	if errors.As(err, &f) && f.Err == nil {
		return &Failure{Status: http.StatusServiceUnavailable, Code: "LOGIN_FAILED", Message: f.Error()}
	}
	return err
}

func (l *Login) keep(reply Reply) (Token, error) {
	var answer struct {
		AccessToken string `json:"access_token"`
		InstanceURL string `json:"instance_url"`
	}
	err := json.Unmarshal(reply.Body, &answer)
	if err != nil || reply.Type != "application/json" || answer.AccessToken == "" || !absoluteURL(answer.InstanceURL) {
		return Token{}, &Failure{Status: http.StatusServiceUnavailable, Code: "LOGIN_FAILED", Message: "the answer holds no usable token"}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.current = Token{Access: answer.AccessToken, Instance: strings.TrimSuffix(answer.InstanceURL, "/")}
	return l.current, nil
}
