package mocksf

import (
	"net/http"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// The limits of one call (REST API guide, Composite).
const (
	maxSubrequests = 25
	maxHeavy       = 5 // of these, collections and queries
)

// compositeVersion is the API version that introduced composite calls.
const compositeVersion = 38

var compositeRoutes = []route{
	{method: "POST", pattern: "composite", api: commitlog.APIComposite, since: compositeVersion, write: true, plan: planComposite, serve: serveComposite},
	{method: "POST", pattern: "composite/graph", api: commitlog.APIGraph, since: graphsVersion, write: true, plan: planGraphs, serve: serveGraphs},
	{method: "POST", pattern: "composite/batch", api: commitlog.APIComposite, since: batchVersion, write: true, plan: planBatch, serve: serveBatch},
	{method: "POST", pattern: "composite/tree/{object}", api: commitlog.APIComposite, write: true, plan: planTree, serve: serveTree},
}

// planComposite reads the sub-requests and counts what they write.
func planComposite(r *request) {
	subs, err := r.readSubrequests(r.json.Get("compositeRequest"))
	heavy := 0
	for _, s := range subs {
		if s.heavy() {
			heavy++
		}
	}
	switch {
	case err != nil:
		r.bad = err
		return
	case len(subs) > maxSubrequests:
		r.bad = apierr.LimitExceeded.New("The request has more than 25 subrequests")
		return
	case heavy > maxHeavy:
		r.bad = apierr.LimitExceeded.New("The request has more than 5 subrequests that are queries or sObject Collections")
		return
	}
	for i := range subs {
		r.planSub(&subs[i])
	}
	r.planned = subs
}

// heavy tells whether a sub-request is a query, a further page of one, or a
// collection.
func (s *subrequest) heavy() bool {
	if strings.HasPrefix(s.url, "@{") {
		return strings.HasSuffix(s.url, ".nextRecordsUrl}")
	}
	parts := s.path()
	is := func(i int, name string) bool { return len(parts) > i && strings.ToLower(parts[i]) == name }
	return is(3, "composite") && is(4, "sobjects") || is(3, "query") || is(3, "queryall")
}

// serveComposite runs the sub-requests in their order: each on its own, or all
// of them as one unit.
func serveComposite(r *request) reply {
	subs := r.planned.([]subrequest)
	var results []subresult
	if r.json.Get("allOrNone").True() {
		results, _ = r.unit(subs)
	} else {
		for i := range subs {
			results = append(results, r.run(&subs[i], results))
		}
	}
	dst, failed := []byte(`{"compositeResponse":`), 0
	for i := range results {
		failed += results[i].refused(&subs[i])
	}
	rep := answer(http.StatusOK, append(appendSubresults(dst, results), '}'))
	rep.failed = failed
	return rep
}

// unit runs the sub-requests as one atomic unit. When one fails, all is taken
// back: the culprit keeps its error, the others say that they were halted.
func (r *request) unit(subs []subrequest) (results []subresult, ok bool) {
	culprit := -1
	results = make([]subresult, 0, len(subs))
	halted := r.write(func(tx *store.Tx) *apierr.Error {
		tx.Expect(len(subs))
		inner := *r
		inner.tx = tx
		for i := range subs {
			results = append(results, inner.run(&subs[i], results))
			if results[i].bad() {
				culprit = i
				return apierr.Halted.New()
			}
		}
		return nil
	})
	if halted == nil {
		return results, true
	}
	results = results[:culprit+1]
	results[culprit].failed = subs[culprit].records // also those that its own body calls good
	for i := range subs {
		if i == culprit {
			continue
		}
		res := subresult{ref: subs[i].ref, reply: failure(halted)}
		if i < culprit {
			results[i] = res
		} else {
			results = append(results, res)
		}
	}
	return results, false
}

func appendSubresults(dst []byte, results []subresult) []byte {
	dst = append(dst, '[')
	for i, res := range results {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendSubresult(dst, res)
	}
	return append(dst, ']')
}
