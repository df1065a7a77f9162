// Package mocksf is a Salesforce org in a box: an http.Handler that keeps
// records in memory and answers with the shapes, statuses and error bodies of
// the real REST APIs. It stands alone, like httptest: start one with RunT in a
// test, point any client at its URL, and read what was committed from Log.
package mocksf

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/bulk"
	"github.com/squall-harness/squall/mocksf/internal/rowlock"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// Service is how long the org works on a call: zero is instant.
type Service struct {
	Call         time.Duration // per request
	Record       time.Duration // added for every record that the request means to write
	BulkStart    time.Duration // from the closing of a bulk job to its first chunk
	BulkChunk    time.Duration // per chunk of 200 rows
	BulkParallel int           // chunks at once; 0 = 7
}

// Config says what kind of org to make. The zero value is a usable one.
type Config struct {
	Schema    *Schema                 // nil: DefaultSchema()
	Clock     func() time.Duration    // time since the run's base, shared with other recorders; nil: since New
	Now       func() time.Time        // wall clock for date and time fields; nil: time.Now
	Service   Service                 // service times
	Bulk      BulkLimits              // batches, quotas, retention of the Bulk APIs
	Hook      Hook                    // faults take part here; nil: none
	OnRequest func(commitlog.Request) // called at the end of each request, from its goroutine
	OnRead    func(commitlog.Read)    // called for what a request was served, before OnRequest; nil: none

	// TraceFields are fields whose values, found in a request body, go to
	// Request.Traces. "" is none.
	TraceFields []string

	// The credentials that the token endpoint insists on. "" accepts any
	// value that is not empty.
	ClientID, ClientSecret, Username, Password string

	Auth    Auth    // whom the org lets in, and for how long
	Serving Serving // where Serve and RunT listen, and who may come; New does not look at it

	PublicURL     string        // base of instance_url; "" is made of the request's Host
	TokenLife     time.Duration // 0 is two hours
	TokenSeed     uint64        // tokens that are the same in every run, and can be guessed; 0: neither
	Guard         Guard         // against slow and greedy clients
	DailyRequests int           // calls of 24 hours until REQUEST_LIMIT_EXCEEDED; 0 is 100,000
	Limits        Limits        // what else the org can bear
	Rules         Rules         // what its administrators have set up

	// Statuses are HTTP statuses of error codes that differ from the usual
	// ones, where sources contradict each other: UNABLE_TO_LOCK_ROW is 400, and
	// some say 409.
	Statuses map[string]int

	Assume     Assumptions // what no source confirms
	Monitoring Monitoring  // what the org tells about itself
}

// Org is a Salesforce org. It serves HTTP and is safe for concurrent use.
type Org struct {
	cfg      Config
	log      *commitlog.Log
	store    *store.Store
	router   *router
	sessions sessions
	logins   logins
	jobs     *bulk.Queue
	cursors  cursors       // of queries
	requests atomic.Uint64 // request ids given
	running  atomic.Int64  // requests under way
	buffered atomic.Int64  // bytes of request bodies in memory
	quota    allocation
	ramped   atomic.Int64 // when the ramp began, on the run's clock
	rules    map[*store.Table]*tableRules
	readOnly atomic.Bool
	locks    rowlock.Table
	access   accesses

	passwords passwords
	moved     atomic.Pointer[moved]
	ctx       context.Context
	stop      context.CancelFunc
	workers   sync.WaitGroup // of bulk jobs; they end when ctx does
	watch     *watch         // nil: nothing is monitored
}

// New starts an org. It panics on a schema that contradicts itself, which is a
// mistake of the program; Schema.Check finds it before, and Auth.Check what is
// wrong with the connected apps.
func New(cfg Config) *Org {
	cfg = cfg.withDefaults()
	o := &Org{cfg: cfg, log: &commitlog.Log{}, router: newRouter()}
	if o.sessions.random = rand.Text; cfg.TokenSeed != 0 {
		o.sessions.random = fromSeed(cfg.TokenSeed)
	}
	var err error
	if o.logins.keys, err = cfg.Auth.keys(); err != nil {
		panic("mocksf: " + err.Error())
	}
	o.ctx, o.stop = context.WithCancel(context.Background())
	if o.store, err = store.New(cfg.Schema, o.log, cfg.Clock, cfg.Now); err != nil {
		panic("mocksf: " + err.Error())
	}
	if cfg.Username != "" {
		o.store.NameAdmin(cfg.Username)
	}
	for _, routes := range [][]route{authRoutes, browserRoutes, identityRoutes, soapRoutes, discoveryRoutes, rowRoutes, upsertRoutes, relatedRoutes(), passwordRoutes, collectionRoutes, compositeRoutes, queryRoutes, bulkRoutes} {
		o.router.add(routes)
	}
	o.found()
	o.rules, o.store.Guard = o.rulebook(cfg.Rules), overseer{o}
	o.startBulk()
	o.startWatch()
	return o
}

func (c Config) withDefaults() Config {
	c.Guard, c.Assume = c.Guard.withDefaults(), c.Assume.withDefaults()
	if c.Schema == nil {
		c.Schema = DefaultSchema()
	}
	c.Schema = withOwnObjects(c.Schema, c.Monitoring)
	if c.Clock == nil {
		base := time.Now()
		c.Clock = func() time.Duration { return time.Since(base) }
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	if c.TokenLife == 0 {
		c.TokenLife = 2 * time.Hour
	}
	if c.DailyRequests == 0 {
		c.DailyRequests = 100_000
	}
	if c.Limits.LongRequests == 0 {
		c.Limits.LongRequests = 25
	}
	if c.Limits.LongAfter == 0 {
		c.Limits.LongAfter = 20 * time.Second
	}
	if c.Service.BulkParallel == 0 {
		c.Service.BulkParallel = 7
	}
	return c
}

// Close stops the bulk workers and waits for them. Requests under way are
// abandoned before they do any work.
func (o *Org) Close() {
	o.stop()
	o.workers.Wait()
}

// Log is the commit log: what happened, in order.
func (o *Org) Log() *commitlog.Log { return o.log }

// ExpireTokens ends all sessions at once and returns how many there were.
func (o *Org) ExpireTokens() int { return o.sessions.expireAll() }

var _ http.Handler = (*Org)(nil)
