package mocksf

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
)

// batchVersion is the oldest version of a sub-request (REST API guide,
// Composite Batch).
const batchVersion = 34

// planBatch reads the sub-requests of a batch. One that is malformed fails the
// whole call before anything is run.
func planBatch(r *request) {
	var subs []subrequest
	list := r.json.Get("batchRequests")
	switch {
	case list.Kind() != jsontree.Array:
		r.bad = apierr.JSONParser.New("The member batchRequests is missing, or is no array")
		return
	case list.Len() > maxSubrequests:
		r.bad = apierr.LimitExceeded.New("The request has more than 25 subrequests")
		return
	}
	for v := range list.Items() {
		s := subrequest{method: v.Get("method").Text(), url: batchURL(v.Get("url").Text()), body: v.Get("richInput")}
		if r.bad = r.checkBatched(&s); r.bad != nil {
			return
		}
		subs = append(subs, s)
	}
	for i := range subs {
		r.planSub(&subs[i])
	}
	r.planned = subs
}

// batchURL completes a URL, which clients write in three ways: from the root,
// from the version, and with or without a slash before it.
func batchURL(text string) string {
	text = strings.TrimLeft(text, "/")
	if !strings.HasPrefix(text, "services/data/") {
		text = "services/data/" + text
	}
	return "/" + text
}

// checkBatched refuses what the call cannot hold: another method, a version
// newer than its own, a composite resource (REST API guide, Composite Batch).
func (r *request) checkBatched(s *subrequest) *apierr.Error {
	switch parts := s.path(); {
	case !slices.Contains(subMethods, s.method):
		return apierr.InvalidInput.New("Invalid HTTP method in a subrequest: '" + short(s.method) + "'")
	case len(parts) < 3 || version(parts[2]) < batchVersion:
		return apierr.InvalidInput.New("Invalid URL in a subrequest: '" + short(s.url) + "'")
	case version(parts[2]) > r.version:
		return apierr.InvalidInput.New("A subrequest of version " + parts[2] + " does not fit into a batch of an older one")
	case len(parts) > 3 && strings.EqualFold(parts[3], "composite"):
		return apierr.InvalidInput.New("Not supported in a batch: '" + short(s.url) + "'")
	}
	return nil
}

// serveBatch runs independent sub-requests in their order. Each counts as a
// call of its own.
func serveBatch(r *request) reply {
	subs := r.planned.([]subrequest)
	if r.tx == nil {
		r.org.count(max(len(subs)-1, 0))
	}
	halt, bad, failed := r.json.Get("haltOnError").True(), false, 0
	list := []byte{'['}
	for i := range subs {
		var res subresult
		if bad && halt {
			res.reply = failure(apierr.BatchHalted.New())
		} else {
			res = r.run(&subs[i], nil)
		}
		bad = bad || res.status >= http.StatusBadRequest
		failed += res.refused(&subs[i])
		if i > 0 {
			list = append(list, ',')
		}
		list = strconv.AppendInt(append(list, `{"statusCode":`...), int64(res.status), 10)
		list = append(appendRaw(append(list, `,"result":`...), res.body), '}')
	}
	dst := strconv.AppendBool([]byte(`{"hasErrors":`), bad)
	dst = append(append(dst, `,"results":`...), list...)
	rep := answer(http.StatusOK, append(dst, ']', '}'))
	rep.failed = failed
	return rep
}
