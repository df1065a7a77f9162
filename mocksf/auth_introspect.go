package mocksf

import (
	"net/http"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// serveIntrospect tells a client about a token (RFC 7662; which of its members
// Salesforce answers is unconfirmed).
func serveIntrospect(r *request) reply {
	c, err := r.readForm()
	if err == nil {
		err = c.authenticate(true)
	}
	switch {
	case err != nil && err.Code == apierr.OAuthClient.Code:
		return oauthFailure(err.WithStatus(http.StatusUnauthorized))
	case err != nil:
		return oauthFailure(err)
	}
	rep := object(c.introspect(c.form.Get("token")))
	rep.header = noStore()
	return rep
}

func (c *tokenCall) introspect(token string) map[string]any {
	o, now := c.org, c.org.cfg.Clock()
	if s, ok := o.sessions.peek(token, now); ok && !s.visitor {
		wall := o.cfg.Now()
		at := func(t time.Duration) int64 { return wall.Add(t - now).Unix() }
		return map[string]any{
			"active": true, "scope": s.scope, "client_id": s.client, "username": s.identity, "sub": o.identityURL(c.request),
			"token_type": "access_token", "exp": at(s.end()), "iat": at(s.since), "nbf": at(s.since),
		}
	}
	if g, ok := o.logins.grants.Find(token); ok {
		return map[string]any{
			"active": true, "scope": orDefault(g.Scope, defaultScope), "client_id": g.Client, "username": g.User,
			"sub": o.identityURL(c.request), "token_type": "refresh_token",
		}
	}
	return map[string]any{"active": false}
}
