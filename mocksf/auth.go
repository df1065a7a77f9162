package mocksf

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// maxForm bounds the body of a login, in bytes.
const maxForm = 64 << 10

var authRoutes = []route{
	{method: "POST", pattern: "/services/oauth2/token", api: commitlog.APIAuth, open: true, raw: true, maxBody: maxForm, step: StepToken, serve: serveToken},
	{method: "POST", pattern: "/services/oauth2/introspect", api: commitlog.APIAuth, open: true, raw: true, maxBody: maxForm, serve: serveIntrospect},
	{method: "POST", pattern: "/services/oauth2/revoke", api: commitlog.APIAuth, open: true, raw: true, maxBody: maxForm, serve: serveRevoke},
	{method: "GET", pattern: "/services/oauth2/revoke", api: commitlog.APIAuth, open: true, raw: true, maxBody: maxForm, serve: serveRevoke},
}

// tokenCall is a request to an OAuth endpoint, and the client that it claims to
// come from.
type tokenCall struct {
	*request
	form         url.Values
	client, hush string // client id and secret, from the form or Basic authentication
}

// readForm reads the parameters, which some clients put into the URL.
func (r *request) readForm() (*tokenCall, *apierr.Error) {
	form, err := parseForm(r.header.Get("Content-Type"), r.body)
	if err != nil {
		return nil, apierr.OAuthRequest.New("the body is not a form")
	}
	for key, values := range r.query {
		form[key] = append(form[key], values...)
	}
	if err := keepable(form); err != nil {
		return nil, err
	}
	c := &tokenCall{request: r, form: form, client: form.Get("client_id"), hush: form.Get("client_secret")}
	if user, password, ok := r.http.BasicAuth(); ok {
		c.client, c.hush = plainBasic(user), plainBasic(password)
	}
	if len(c.client) > maxKeptText {
		return nil, apierr.OAuthClientID.New()
	}
	return c, nil
}

// parseForm reads a form in either of its encodings.
func parseForm(contentType string, body []byte) (url.Values, error) {
	kind, params, _ := mime.ParseMediaType(contentType) // what cannot be read is taken for the usual one
	if kind != "multipart/form-data" {
		return readParameters(string(body)), nil
	}
	form, err := multipart.NewReader(bytes.NewReader(body), params["boundary"]).ReadForm(maxForm)
	if err != nil {
		return nil, err
	}
	if len(form.File) > 0 {
		return nil, errors.Join(errors.New("a login has no files"), form.RemoveAll())
	}
	return form.Value, nil
}

// plainBasic undoes the escaping that RFC 6749 wants in Basic authentication
// and that only some clients do.
func plainBasic(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil && strings.Contains(text, "%") {
		return plain
	}
	return text
}

// serveToken is the OAuth 2.0 token endpoint.
func serveToken(r *request) reply {
	c, err := r.readForm()
	if err != nil {
		return oauthFailure(err)
	}
	if c.form.Get("response_type") == "device_code" {
		return c.startDevice()
	}
	grant, known := grantTypes[c.form.Get("grant_type")]
	if !known {
		return c.refused(apierr.OAuthGrantType.New())
	}
	g, err := grant(c)
	if err != nil {
		return c.refused(err)
	}
	g.secret = c.hush
	return c.inFormat(http.StatusOK, r.issue(g)...)
}

// issue starts a session and describes it as the token endpoint does.
func (r *request) issue(g granted) []string {
	o := r.org
	id := o.identityURL(r)
	issued := strconv.FormatInt(o.cfg.Now().UnixMilli(), 10)
	app, _ := o.app(g.client)
	mac := hmac.New(sha256.New, []byte(cmp.Or(app.Secret, g.secret))) // with any secret let in, the client's is the one it knows
	mac.Write([]byte(id + issued))
	scope := orDefault(g.scope, defaultScope)
	pairs := []string{
		"access_token", o.sessions.start(o.newSession(g.user, g.client, scope, g.grant)),
		"signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)),
		"scope", scope,
		"instance_url", o.instanceURL(r.http),
		"id", id,
		"token_type", "Bearer",
		"issued_at", issued,
	}
	if g.refresh != "" {
		pairs = append(pairs, "refresh_token", g.refresh)
	}
	return pairs
}

// serveRevoke ends a session, or what a refresh token stands for with all its
// sessions. An error is a form unless the client asks for JSON: clients read it
// that way.
func serveRevoke(r *request) reply {
	c, err := r.readForm()
	if err == nil && !r.org.revoke(c.form.Get("token")) {
		err = apierr.OAuthTokenType.New()
	}
	switch {
	case err == nil:
		return reply{status: http.StatusOK}
	case strings.Contains(r.header.Get("Accept"), "json"):
		return oauthFailure(err)
	}
	return reply{status: err.Status, contentType: formReply, body: []byte(errorParameters(err).Encode()), header: noStore()}
}

func (o *Org) revoke(token string) bool {
	if o.sessions.end(token) {
		return true
	}
	adopt := !o.cfg.Auth.IssuedRefreshOnly && strings.HasPrefix(token, refreshPrefix) && len(token) <= maxKeptText
	id, ok := o.logins.grants.Revoke(token, adopt)
	if ok {
		o.sessions.endGrant(id)
	}
	return ok
}

func oauthAnswer(body []byte) reply {
	return reply{status: http.StatusOK, body: body, header: noStore()}
}

func oauthFailure(err *apierr.Error) reply {
	return reply{status: err.Status, body: jsonObject("error", err.Code, "error_description", err.Message), header: noStore()}
}

// errorParameters is an error where it cannot be JSON.
func errorParameters(err *apierr.Error) url.Values {
	return url.Values{"error": {err.Code}, "error_description": {err.Message}}
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
	if m := o.moved.Load(); m != nil {
		return m.To
	}
	if o.cfg.PublicURL != "" {
		return o.cfg.PublicURL
	}
	if hr.TLS != nil {
		return "https://" + hr.Host
	}
	return "http://" + hr.Host
}

// instanceURL is where a client goes after the login. That is the same host,
// except after a login at Salesforce's common login hosts, which lead to the
// org's own one.
func (o *Org) instanceURL(hr *http.Request) string {
	base := o.baseURL(hr)
	if scheme, host, _ := strings.Cut(base, "://"); isLoginHost(host) {
		return scheme + "://" + myDomain
	}
	return base
}

// identityURL is who the session acts for, as a URL.
func (o *Org) identityURL(r *request) string {
	return o.baseURL(r.http) + "/id/" + orgID + "/" + store.AdminID
}
