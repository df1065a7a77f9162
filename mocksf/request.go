package mocksf

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/bulk"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// exchange is one HTTP call: what its sub-requests have in common.
type exchange struct {
	http    *http.Request
	call    Call
	decided bool                 // the hook was asked: what the call means to write is fixed
	row     *apierr.Error        // the fault that the first record write takes
	writes  map[*store.Table]int // records that it means to write, of objects with rules
	taken   map[string]bool      // locks that it did not get
	commits int
	reads   []commitlog.Read
	held    int64        // bytes of memory that its body takes
	dry     bool         // the call is rehearsed: nothing of it may stay
	filled  int          // bytes that references of sub-requests were replaced by
	done    func()       // tells that the request is no longer under way; nil for one that no limit counts
	job     string       // the bulk job that the call concerns
	trouble bulk.Trouble // that the job will have
	outer   *request     // the call itself, once it is answered
	answer  reply        // to it
}

// request is what a route serves: an HTTP call, or a sub-request of a
// composite one, which lives in the same exchange.
type request struct {
	*exchange
	org     *Org
	route   *leaf
	params  []string
	version int // 67 for v67.0; 0 outside /services/data
	method  string
	path    string // escaped, without the query string
	format  string // .xml or .json where the path ends so, see bare
	query   url.Values
	header  http.Header
	body    []byte // decompressed
	json    jsontree.Value
	inside  bool          // a sub-request: its answer stands in JSON
	files   []attached    // of a multipart message
	tx      *store.Tx     // the open unit that a sub-request belongs to
	planned any           // what plan keeps for serve
	bad     *apierr.Error // why the request cannot be served, found before the work
}

// param is the value of a placeholder of the route's pattern.
func (r *request) param(name string) string {
	if i := slices.Index(r.route.names, name); i >= 0 {
		return r.params[i]
	}
	return ""
}

// intend notes that the request means to write n records of an object.
func (r *request) intend(object string, n int) {
	if r.decided {
		return
	}
	r.call.Write = true
	r.call.Records += n
	r.concern(object)
	if t, ok := r.org.store.Table(object); ok && r.org.rules[t] != nil {
		if r.writes == nil {
			r.writes = map[*store.Table]int{}
		}
		r.writes[t] += n
	}
}

// concern notes that the request is about records of an object.
func (r *request) concern(object string) {
	if object != "" && !r.decided && !slices.Contains(r.call.Objects, object) {
		r.call.Objects = append(r.call.Objects, object)
	}
}

// plan tells the exchange what the request means to write.
func (r *request) plan() {
	switch {
	case r.route.plan != nil:
		r.route.plan(r)
	case r.route.write:
		if t, ok := r.org.store.Table(r.param("object")); ok {
			r.intend(t.Name, 1)
		}
	}
}

// serve does the work, unless the request was found bad before.
func (r *request) serve() reply {
	switch {
	case r.bad != nil && r.route.refuse != nil:
		return r.route.refuse(r, r.bad)
	case r.bad != nil:
		return failure(r.bad)
	}
	return r.route.serve(r)
}

// table is the table that the placeholder {object} names.
func (r *request) table() (*store.Table, *apierr.Error) {
	t, ok := r.org.store.Table(r.param("object"))
	if !ok || r.hidden(t, wholeObject) {
		return nil, apierr.NotFound.New()
	}
	return t, nil
}

// write runs fn as one atomic unit with one commit, or within the unit that is
// open already. An error takes back everything that fn did; in an open unit
// its owner does that. fn must not call read or write.
func (r *request) write(fn func(*store.Tx) *apierr.Error) *apierr.Error {
	if r.tx != nil {
		return r.org.restate(fn(r.tx))
	}
	by := store.Author{Request: r.call.ID, API: r.call.API, Identity: r.call.Identity, Fate: commitlog.FateUnknown,
		AllowDuplicates: allowsDuplicates(r.header)}
	lsn, err := r.org.store.Update(by, func(tx *store.Tx) *apierr.Error {
		tx.Fail = r.row
		tx.Respect(r.taken)
		defer func() { r.row = tx.Fail }()
		return fn(tx)
	})
	if lsn > 0 {
		r.commits++
	}
	return r.org.restate(err)
}

// read runs fn on a consistent state: the open unit's, or the latest commit's.
func (r *request) read(fn func(*store.View)) {
	if r.tx != nil {
		fn(&r.tx.View)
		return
	}
	r.org.store.View(fn)
}
