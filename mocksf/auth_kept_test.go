package mocksf

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTooManySessionsEndTheOldest(t *testing.T) {
	s := sessions{random: fromSeed(1)}
	visitor := s.admit("v")
	var tokens []string
	for range maxSessions + 1 {
		tokens = append(tokens, s.start(&session{life: 1}))
	}
	alive := func(token string) bool { _, ok := s.lookup(token, 0); return ok }
	assert.False(t, alive(tokens[0]))
	assert.False(t, alive(tokens[1]))
	assert.True(t, alive(tokens[2]))
	assert.True(t, alive(tokens[maxSessions]))
	assert.True(t, alive(visitor))
	assert.Equal(t, maxSessions, len(s.live))
	few := sessions{random: fromSeed(1)}
	for range 5000 {
		few.end(few.start(&session{}))
	}
	assert.LessOrEqual(t, len(few.order), 1000, "the ended are forgotten")
}

// What is kept of a login must not keep the whole body.
func TestLoginsKeepLittle(t *testing.T) {
	body := "client_id=" + strings.Repeat("c", maxKeptText) + "&grant_type=client_credentials"
	form, err := url.ParseQuery(body)
	require.NoError(t, err)
	require.Nil(t, keepable(form))
	assert.NotZero(t, testing.AllocsPerRun(1, func() { _ = keepable(form) }), "a copy")

	org := New(Config{})
	defer org.Close()
	fits := form.Get("client_id")
	for name, send := range map[string]func(text string) *http.Request{
		"form": func(text string) *http.Request { return post("/services/oauth2/token", "client_id="+text) },
		"url":  func(text string) *http.Request { return post("/services/oauth2/token?state="+text, "client_id=c") },
		"head": func(text string) *http.Request {
			hr := post("/services/oauth2/token", "")
			hr.SetBasicAuth(text, "s")
			return hr
		},
		"soap": func(text string) *http.Request {
			return post("/services/Soap/u/60.0", "<e><Body><login><username>"+text+"</username><password>p</password></login></Body></e>")
		},
	} {
		assert.Equal(t, 200, statusOf(org, send(fits)), name)
		assert.Less(t, 200, statusOf(org, send(fits+"c")), name)
	}
	assert.Equal(t, 413, statusOf(org, post("/services/oauth2/token", strings.Repeat("x", maxForm))))
	assert.Len(t, org.sessions.live, 4)
}

// post is a login; a body that is no SOAP has more parameters.
func post(path, body string) *http.Request {
	if !strings.HasPrefix(body, "<") {
		body = "grant_type=client_credentials&client_secret=s&" + body
	}
	return httptest.NewRequest("POST", path, strings.NewReader(body))
}

func statusOf(org *Org, hr *http.Request) int {
	w := httptest.NewRecorder()
	org.ServeHTTP(w, hr)
	return w.Code
}

// A refresh token that a client brought is good, so it can be revoked unused.
func TestRevokeOfABroughtToken(t *testing.T) {
	org := New(Config{})
	defer org.Close()
	assert.True(t, org.revoke(refreshPrefix+"brought"))
	assert.False(t, org.revoke(refreshPrefix+"brought"))
	assert.Equal(t, 400, statusOf(org, httptest.NewRequest("POST", "/services/oauth2/token", strings.NewReader("grant_type=refresh_token&client_id=c&refresh_token="+refreshPrefix+"brought"))))
	assert.False(t, org.revoke("anything"))
}

func TestLookingAtATokenIsNoUse(t *testing.T) {
	s := sessions{random: fromSeed(1)}
	token := s.start(&session{life: 10, renew: true})
	_, ok := s.peek(token, 5)
	assert.True(t, ok)
	_, ok = s.lookup(token, 9)
	assert.True(t, ok)
	_, ok = s.peek(token, 18)
	assert.True(t, ok)
	_, ok = s.lookup(token, 19)
	assert.False(t, ok, "the use at 9 was the last")
}
