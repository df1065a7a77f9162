package mocksf

import (
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// orgID is the id of the organization; access tokens begin with it.
var orgID = store.MakeID("00D", 1)

// sessions are the access tokens that the org has given out.
type sessions struct {
	random func() string // text that nobody can guess

	mu      sync.RWMutex
	live    map[string]*session
	order   []string // those of clients, oldest first, some of them ended
	sweepAt int      // how long order is when the dead are looked for
}

// secret is a text for one who has no session yet: a code, a ticket.
func (s *sessions) secret() string { return s.random() + s.random() }

// maxSessions bounds the live sessions, so that logins cannot fill the memory.
const maxSessions = 100_000

// fromSeed makes texts that are the same in every run.
func fromSeed(seed uint64) func() string {
	var made atomic.Uint64
	return func() string {
		rng := rand.NewPCG(seed, made.Add(1))
		return strconv.FormatUint(rng.Uint64(), 36) + strconv.FormatUint(rng.Uint64(), 36)
	}
}

// session is on whose behalf a token acts. Times are on the run's clock.
type session struct {
	identity      string
	client, scope string // "" for a SOAP login
	grant         uint64 // that it belongs to, 0 for none
	since         time.Duration
	life          time.Duration // counted from the last use when renew is set
	renew         bool
	used          atomic.Int64
	visitor       bool // see Org.Visit
}

// end is when it ends, unless it is used before.
func (s *session) end() time.Duration {
	if s.visitor {
		return math.MaxInt64
	}
	return time.Duration(s.used.Load()) + s.life
}

// newSession is one that starts now; sessions.start makes it count.
func (o *Org) newSession(identity, client, scope string, grant uint64) *session {
	s := &session{identity: identity, client: client, scope: scope, grant: grant, since: o.cfg.Clock(), life: o.cfg.TokenLife, renew: o.cfg.Auth.LifeSinceUse}
	s.used.Store(int64(s.since))
	return s
}

// admit starts a session that does not end by itself.
func (s *sessions) admit(visitor string) string {
	return s.start(&session{identity: visitor, visitor: true})
}

// start gives out a new access token.
func (s *sessions) start(one *session) string {
	token := orgID[:15] + "!" + s.random() + "." + s.random() + s.random()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live == nil {
		s.live = map[string]*session{}
	}
	s.live[token] = one
	if !one.visitor {
		s.queue(token, one.since)
	}
	return token
}

// queue lets a session have its turn to end: when there are too many.
func (s *sessions) queue(token string, now time.Duration) {
	if len(s.order) >= s.sweepAt { // the dead are many: forget them
		maps.DeleteFunc(s.live, func(_ string, old *session) bool { return old.end() <= now })
		s.order = slices.DeleteFunc(s.order, func(old string) bool { return s.live[old] == nil })
		s.sweepAt = max(1000, 2*len(s.order))
	}
	s.order = append(s.order, token)
	for ; len(s.order) > 1 && len(s.live) > maxSessions; s.order = s.order[1:] {
		delete(s.live, s.order[0])
	}
}

// lookup tells on whose behalf a token acts, which is a use of it.
func (s *sessions) lookup(token string, now time.Duration) (found *session, ok bool) {
	if found, ok = s.peek(token, now); ok && found.renew {
		found.used.Store(int64(now))
	}
	return found, ok
}

// peek is lookup without the use.
func (s *sessions) peek(token string, now time.Duration) (found *session, ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found = s.live[token]
	if found == nil || found.end() <= now {
		return nil, false
	}
	return found, true
}

func (s *sessions) end(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.live[token]
	delete(s.live, token)
	return ok
}

// endGrant ends the sessions of a grant.
func (s *sessions) endGrant(id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.live, func(_ string, one *session) bool { return one.grant == id && !one.visitor })
}

func (s *sessions) expireAll() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.live)
	maps.DeleteFunc(s.live, func(_ string, one *session) bool { return !one.visitor })
	return n - len(s.live)
}

// token reads the access token from where the API in question has it.
func (r *request) token() string {
	if token := bearer(r.header); token != "" {
		return token
	}
	switch path := strings.ToLower(strings.TrimLeft(r.path, "/")); {
	case strings.HasPrefix(path, "services/async/"): // Bulk API 1.0
		return r.header.Get("X-SFDC-Session")
	case strings.HasPrefix(path, "id/"): // the identity URL takes it this way too
		return r.query.Get("oauth_token")
	}
	return ""
}

// unknownSession is what a request without a session is told: another scheme
// than the two, or a token alone, is no header that the org reads.
func unknownSession(h http.Header) *apierr.Error {
	if h.Get("Authorization") != "" && bearer(h) == "" {
		return apierr.InvalidAuth.New()
	}
	return apierr.InvalidSession.New()
}

// bearer reads the access token; clients use both schemes (Bearer and the
// older OAuth).
func bearer(h http.Header) string {
	scheme, token, ok := strings.Cut(h.Get("Authorization"), " ")
	if ok && (strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "OAuth")) {
		return strings.TrimSpace(token)
	}
	return ""
}
