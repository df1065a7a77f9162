package mocksf_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

func (d *door) postForm(path string, form url.Values, basic ...string) (int, map[string]any) {
	d.t.Helper()
	request, err := http.NewRequest("POST", d.url+path, strings.NewReader(form.Encode()))
	require.NoError(d.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	if len(basic) == 2 {
		request.SetBasicAuth(basic[0], basic[1])
	}
	reply, err := http.DefaultClient.Do(request)
	require.NoError(d.t, err)
	defer func() { _ = reply.Body.Close() }()
	text, err := io.ReadAll(reply.Body)
	require.NoError(d.t, err)
	got := map[string]any{}
	if len(text) > 0 {
		require.NoError(d.t, json.Unmarshal(text, &got), string(text))
	}
	return reply.StatusCode, got
}

func TestTokenEndpoint(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for name, c := range map[string]struct {
		form  url.Values
		basic []string
		want  string
	}{
		"client credentials": {form: url.Values{"grant_type": {"client_credentials"}, "client_id": {"c"}, "client_secret": {"s"}}},
		"basic":              {form: url.Values{"grant_type": {"client_credentials"}}, basic: []string{"c", "s"}},
		"password":           {form: url.Values{"grant_type": {"password"}, "client_id": {"c"}, "client_secret": {"s"}, "username": {"u"}, "password": {"p"}}},
		"refresh":            {form: url.Values{"grant_type": {"refresh_token"}, "client_id": {"c"}, "refresh_token": {"r"}}},
		"no secret":          {form: url.Values{"grant_type": {"client_credentials"}, "client_id": {"c"}}, want: "invalid_client"},
		"no client":          {form: url.Values{"grant_type": {"client_credentials"}}, want: "invalid_client_id"},
		"no password":        {form: url.Values{"grant_type": {"password"}, "client_id": {"c"}, "username": {"u"}}, want: "invalid_grant"},
		"no refresh token":   {form: url.Values{"grant_type": {"refresh_token"}, "client_id": {"c"}}, want: "invalid_grant"},
		"unknown grant":      {form: url.Values{"grant_type": {"magic"}, "client_id": {"c"}}, want: "unsupported_grant_type"},
		"nothing":            {form: url.Values{}, want: "unsupported_grant_type"},
	} {
		status, got := d.postForm("/services/oauth2/token", c.form, c.basic...)
		if c.want != "" {
			assert.Equal(t, 400, status, name)
			assert.Equal(t, c.want, got["error"], name)
			assert.NotEmpty(t, got["error_description"], name)
			continue
		}
		require.Equal(t, 200, status, "%s: %v", name, got)
		assert.Equal(t, d.url, got["instance_url"], name)
		assert.Equal(t, "Bearer", got["token_type"], name)
		assert.IsType(t, "", got["issued_at"], name)
		assert.Regexp(t, `^00D[0-9A-Za-z]{12}!\S+$`, got["access_token"], name)
		assert.Regexp(t, `/id/00D\w{15}/005\w{15}$`, got["id"], name)
		if secret := c.form.Get("client_secret"); secret != "" {
			mac := hmac.New(sha256.New, []byte(secret))
			mac.Write([]byte(got["id"].(string) + got["issued_at"].(string)))
			assert.Equal(t, base64.StdEncoding.EncodeToString(mac.Sum(nil)), got["signature"], "%s: clients check it with the secret that they have", name)
		}
	}
}

func TestTokensInTheFormatAskedFor(t *testing.T) {
	d := openDoor(t, mocksf.Config{Password: "p"})
	for _, c := range []struct{ form, accept, kind, token, refusal string }{
		{"", "text/html, *; q=.2, */*; q=.2", "application/json;charset=UTF-8", `^\{"access_token":"00D`, `^\{"error":"invalid_grant","error_description":"authentication failure"\}$`},
		{"&format=json", "application/xml", "application/json;charset=UTF-8", `^\{"access_token":"00D`, `^\{"error":`},
		{"&format=urlencoded", "", "application/x-www-form-urlencoded", `^access_token=00D.*&token_type=Bearer$`, `^error=invalid_grant&error_description=authentication\+failure$`},
		{"", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded", `^access_token=00D`, `^error=`},
		{"", "application/xml, application/json;q=0.9", "application/xml;charset=UTF-8", `^<\?xml [^>]*><OAuth><access_token>00D.*</issued_at></OAuth>$`, `^<\?xml [^>]*><OAuth><error>invalid_grant</error><error_description>`},
	} {
		for password, want := range map[string]string{"p": c.token, "x": c.refusal} {
			a := d.do("POST", "/services/oauth2/token", strings.NewReader("grant_type=password&client_id=c&username=u&password="+password+c.form),
				"Content-Type", "application/x-www-form-urlencoded", "Accept", c.accept)
			assert.Equal(t, []string{c.kind, "no-store"}, []string{a.header.Get("Content-Type"), a.header.Get("Cache-Control")}, a.body)
			assert.Regexp(t, want, a.body)
		}
	}
}

// Postman, and Salesforce's own collection for it, send forms this way.
func TestAFormInParts(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	send := func(file bool) int {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for _, pair := range [][2]string{{"grant_type", "client_credentials"}, {"client_id", "c"}, {"client_secret", "s"}} {
			require.NoError(t, w.WriteField(pair[0], pair[1]))
		}
		if file {
			_, err := w.CreateFormFile("x", "x")
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		return d.do("POST", "/services/oauth2/token", &body, "Content-Type", w.FormDataContentType()).status
	}
	assert.Equal(t, 200, send(false))
	assert.Equal(t, 400, send(true))
	assert.Equal(t, 400, d.do("POST", "/services/oauth2/token", strings.NewReader("--"), "Content-Type", "multipart/form-data").status)
}

func TestConfiguredCredentialsAreInsistedOn(t *testing.T) {
	s := mocksf.RunT(t, func(c *mocksf.Config) {
		c.ClientID, c.ClientSecret, c.Username, c.Password, c.PublicURL = "c", "s", "u", "p", "https://org.example"
	})
	d := &door{t: t, org: s.Org, url: s.URL}
	good := url.Values{"grant_type": {"password"}, "client_id": {"c"}, "client_secret": {"s"}, "username": {"u"}, "password": {"p"}}
	status, got := d.postForm("/services/oauth2/token", good)
	assert.Equal(t, 200, status)
	assert.Equal(t, "https://org.example", got["instance_url"])
	for _, field := range []string{"client_id", "client_secret", "username", "password"} {
		bad := url.Values{}
		for k, v := range good {
			bad[k] = v
		}
		bad.Set(field, "wrong")
		status, _ := d.postForm("/services/oauth2/token", bad)
		assert.Equal(t, 400, status, field)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestSessionsEnd(t *testing.T) {
	var now atomic.Int64
	d := openDoor(t, mocksf.Config{Clock: func() time.Duration { return time.Duration(now.Load()) }, TokenLife: time.Hour})
	expired := `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`
	call := func() answered { return d.do("GET", "limits", nil) }
	require.Equal(t, 200, call().status)
	assert.Equal(t, 200, d.do("GET", "limits", nil, "Authorization", "OAuth "+d.token).status)

	now.Store(int64(time.Hour))
	a := call()
	assert.Equal(t, 401, a.status)
	assert.JSONEq(t, expired, a.body)
	now.Store(0)
	require.Equal(t, 200, call().status)
	assert.Equal(t, 1, d.org.ExpireTokens())
	assert.Equal(t, 401, call().status)
	assert.Equal(t, 401, d.do("GET", "no/such/thing", nil).status, "a session is wanted before anything else")
	assert.Equal(t, 401, d.do("POST", "sobjects/Account", strings.NewReader(`{"Name":"n"}`), "Authorization", "Bearer x").status)
	assert.Zero(t, d.org.Count("Account"))
}

func TestRevokeAndIdentity(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	_, token := d.postForm("/services/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {"c"}, "refresh_token": {"r"}})
	var who map[string]any
	a := d.json("GET", strings.TrimPrefix(token["id"].(string), d.url)+"?format=json&oauth_token="+url.QueryEscape(d.token), "", &who)
	require.Equal(t, 200, a.status)
	assert.Equal(t, "id", who["username"])
	for _, name := range strings.Fields("id asserted_user user_id organization_id username nick_name display_name email email_verified first_name last_name timezone photos " +
		"addr_street addr_city addr_state addr_country addr_zip mobile_phone mobile_phone_verified is_lightning_login_user status urls active user_type language locale " +
		"utcOffset last_modified_date is_app_installed") {
		assert.Contains(t, who, name, "clients with types of their own insist on it")
	}
	assert.Equal(t, d.url+"/services/data/v{version}/chatter/feed-items", who["urls"].(map[string]any)["feed_items"])
	for _, query := range []string{"?format=xml", ""} {
		a = d.do("GET", strings.TrimPrefix(token["id"].(string), d.url)+query, nil, "Accept", "application/xml")
		assert.Regexp(t, `^<\?xml [^>]*><user><active>true</active>.*<user_id>005`, a.body)
		wellFormed(t, a.body)
	}
	var user map[string]any
	d.json("GET", "/services/oauth2/userinfo", "", &who)
	d.json("GET", "sobjects/User/"+who["user_id"].(string), "", &user)
	assert.NotEmpty(t, user["Username"])

	status, _ := d.postForm("/services/oauth2/revoke", url.Values{"token": {d.token}})
	assert.Equal(t, 200, status)
	assert.Equal(t, 401, d.do("GET", "limits", nil).status)
	status, got := d.postForm("/services/oauth2/revoke", url.Values{"token": {d.token}})
	assert.Equal(t, 400, status)
	assert.NotEmpty(t, got["error"])
}
