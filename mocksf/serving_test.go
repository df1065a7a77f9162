package mocksf_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// trusting is a client that trusts a server's authority and comes by its proxy,
// if it has one.
func trusting(t *testing.T, s *mocksf.Server) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(s.CA))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	if s.ProxyURL != "" {
		proxy, err := url.Parse(s.ProxyURL)
		require.NoError(t, err)
		transport.Proxy = http.ProxyURL(proxy)
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// login logs in and returns the token endpoint's answer.
func login(t *testing.T, client *http.Client, base string, pairs ...string) map[string]any {
	t.Helper()
	reply, err := client.PostForm(base+"/services/oauth2/token", form(append([]string{"client_id", "c", "client_secret", "s"}, pairs...)...))
	require.NoError(t, err)
	defer func() { _ = reply.Body.Close() }()
	got := map[string]any{}
	require.NoError(t, json.NewDecoder(reply.Body).Decode(&got))
	return got
}

func TestTLS(t *testing.T) {
	s := mocksf.RunT(t, func(c *mocksf.Config) { c.Serving.TLS = true })
	client := trusting(t, s)
	got := login(t, client, s.URL, "grant_type", "client_credentials")
	assert.Equal(t, s.URL, got["instance_url"])
	byName := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	assert.Equal(t, byName, login(t, client, byName, "grant_type", "client_credentials")["instance_url"])
	assert.True(t, s.Loopback)

	stranger := &http.Client{Transport: &http.Transport{}}
	_, err := stranger.Get(s.URL)
	var unknown x509.UnknownAuthorityError
	assert.ErrorAs(t, err, &unknown)
	_, err = tls.Dial("tcp", strings.TrimPrefix(s.URL, "https://"), &tls.Config{ServerName: "bank.example", InsecureSkipVerify: true}) //nolint:gosec // what it would get is the question
	assert.Error(t, err, "no certificate for other names")
}

func TestClientsThatKnowSalesforcesHostsOnly(t *testing.T) {
	s := mocksf.RunT(t, func(c *mocksf.Config) { c.Serving.ConnectProxy = "127.0.0.1:0" })
	client := trusting(t, s)
	got := login(t, client, "https://login.salesforce.com", "grant_type", "password", "username", "ann", "password", "p")
	instance, _ := got["instance_url"].(string)
	assert.Regexp(t, `^https://[a-z-]+\.my\.salesforce\.com$`, instance)
	assert.Regexp(t, `^https://login\.salesforce\.com/id/`, got["id"])
	for _, where := range []string{instance + "/services/data/v67.0/limits", got["id"].(string)} {
		request, err := http.NewRequest("GET", where, nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+got["access_token"].(string))
		reply, err := client.Do(request)
		require.NoError(t, err)
		assert.Equal(t, 200, reply.StatusCode, where)
		require.NoError(t, reply.Body.Close())
	}
	got = login(t, client, "https://test.salesforce.com", "grant_type", "client_credentials")
	assert.Equal(t, "request not supported on this domain", got["error_description"])
	got = login(t, client, "https://acme.my.salesforce.com", "grant_type", "client_credentials")
	assert.Equal(t, "https://acme.my.salesforce.com", got["instance_url"])

	for _, elsewhere := range []string{"https://example.com", "https://evilsalesforce.com", "https://login.salesforce.com:8443", "http://login.salesforce.com"} {
		reply, err := client.Get(elsewhere)
		if err != nil { // a CONNECT that is refused
			assert.Contains(t, err.Error(), "Forbidden", elsewhere)
			continue
		}
		assert.Equal(t, 405, reply.StatusCode, elsewhere)
		require.NoError(t, reply.Body.Close())
	}
}

// A client may speak before it has heard that the tunnel stands, and may leave
// out the name in its TLS handshake.
func TestTheTunnelTakesWhatComesEarly(t *testing.T) {
	s := mocksf.RunT(t, func(c *mocksf.Config) { c.Serving.ConnectProxy = "127.0.0.1:0" })
	own := strings.TrimPrefix(s.URL, "http://")
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.ProxyURL, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\nGET /services/data HTTP/1.1\r\nHost: %s\r\n\r\n", own, own, own)
	require.NoError(t, err)
	r := bufio.NewReader(conn)
	for range 2 {
		reply, err := http.ReadResponse(r, &http.Request{Method: "CONNECT"})
		require.NoError(t, err)
		assert.Equal(t, 200, reply.StatusCode)
	}

	nameless, err := net.Dial("tcp", strings.TrimPrefix(s.ProxyURL, "http://"))
	require.NoError(t, err)
	defer func() { _ = nameless.Close() }()
	_, err = io.WriteString(nameless, "CONNECT login.salesforce.com:443 HTTP/1.1\r\nHost: login.salesforce.com:443\r\n\r\n")
	require.NoError(t, err)
	_, err = http.ReadResponse(bufio.NewReader(nameless), &http.Request{Method: "CONNECT"})
	require.NoError(t, err)
	secure := tls.Client(nameless, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // its certificate is looked at below
	require.NoError(t, secure.Handshake())
	assert.Equal(t, []string{"login.salesforce.com"}, secure.ConnectionState().PeerCertificates[0].DNSNames)
}

func TestACutResetsATunnelToo(t *testing.T) {
	s := mocksf.RunT(t, func(c *mocksf.Config) {
		c.Serving.ConnectProxy = "127.0.0.1:0"
		c.Hook = func(*mocksf.Call) mocksf.Decision { return mocksf.Decision{Cut: true} }
	})
	_, err := trusting(t, s).Get("https://login.salesforce.com/services/data")
	assert.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF), "%v", err)
}

func TestServeRefusesWhatMakesNoSense(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = taken.Close() }()
	for want, change := range map[string]func(*mocksf.Config){
		"is no base such as":       func(c *mocksf.Config) { c.PublicURL = "org.example" },
		"no base such as https://": func(c *mocksf.Config) { c.PublicURL = "https://org.example/path" },
		"none of its addresses":    func(c *mocksf.Config) { c.Serving.ConnectProxy = "0.0.0.0:0" },
		"proxy cannot listen":      func(c *mocksf.Config) { c.Serving.ConnectProxy = taken.Addr().String() },
		"address already in use":   func(c *mocksf.Config) { c.Serving.Addr = taken.Addr().String() },
		"no PEM block":             func(c *mocksf.Config) { c.Auth.Apps = []mocksf.ConnectedApp{{ClientID: "a", Key: []byte("x")}} },
	} {
		var cfg mocksf.Config
		change(&cfg)
		_, err := mocksf.Serve(cfg)
		assert.ErrorContains(t, err, want)
	}
}

func TestThePublicURLIsWhatTheOrgCallsItself(t *testing.T) {
	s := mocksf.RunT(t, func(c *mocksf.Config) { c.PublicURL = "https://org.example:8443/"; c.Serving.TLS = true })
	got := login(t, trusting(t, s), s.URL, "grant_type", "client_credentials")
	assert.Equal(t, "https://org.example:8443", got["instance_url"])
	client := trusting(t, s)
	client.Transport.(*http.Transport).TLSClientConfig.ServerName = "org.example"
	request, err := http.NewRequest("GET", s.URL+"/services/data", nil)
	require.NoError(t, err)
	request.Host = "org.example:8443"
	reply, err := client.Do(request)
	require.NoError(t, err)
	assert.Equal(t, 200, reply.StatusCode)
	require.NoError(t, reply.Body.Close())
}
