package oauth

import (
	"strings"
	"sync"
)

// Grant is what a user allowed a client. Its refresh tokens and sessions stand
// and fall together.
type Grant struct {
	ID                  uint64 // from 1; 0 is no grant
	Client, User, Scope string
}

// Grants are the refresh tokens. The zero value is ready to use.
type Grants struct {
	mu     sync.Mutex
	made   uint64
	tokens map[string]*refresh
}

type refresh struct {
	grant *standing
	spent bool // replaced by a newer one
}

type standing struct {
	Grant
	revoked bool
}

// Open makes a grant with its first refresh token.
func (g *Grants) Open(token, client, user, scope string) Grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open(token, client, user, scope).Grant
}

func (g *Grants) open(token, client, user, scope string) *standing {
	g.made++
	s := &standing{Grant: Grant{ID: g.made, Client: client, User: user, Scope: scope}}
	g.keep(token, &refresh{grant: s})
	return s
}

func (g *Grants) keep(token string, r *refresh) {
	g.tokens = roomIn(g.tokens, func(r *refresh) bool { return r.spent || r.grant.revoked }) // nobody may use those any more
	g.tokens[token] = r
}

// Use redeems a refresh token. next, unless "", takes its place: then the old
// one is good no more, and whoever uses it again ends the grant, since one of
// the two holders must be a thief (RFC 9700, Refresh Token Protection). A token
// that is not known is taken for a new grant of the client when adopt is set.
// ended is the grant that a reuse ended just now, 0 if none.
func (g *Grants) Use(token, next, client string, adopt bool) (grant Grant, ended uint64, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.tokens[token]
	if r == nil && adopt && token != "" {
		g.open(token, client, client, "")
		r = g.tokens[token]
	}
	switch {
	case r == nil || r.grant.Client != client || r.grant.revoked:
		return Grant{}, 0, false
	case r.spent:
		r.grant.revoked = true
		return Grant{}, r.grant.ID, false
	}
	if next != "" {
		r.spent = true
		g.keep(next, &refresh{grant: r.grant})
	}
	return r.grant.Grant, 0, true
}

// Revoke ends the grant of a refresh token and returns its id; false when there
// is none, or none that stands. With adopt a token that is not known has one,
// which nobody has used yet.
func (g *Grants) Revoke(token string, adopt bool) (id uint64, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.tokens[token]
	if r == nil && adopt {
		g.open(strings.Clone(token), "", "", "")
		r = g.tokens[token]
	}
	if r == nil || r.grant.revoked {
		return 0, false
	}
	r.grant.revoked = true
	return r.grant.ID, true
}

// Find tells the grant of a refresh token that is good.
func (g *Grants) Find(token string) (Grant, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.tokens[token]
	if r == nil || r.spent || r.grant.revoked {
		return Grant{}, false
	}
	return r.grant.Grant, true
}
