package mocksf

import (
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/store"
)

// orgID is the id of the organization; access tokens begin with it.
var orgID = store.MakeID("00D", 1)

// sessions are the access tokens that the org has given out.
type sessions struct {
	random func() string // text that nobody can guess

	mu   sync.RWMutex
	live map[string]session
}

// fromSeed makes texts that are the same in every run.
func fromSeed(seed uint64) func() string {
	var made atomic.Uint64
	return func() string {
		rng := rand.NewPCG(seed, made.Add(1))
		return strconv.FormatUint(rng.Uint64(), 36) + strconv.FormatUint(rng.Uint64(), 36)
	}
}

type session struct {
	identity string
	until    time.Duration // on the run's clock
	visitor  bool          // see Org.Visit
}

// start gives out a new access token.
func (s *sessions) start(identity string, until time.Duration) string {
	return s.open(session{identity: identity, until: until})
}

// admit gives out one that does not end by itself.
func (s *sessions) admit(visitor string) string {
	return s.open(session{identity: visitor, until: math.MaxInt64, visitor: true})
}

func (s *sessions) open(one session) string {
	token := orgID[:15] + "!" + s.random() + "." + s.random() + s.random()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live == nil {
		s.live = map[string]session{}
	}
	s.live[token] = one
	return token
}

// lookup tells on whose behalf a token acts.
func (s *sessions) lookup(token string, now time.Duration) (found session, ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found, ok = s.live[token]
	return found, ok && found.until > now
}

func (s *sessions) end(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.live[token]
	delete(s.live, token)
	return ok
}

func (s *sessions) expireAll() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.live)
	maps.DeleteFunc(s.live, func(_ string, one session) bool { return !one.visitor })
	return n - len(s.live)
}

// token reads the access token from where the API in question has it.
func (r *request) token() string {
	token := bearer(r.header)
	switch {
	case token != "":
		return token
	case strings.HasPrefix(r.path, "/services/async/"): // Bulk API 1.0
		return r.header.Get("X-SFDC-Session")
	case strings.HasPrefix(r.path, "/id/"): // the identity URL takes it this way too
		return r.query.Get("oauth_token")
	}
	return ""
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
