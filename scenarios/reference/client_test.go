package reference

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakeTokens hands out one token after another.
type fakeTokens struct {
	instance string
	rejected atomic.Int64
}

func (f *fakeTokens) Token(context.Context) (Token, error) {
	return Token{Access: string(rune('a' + f.rejected.Load())), Instance: f.instance}, nil
}

func (f *fakeTokens) Reject(Token) { f.rejected.Add(1) }

// client returns a client of a server that answers with handler.
func client(t *testing.T, handler http.HandlerFunc) (*Client, *fakeTokens) {
	server := httptest.NewServer(handler)
	c := newClient(Env{APIVersion: "67.0"})
	tokens := &fakeTokens{instance: server.URL}
	c.Tokens = tokens
	t.Cleanup(func() {
		c.HTTP.CloseIdleConnections()
		server.Close()
	})
	return c, tokens
}

func do(t *testing.T, c *Client) (Reply, *Failure) {
	t.Helper()
	reply, err := c.Do(t.Context(), Call{Method: http.MethodGet, Path: "/limits"})
	if err == nil {
		return reply, nil
	}
	var f *Failure
	require.ErrorAs(t, err, &f)
	return reply, f
}

func TestATokenIsReplacedOnce(t *testing.T) {
	var seen []string
	refuse := true
	c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		if !refuse && r.Header.Get("Authorization") != "Bearer a" {
			return
		}
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]`))
	})
	_, failure := do(t, c)
	require.NotNil(t, failure)
	assert.Equal(t, Session, Classify(failure))
	assert.Equal(t, []string{"Bearer a", "Bearer b"}, seen, "one replay, no loop")
	refuse, seen = false, nil
	_, failure = do(t, c)
	assert.Nil(t, failure)
}

func TestATokenGoesNowhereElse(t *testing.T) {
	var stolen atomic.Bool
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Store(true) }))
	defer thief.Close()
	c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, thief.URL, http.StatusTemporaryRedirect)
	})
	_, failure := do(t, c)
	require.NotNil(t, failure)
	assert.Equal(t, http.StatusTemporaryRedirect, failure.Status)
	assert.False(t, stolen.Load())
}

func TestAPageIsNoSalesforceError(t *testing.T) {
	c, _ := client(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`[{"errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION"}]`))
	})
	_, failure := do(t, c)
	assert.Equal(t, &Failure{Status: 503, Foreign: true}, failure)
}

// 300 is no success and passes by no waiting: somebody must look at the records.
func TestAnExternalIDOfSeveralRecordsIsPermanent(t *testing.T) {
	several := Reply{Status: 300, Type: "application/json", Body: []byte(`["/services/data/v67.0/sobjects/Contact/1","/services/data/v67.0/sobjects/Contact/2"]`)}
	assert.Equal(t, "HTTP 300 DUPLICATE_EXTERNAL_ID: several records have this external id", several.failure().Error())
	assert.Equal(t, Permanent, Classify(several.failure()))
	assert.Equal(t, Retry, Classify(Reply{Status: 300, Type: "text/html"}.failure()), "a page")
}

func TestACallThatCannotBeFormedIsPermanent(t *testing.T) {
	c, _ := client(t, nil)
	_, err := c.Do(t.Context(), Call{Method: http.MethodGet, Path: "/%zz"})
	assert.Equal(t, Permanent, c.Class(err))
}

func TestASilentServerCostsOneTimeout(t *testing.T) {
	release := make(chan struct{})
	c, _ := client(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	c.Timeout = 10 * time.Millisecond
	_, failure := do(t, c)
	require.NotNil(t, failure)
	assert.Equal(t, "no answer in time", failure.Error())
	assert.Equal(t, Retry, Classify(failure))
}

func login(t *testing.T, handler http.HandlerFunc) *Login {
	server := httptest.NewServer(handler)
	l := &Login{HTTP: newHTTPClient(NewTransport((&net.Dialer{}).DialContext, 4)), Env: Env{LoginURL: server.URL + "/", ClientID: "me", ClientSecret: "s"}, Timeout: time.Second}
	t.Cleanup(func() {
		l.HTTP.CloseIdleConnections()
		server.Close()
	})
	return l
}

func TestOneLoginAtATime(t *testing.T) {
	var logins atomic.Int64
	l := login(t, func(w http.ResponseWriter, r *http.Request) {
		logins.Add(1)
		assert.Equal(t, "client_credentials me s", r.FormValue("grant_type")+" "+r.FormValue("client_id")+" "+r.FormValue("client_secret"))
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"a","instance_url":"http://127.0.0.1:1/"}`))
	})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			token, err := l.Token(t.Context())
			assert.NoError(t, err)
			assert.Equal(t, Token{Access: "a", Instance: "http://127.0.0.1:1"}, token)
		})
	}
	all.Wait()
	assert.EqualValues(t, 1, logins.Load())
	l.Reject(Token{Access: "an older one"})
	_, err := l.Token(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 1, logins.Load(), "only the current token can be rejected")
}

func TestAFailedLoginIsNobodysFault(t *testing.T) {
	for name, c := range map[string]struct {
		status     int
		kind, body string
	}{
		"wrong secret": {400, "application/json", `{"error":"invalid_client_id","error_description":"x"}`},
		"page":         {200, "text/html", "<html>"},
		"no token":     {200, "application/json", `{}`},
		"no instance":  {200, "application/json", `{"access_token":"a","instance_url":"/"}`},
		"overload":     {503, "text/html", "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			l := login(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.kind)
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			})
			_, err := l.Token(t.Context())
			var f *Failure
			require.ErrorAs(t, err, &f)
			assert.Equal(t, Retry, Classify(f))
			assert.NotContains(t, err.Error(), "secret")
		})
	}
}

// Whoever asks a moment later is told the same, and the org is not asked again.
func TestALoginThatFailedSpeaksForTheNextOnes(t *testing.T) {
	var logins atomic.Int64
	l := login(t, func(w http.ResponseWriter, _ *http.Request) {
		logins.Add(1)
		w.WriteHeader(http.StatusBadRequest)
	})
	_, first := l.Token(t.Context())
	l.rest = time.Now().Add(time.Hour)
	for range 5 {
		_, err := l.Token(t.Context())
		assert.Equal(t, first, err)
	}
	assert.EqualValues(t, 1, logins.Load())
	l.rest = time.Now()
	_, err := l.Token(t.Context())
	assert.Error(t, err)
	assert.EqualValues(t, 2, logins.Load())
}

func TestALoginOutlivesTheCallerThatBeganIt(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	l := login(t, func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-release
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"a","instance_url":"http://127.0.0.1:1"}`))
	})
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { _, err := l.Token(ctx); left <- err }()
	<-begun
	cancel()
	assert.ErrorIs(t, <-left, context.Canceled)
	close(release)
	token, err := l.Token(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "a", token.Access)
}
