package mocksf

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLocal(t *testing.T) {
	l := newLocal(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }), Config{
		PublicURL: "https://Org.Example:8443", Serving: Serving{AllowHosts: []string{"Squall"}, AllowOrigins: []string{"http://localhost:3000"}},
	}, false)
	const through = http.StatusTeapot
	for _, c := range []struct {
		host   string
		header [2]string
		want   int
	}{
		{"127.0.0.1:8080", [2]string{}, through},
		{"localhost", [2]string{}, through},
		{"[::1]:8080", [2]string{}, through},
		{"10.1.2.3:8080", [2]string{}, through}, // an address cannot be made to point elsewhere
		{"login.salesforce.com", [2]string{}, through},
		{"Acme.my.Salesforce.com:443", [2]string{}, through},
		{"org.example:8443", [2]string{}, through},
		{"squall:8080", [2]string{}, through},
		{"evil.example", [2]string{}, http.StatusForbidden},
		{"localhost.evil.example", [2]string{}, http.StatusForbidden},
		{"evilsalesforce.com", [2]string{}, http.StatusForbidden},
		{"", [2]string{}, http.StatusForbidden},
		{"localhost:8080", [2]string{"Origin", "http://localhost:8080"}, through},
		{"localhost:8080", [2]string{"Origin", "http://localhost:3000"}, through},
		{"localhost:8080", [2]string{"Origin", "http://localhost:3001"}, http.StatusForbidden},
		{"localhost:8080", [2]string{"Origin", "https://evil.example"}, http.StatusForbidden},
		{"localhost:8080", [2]string{"Origin", "null"}, http.StatusForbidden},
		{"localhost:8080", [2]string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		{"localhost:8080", [2]string{"Sec-Fetch-Site", "none"}, through},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Host = c.host
		r.Header.Set(c.header[0], c.header[1])
		w := httptest.NewRecorder()
		l.ServeHTTP(w, r)
		assert.Equal(t, c.want, w.Code, "%s %v", c.host, c.header)
		if c.want == http.StatusForbidden {
			assert.Contains(t, w.Body.String(), `"errorCode":"FORBIDDEN"`)
		}
	}
}

func TestAPageOfAnAllowedOriginIsAnswered(t *testing.T) {
	l := newLocal(http.NotFoundHandler(), Config{Serving: Serving{AllowOrigins: []string{"http://localhost:3000/"}}}, false)
	r := httptest.NewRequest("OPTIONS", "http://localhost/services/data", nil)
	r.Header.Set("Origin", "http://localhost:3000")
	r.Header.Set("Access-Control-Request-Method", "PATCH")
	r.Header.Set("Access-Control-Request-Headers", "authorization")
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	assert.Equal(t, http.StatusNoContent, w.Code)
	assert.Equal(t, "http://localhost:3000", w.Header().Get("Access-Control-Allow-Origin"))
	assert.Equal(t, "authorization", w.Header().Get("Access-Control-Allow-Headers"))

	link := httptest.NewRequest("GET", "http://localhost/services/oauth2/authorize", nil) // an app's page sends its user here
	link.Header.Set("Sec-Fetch-Site", "cross-site")
	link.Header.Set("Sec-Fetch-Mode", "navigate")
	w = httptest.NewRecorder()
	l.ServeHTTP(w, link)
	assert.Equal(t, http.StatusNotFound, w.Code)
}

// An org that other machines reach goes by any name, and still keeps out the
// pages of other origins.
func TestAnOpenOrgRefusesForeignPages(t *testing.T) {
	l := newLocal(http.NotFoundHandler(), Config{}, true)
	for origin, want := range map[string]int{"": http.StatusNotFound, "http://any.example:8080": http.StatusNotFound, "https://evil.example": http.StatusForbidden} {
		r := httptest.NewRequest("POST", "http://any.example:8080/services/data", nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		w := httptest.NewRecorder()
		l.ServeHTTP(w, r)
		assert.Equal(t, want, w.Code, origin)
	}
}
