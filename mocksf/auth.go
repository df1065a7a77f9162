package mocksf

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

var authRoutes = []route{
	{method: "POST", pattern: "/services/oauth2/token", api: commitlog.APIAuth, open: true, raw: true, step: StepToken, serve: serveToken},
	{method: "POST", pattern: "/services/oauth2/revoke", api: commitlog.APIAuth, open: true, raw: true, serve: serveRevoke},
	{method: "GET", pattern: "/services/oauth2/revoke", api: commitlog.APIAuth, open: true, raw: true, serve: serveRevoke},
}

// credentials are what a token request claims.
type credentials struct {
	form         url.Values
	client, hush string // client id and secret, from the form or Basic authentication
}

// serveToken is the OAuth 2.0 token endpoint.
func serveToken(r *request) reply {
	form, err := url.ParseQuery(string(r.body))
	if err != nil {
		return oauthError("invalid_request", "the body is not a form")
	}
	for key, values := range r.query { // some clients put the form into the URL
		form[key] = append(form[key], values...)
	}
	c := credentials{form: form, client: form.Get("client_id"), hush: form.Get("client_secret")}
	if user, password, ok := r.http.BasicAuth(); ok {
		c.client, c.hush = user, password
	}
	identity, code, why := r.org.authenticate(c)
	if code != "" {
		return oauthError(code, why)
	}
	return r.org.grant(r, identity)
}

// authenticate checks the credentials and says on whose behalf the session
// acts, or which OAuth error answers.
func (o *Org) authenticate(c credentials) (identity, code, why string) {
	grant := c.form.Get("grant_type")
	if grant != "client_credentials" && grant != "password" && grant != "refresh_token" {
		return "", "unsupported_grant_type", "grant type not supported"
	}
	if !accepts(o.cfg.ClientID, c.client) {
		return "", "invalid_client_id", "client identifier invalid"
	}
	needSecret := grant == "client_credentials" || c.hush != ""
	if needSecret && !accepts(o.cfg.ClientSecret, c.hush) {
		return "", "invalid_client", "invalid client credentials"
	}
	switch grant {
	case "password":
		user := c.form.Get("username")
		if !accepts(o.cfg.Username, user) || !accepts(o.cfg.Password, c.form.Get("password")) {
			return "", "invalid_grant", "authentication failure"
		}
		return user, "", ""
	case "refresh_token":
		if c.form.Get("refresh_token") == "" {
			return "", "invalid_grant", "expired access/refresh token"
		}
	}
	return c.client, "", ""
}

// accepts compares a credential; without a configured one any value will do.
func accepts(want, got string) bool {
	if want == "" {
		return got != ""
	}
	return hmac.Equal([]byte(want), []byte(got))
}

// grant starts a session and describes it as the token endpoint does.
func (o *Org) grant(r *request, identity string) reply {
	base := o.baseURL(r.http)
	id := base + "/id/" + orgID + "/" + store.AdminID
	issued := strconv.FormatInt(o.cfg.Now().UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(o.cfg.ClientSecret))
	mac.Write([]byte(id + issued))
	body := jsonObject(
		"access_token", o.sessions.start(identity, o.cfg.Clock()+o.cfg.TokenLife),
		"signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)),
		"scope", "api web refresh_token",
		"instance_url", base,
		"id", id,
		"token_type", "Bearer",
		"issued_at", issued,
	)
	return reply{status: http.StatusOK, body: body, header: http.Header{"Cache-Control": {"no-store"}}}
}

// serveRevoke ends a session.
func serveRevoke(r *request) reply {
	form, err := url.ParseQuery(string(r.body))
	token := orDefault(form.Get("token"), r.query.Get("token"))
	if err != nil || !r.org.sessions.end(token) {
		return oauthError("unsupported_token_type", "this token type is not supported")
	}
	return reply{status: http.StatusOK}
}

func oauthError(code, description string) reply {
	return reply{
		status: http.StatusBadRequest, body: jsonObject("error", code, "error_description", description),
		header: http.Header{"Cache-Control": {"no-store"}},
	}
}

// jsonObject makes an object of strings: name, value, name, value, ...
func jsonObject(pairs ...string) []byte {
	dst := []byte{'{'}
	for i := 0; i+1 < len(pairs); i += 2 {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsontree.AppendString(dst, pairs[i]), ':')
		dst = jsontree.AppendString(dst, pairs[i+1])
	}
	return append(dst, '}')
}

// baseURL is the org's own URL as the client sees it: through whatever proxy
// the request came.
func (o *Org) baseURL(hr *http.Request) string {
	if o.cfg.PublicURL != "" {
		return o.cfg.PublicURL
	}
	if hr.TLS != nil {
		return "https://" + hr.Host
	}
	return "http://" + hr.Host
}
