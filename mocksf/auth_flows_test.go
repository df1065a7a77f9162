package mocksf_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// form makes a form of names and values.
func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// token asks the token endpoint and returns what it says.
func (d *door) ask(pairs ...string) (int, map[string]any) {
	d.t.Helper()
	return d.postForm("/services/oauth2/token", form(pairs...))
}

// works tells whether an access token opens the REST API.
func (d *door) works(token any) bool {
	d.t.Helper()
	return d.do("GET", "limits", nil, "Authorization", "Bearer "+token.(string)).status == 200
}

// browse makes a request as a browser does, without following redirects.
func (d *door) browse(method, path string, fields url.Values) answered {
	d.t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(fields.Encode()))
	w := httptest.NewRecorder()
	d.org.ServeHTTP(w, request)
	return answered{w.Code, w.Header(), w.Body.String()}
}

func TestJWTBearer(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	d := openDoor(t, mocksf.Config{ClientID: "id", Username: "ann", Auth: mocksf.Auth{Apps: []mocksf.ConnectedApp{
		{ClientID: "app", Key: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})}, {ClientID: "keyless"},
	}}})
	for name, c := range map[string]struct{ app, user, audience, want string }{
		"login host":    {"app", "ann", "https://login.salesforce.com", ""},
		"bare host":     {"app", "ann", "test.salesforce.com", ""},
		"own URL":       {"app", "ann", d.url + "/services/oauth2/token", ""},
		"elsewhere":     {"app", "ann", "https://login.example.com", "Audience validation failed"},
		"no URL":        {"app", "ann", "https://%zz", "Audience validation failed"},
		"another user":  {"app", "bob", "https://login.salesforce.com", "user hasn't approved this consumer"},
		"no key":        {"keyless", "ann", "https://login.salesforce.com", "invalid assertion"},
		"not an app":    {"nobody", "ann", "https://login.salesforce.com", "invalid assertion"},
		"configured id": {"id", "ann", "https://login.salesforce.com", "invalid assertion"},
	} {
		assertion, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
			"iss": c.app, "sub": c.user, "aud": c.audience, "exp": time.Now().Add(3 * time.Minute).Unix(),
		}).SignedString(key)
		require.NoError(t, err)
		status, got := d.ask("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion", assertion)
		if c.want != "" {
			assert.Equal(t, 400, status, name)
			assert.Equal(t, c.want, got["error_description"], name)
			continue
		}
		require.Equal(t, 200, status, "%s: %v", name, got)
		assert.True(t, d.works(got["access_token"]), name)
		assert.NotContains(t, got, "refresh_token")
	}
}

func TestAppsAreInsistedOn(t *testing.T) {
	s := mocksf.RunT(t, func(c *mocksf.Config) { c.Auth.Apps = []mocksf.ConnectedApp{{ClientID: "a", Secret: "s%1"}} })
	d := &door{t: t, org: s.Org, url: s.URL}
	defer http.DefaultClient.CloseIdleConnections()
	status, _ := d.postForm("/services/oauth2/token", form("grant_type", "client_credentials"), "a", "s%251")
	assert.Equal(t, 200, status, "escaped, as RFC 6749 wants it")
	for want, client := range map[string][2]string{"invalid_client": {"a", "x"}, "invalid_client_id": {"b", "s%1"}} {
		_, got := d.ask("grant_type", "client_credentials", "client_id", client[0], "client_secret", client[1])
		assert.Equal(t, want, got["error"])
	}
	assert.ErrorContains(t, mocksf.Auth{Apps: []mocksf.ConnectedApp{{ClientID: "a", Key: []byte("x")}}}.Check(), "connected app a: no PEM block")
	assert.ErrorContains(t, mocksf.Auth{Apps: []mocksf.ConnectedApp{{}}}.Check(), "has no client id")
}

func TestAuthorizationCodeWithPKCE(t *testing.T) {
	d := openDoor(t, mocksf.Config{Password: "p"})
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	const back = "http://localhost:1717/OauthRedirect"
	authorize := func(change ...string) string {
		v := form("response_type", "code", "client_id", "PlatformCLI", "redirect_uri", back, "state", "<s>", "code_challenge", challenge)
		for i := 0; i+1 < len(change); i += 2 {
			v.Set(change[i], change[i+1])
		}
		return "/services/oauth2/authorize?" + v.Encode()
	}
	answer := func(path string, pairs ...string) *url.URL {
		page := d.browse("GET", path, nil)
		require.Equal(t, 200, page.status, page.body)
		assert.Contains(t, page.header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
		ticket := regexp.MustCompile(`name="ticket" value="([^"]+)"`).FindStringSubmatch(page.body)
		require.NotNil(t, ticket)
		sent := d.browse("POST", path, form(append(pairs, "ticket", ticket[1])...))
		assert.Equal(t, 400, d.browse("POST", path, form("ticket", ticket[1], "answer", "allow")).status, "a ticket is good once")
		to, err := url.Parse(sent.header.Get("Location"))
		require.NoError(t, err)
		return to
	}
	to := answer(authorize(), "username", "ann", "password", "p", "answer", "allow")
	assert.Equal(t, back, strings.Split(to.String(), "?")[0])
	assert.Equal(t, "<s>", to.Query().Get("state"))
	redeem := func(code, verifier, uri string) map[string]any {
		_, got := d.ask("grant_type", "authorization_code", "client_id", "PlatformCLI", "code", code, "redirect_uri", uri, "code_verifier", verifier)
		return got
	}
	got := redeem(to.Query().Get("code"), verifier, back)
	require.True(t, d.works(got["access_token"]), got)
	assert.NotEmpty(t, got["refresh_token"])
	assert.Equal(t, "expired authorization code", redeem(to.Query().Get("code"), verifier, back)["error_description"], "a code is good once")

	code := func() string {
		return answer(authorize(), "username", "ann", "password", "p", "answer", "allow").Query().Get("code")
	}
	assert.Equal(t, "invalid code verifier", redeem(code(), "x", back)["error_description"])
	assert.Equal(t, "redirect_uri_mismatch", redeem(code(), verifier, back+"x")["error"])
	assert.Equal(t, "access_denied", answer(authorize(), "answer", "deny").Query().Get("error"))
	assert.Empty(t, answer(authorize(), "username", "ann", "password", "wrong", "answer", "allow").String())
	implicit := answer(authorize("response_type", "token"), "username", "ann", "password", "p", "answer", "allow")
	fragment, err := url.ParseQuery(implicit.EscapedFragment())
	require.NoError(t, err)
	assert.True(t, d.works(fragment.Get("access_token")))

	for want, change := range map[string][2]string{
		"redirect_uri_mismatch": {"redirect_uri", "https://evil.example/"}, "invalid_client_id": {"client_id", ""},
	} {
		page := d.browse("GET", authorize(change[0], change[1]), nil)
		assert.Equal(t, 400, page.status)
		assert.Contains(t, page.body, want)
		assert.Empty(t, page.header.Get("Location"))
	}
	for want, change := range map[string][2]string{
		"unsupported_response_type": {"response_type", "x"}, "invalid_request": {"code_challenge_method", "plain"},
	} {
		assert.Contains(t, d.browse("GET", authorize(change[0], change[1]), nil).header.Get("Location"), back+"?error="+want)
	}
	hostile := d.browse("GET", authorize("client_id", `"><script>`, "login_hint", `"><script>`), nil)
	assert.NotContains(t, hostile.body, "<script>")
}

func TestDeviceFlow(t *testing.T) {
	var now atomic.Int64
	d := openDoor(t, mocksf.Config{Clock: func() time.Duration { return time.Duration(now.Load()) }})
	start := func() map[string]any {
		status, got := d.ask("response_type", "device_code", "client_id", "tv", "scope", "api refresh_token")
		require.Equal(t, 200, status)
		assert.Equal(t, d.url+"/setup/connect", got["verification_uri"])
		assert.EqualValues(t, 5, got["interval"])
		return got
	}
	poll := func(started map[string]any) map[string]any {
		_, got := d.ask("grant_type", "device", "client_id", "tv", "code", started["device_code"].(string))
		return got
	}
	first := start()
	assert.Equal(t, "authorization_pending", poll(first)["error"])
	assert.Contains(t, d.browse("GET", "/setup/connect?user_code="+first["user_code"].(string), nil).body, first["user_code"])
	assert.Contains(t, d.browse("POST", "/setup/connect", form("user_code", "NOPE", "username", "ann", "password", "p", "answer", "allow")).body, "No device waits")
	assert.Contains(t, d.browse("POST", "/setup/connect", form("user_code", first["user_code"].(string), "username", "ann", "answer", "allow")).body, "Invalid username")
	d.browse("POST", "/setup/connect", form("user_code", first["user_code"].(string), "username", "ann", "password", "p", "answer", "allow"))
	got := poll(first)
	require.True(t, d.works(got["access_token"]), got)
	assert.NotEmpty(t, got["refresh_token"])
	assert.Equal(t, "invalid_grant", poll(first)["error"])

	second := start()
	require.True(t, d.org.AuthorizeDevice(second["user_code"].(string), "ann", false))
	assert.Equal(t, "access_denied", poll(second)["error"])
	third := start()
	now.Store(int64(10 * time.Minute))
	assert.Equal(t, "invalid_grant", poll(third)["error"])
}

func TestRefreshTokens(t *testing.T) {
	d := openDoor(t, mocksf.Config{Auth: mocksf.Auth{RotateRefresh: true, IssuedRefreshOnly: true, RefreshCutsSessions: true}})
	refresh := func(token any) map[string]any {
		_, got := d.ask("grant_type", "refresh_token", "client_id", "app", "refresh_token", token.(string))
		return got
	}
	assert.Equal(t, "expired access/refresh token", refresh("made up")["error_description"])
	old := d.org.Authorize("app", "ann")
	first := refresh(old)
	second := refresh(first["refresh_token"])
	assert.False(t, d.works(first["access_token"]), "cut by the refresh")
	assert.True(t, d.works(second["access_token"]))
	assert.Equal(t, "invalid_grant", refresh(old)["error"], "used again")
	assert.False(t, d.works(second["access_token"]), "whoever holds the old one may hold the new one too")
	assert.Equal(t, "invalid_grant", refresh(second["refresh_token"])["error"])

	third := refresh(d.org.Authorize("app", "ann"))
	status, _ := d.postForm("/services/oauth2/revoke", form("token", third["refresh_token"].(string)))
	assert.Equal(t, 200, status)
	assert.False(t, d.works(third["access_token"]))
	a := d.browse("POST", "/services/oauth2/revoke", form("token", "x"))
	assert.Equal(t, 400, a.status)
	assert.Equal(t, "error=unsupported_token_type&error_description=this+token+type+is+not+supported", a.body)
}

func TestASessionThatIsUsedLives(t *testing.T) {
	var now atomic.Int64
	d := openDoor(t, mocksf.Config{Clock: func() time.Duration { return time.Duration(now.Load()) }, TokenLife: time.Hour, Auth: mocksf.Auth{LifeSinceUse: true}})
	for range 3 {
		now.Add(int64(59 * time.Minute))
		require.True(t, d.works(d.token))
	}
	now.Add(int64(time.Hour))
	assert.False(t, d.works(d.token))
}

func TestIntrospect(t *testing.T) {
	d := openDoor(t, mocksf.Config{ClientID: "id", ClientSecret: "secret"})
	look := func(token, secret string) (int, map[string]any) {
		return d.postForm("/services/oauth2/introspect", form("token", token), "id", secret)
	}
	status, got := look(d.token, "secret")
	require.Equal(t, 200, status)
	assert.Equal(t, true, got["active"])
	assert.Equal(t, "id", got["client_id"])
	assert.EqualValues(t, 7200, got["exp"].(float64)-got["iat"].(float64))
	_, got = look(d.org.Authorize("id", "ann"), "secret")
	assert.Equal(t, "refresh_token", got["token_type"])
	assert.Equal(t, "ann", got["username"])
	for _, token := range []string{"", "x", d.org.Visit("crowd")} {
		_, got = look(token, "secret")
		assert.Equal(t, map[string]any{"active": false}, got)
	}
	status, got = look(d.token, "wrong")
	assert.Equal(t, 401, status)
	assert.Equal(t, "invalid_client", got["error"])
}

func TestTheIdentityServiceRefusesInItsOwnWay(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for path, want := range map[string]string{
		"/services/oauth2/userinfo":                           "403 Missing_OAuth_Token",
		"/services/oauth2/userinfo?access_token=x":            "403 Missing_OAuth_Token",
		"/id/00D/005?oauth_token=x":                           "403 Bad_OAuth_Token",
		"/id/00D/005?oauth_token=" + url.QueryEscape(d.token): "404 Bad_Id",
	} {
		a := d.browse("GET", path, nil)
		assert.Equal(t, want, fmt.Sprint(a.status, " ", a.body), path)
	}
}
