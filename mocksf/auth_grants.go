package mocksf

import (
	"errors"
	"net/url"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/oauth"
)

// granted is a login that succeeded.
type granted struct {
	user, client, scope string
	grant               uint64 // that the session belongs to, 0 for none
	refresh             string // the refresh token to hand out, "" for none
	secret              string // the client's, as it brought it
}

// grantTypes are the ways to an access token.
var grantTypes = map[string]func(*tokenCall) (granted, *apierr.Error){
	"client_credentials": (*tokenCall).byClient,
	"password":           (*tokenCall).byPassword,
	"refresh_token":      (*tokenCall).byRefreshToken,
	"authorization_code": (*tokenCall).byCode,
	"device":             (*tokenCall).byDevice,
	"urn:ietf:params:oauth:grant-type:jwt-bearer": (*tokenCall).byAssertion,
}

// authenticate checks client id and secret. A secret that is given must be
// right, also where none is needed.
func (c *tokenCall) authenticate(needSecret bool) *apierr.Error {
	app, err := c.org.app(c.client)
	if err == nil && (needSecret || c.hush != "") && !accepts(app.Secret, c.hush) {
		err = apierr.OAuthClient.New()
	}
	return err
}

// byClient is the client credentials flow, which works at the org's own host
// only.
func (c *tokenCall) byClient() (granted, *apierr.Error) {
	if err := c.authenticate(true); err != nil {
		return granted{}, err
	}
	if isLoginHost(c.http.Host) {
		return granted{}, apierr.OAuthDomain.New()
	}
	return granted{user: c.client, client: c.client}, nil
}

func (c *tokenCall) byPassword() (granted, *apierr.Error) {
	if err := c.authenticate(false); err != nil {
		return granted{}, err
	}
	user := c.form.Get("username")
	if !c.org.admits(user, c.form.Get("password")) {
		return granted{}, apierr.OAuthPassword.New()
	}
	return granted{user: user, client: c.client}, nil
}

func (c *tokenCall) byRefreshToken() (granted, *apierr.Error) {
	if err := c.authenticate(false); err != nil {
		return granted{}, err
	}
	set, next := c.org.cfg.Auth, ""
	if set.RotateRefresh {
		next = c.org.refreshToken()
	}
	g, ended, ok := c.org.logins.grants.Use(c.form.Get("refresh_token"), next, c.client, !set.IssuedRefreshOnly)
	if ended != 0 {
		c.org.sessions.endGrant(ended)
	}
	if !ok {
		return granted{}, apierr.OAuthExpired.New()
	}
	if set.RefreshCutsSessions {
		c.org.sessions.endGrant(g.ID)
	}
	return granted{user: g.User, client: g.Client, scope: g.Scope, grant: g.ID, refresh: next}, nil
}

// byAssertion is the JWT bearer flow.
func (c *tokenCall) byAssertion() (granted, *apierr.Error) {
	a, err := oauth.ReadAssertion(c.form.Get("assertion"), c.org.cfg.Now(), c.org.key, c.forUs)
	switch {
	case errors.Is(err, oauth.ErrExpired):
		return granted{}, apierr.OAuthCode.New()
	case errors.Is(err, oauth.ErrAudience):
		return granted{}, apierr.OAuthAudience.New()
	case err != nil:
		return granted{}, apierr.OAuthAssertion.New()
	}
	if len(a.User) > maxKeptText || len(a.Client) > maxKeptText {
		return granted{}, apierr.OAuthAssertion.New()
	}
	if _, err := c.org.app(a.Client); err != nil {
		return granted{}, err
	}
	if !accepts(c.org.cfg.Username, a.User) {
		return granted{}, apierr.OAuthNotApproved.New()
	}
	return granted{user: a.User, client: a.Client}, nil
}

// forUs tells whether an audience means this org: by its own URL or one of
// Salesforce's login hosts, with or without a scheme or a path, or by a name of
// this machine, since the org may stand behind a proxy.
func (c *tokenCall) forUs(audience string) bool {
	if !strings.Contains(audience, "://") {
		audience = "https://" + audience
	}
	u, err := url.Parse(audience)
	if err != nil {
		return false
	}
	own, _ := url.Parse(c.org.baseURL(c.http))
	return own != nil && strings.EqualFold(u.Host, own.Host) || isSalesforceHost(u.Hostname()) || oauth.IsLoopback(u.Hostname())
}

// byCode is the second half of the web server flow.
func (c *tokenCall) byCode() (granted, *apierr.Error) {
	if err := c.authenticate(false); err != nil {
		return granted{}, err
	}
	code, ok := c.org.logins.codes.Take(c.form.Get("code"), c.org.cfg.Clock())
	switch {
	case !ok || code.Client != c.client:
		return granted{}, apierr.OAuthCode.New()
	case code.Redirect != c.form.Get("redirect_uri"):
		return granted{}, apierr.OAuthRedirect.New()
	case !oauth.Proves(code.Challenge, c.form.Get("code_verifier")):
		return granted{}, apierr.OAuthVerifier.New()
	}
	return c.org.allow(code.User, code.Client, code.Scope), nil
}

// allow notes that a user has let an app in, and gives it a refresh token if it
// asked for one.
func (o *Org) allow(user, client, scope string) granted {
	g := granted{user: user, client: client, scope: scope}
	if strings.Contains(orDefault(scope, defaultScope), "refresh_token") || strings.Contains(scope, "offline_access") {
		g.refresh = o.refreshToken()
		g.grant = o.logins.grants.Open(g.refresh, client, user, scope).ID
	}
	return g
}

// Authorize lets an app in as a user would in the browser, and returns the
// refresh token that it gets.
func (o *Org) Authorize(clientID, username string) (refreshToken string) {
	return o.allow(username, clientID, defaultScope).refresh
}

// refreshPrefix is how every refresh token of Salesforce begins.
const refreshPrefix = "5Aep861"

// refreshToken makes a new one.
func (o *Org) refreshToken() string { return refreshPrefix + o.sessions.secret() }
