package mocksf

import (
	"crypto/hmac"
	"crypto/rsa"
	"fmt"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/oauth"
)

// Auth says whom the org lets in, and for how long. The zero value lets in
// whoever brings well-formed credentials.
type Auth struct {
	// Apps are the connected apps that clients may log in as, besides
	// Config.ClientID. Without any, every client id is one.
	Apps []ConnectedApp

	// RotateRefresh answers each refresh with a new refresh token, and the old
	// one is good no more: using it again ends the grant and its sessions.
	RotateRefresh bool

	// IssuedRefreshOnly refuses refresh tokens that this org did not give out.
	// By default they are accepted, since a client under test brings one along.
	IssuedRefreshOnly bool

	// RefreshCutsSessions ends, at each refresh, the sessions that earlier ones
	// of the same grant started.
	RefreshCutsSessions bool

	// LifeSinceUse counts Config.TokenLife from the last use of a session, as
	// Salesforce's session timeout does, rather than from its start.
	LifeSinceUse bool
}

// ConnectedApp is a client that the org knows.
type ConnectedApp struct {
	ClientID string
	Secret   string // "" accepts any value that is not empty

	// Key is what the client's assertions are checked with in the JWT bearer
	// flow: a PEM block with an X.509 certificate or an RSA public key. An app
	// without one cannot use that flow. (When no app is registered at all, the
	// org accepts every well-formed RS256 assertion whose claims hold, and does
	// not look at its signature.)
	Key []byte

	// Callbacks are the redirect URIs of the browser flows, compared as they
	// are; without any, those on this machine are allowed.
	Callbacks []string
}

// How long things last that wait for a user, on the run's clock.
const (
	codeLife   = 15 * time.Minute
	ticketLife = 30 * time.Minute
	deviceLife = 10 * time.Minute
)

// defaultScope is what a client gets that does not say.
const defaultScope = "api web refresh_token"

// logins are what the org remembers of logins besides sessions.
type logins struct {
	keys    map[string]*rsa.PublicKey // by client id
	grants  oauth.Grants
	tickets oauth.Once[oauth.Wish] // pages that wait for an answer
	codes   oauth.Once[oauth.Code]
	devices oauth.Devices
}

// Check tells what is wrong with the settings: an app without an id, or a Key
// that cannot be read.
func (a Auth) Check() error {
	_, err := a.keys()
	return err
}

func (a Auth) keys() (map[string]*rsa.PublicKey, error) {
	keys := map[string]*rsa.PublicKey{}
	for i, app := range a.Apps {
		if app.ClientID == "" {
			return nil, fmt.Errorf("connected app %d has no client id", i+1)
		}
		if len(app.Key) == 0 {
			continue
		}
		key, err := oauth.ReadKey(app.Key)
		if err != nil {
			return nil, fmt.Errorf("connected app %s: %w", app.ClientID, err)
		}
		keys[app.ClientID] = key
	}
	return keys, nil
}

// app finds the connected app that a client claims to be.
func (o *Org) app(clientID string) (ConnectedApp, *apierr.Error) {
	for _, app := range o.cfg.Auth.Apps {
		if app.ClientID == clientID {
			return app, nil
		}
	}
	onlyApps := len(o.cfg.Auth.Apps) > 0 && o.cfg.ClientID == ""
	if onlyApps || !accepts(o.cfg.ClientID, clientID) {
		return ConnectedApp{}, apierr.OAuthClientID.New()
	}
	return ConnectedApp{ClientID: clientID, Secret: o.cfg.ClientSecret}, nil
}

// key is the one that an app's assertions are checked with, if any are.
func (o *Org) key(clientID string) (key *rsa.PublicKey, checked bool) {
	return o.logins.keys[clientID], len(o.cfg.Auth.Apps) > 0
}

// accepts compares a credential; without a configured one any value will do.
func accepts(want, got string) bool {
	if want == "" {
		return got != ""
	}
	return hmac.Equal([]byte(want), []byte(got))
}
