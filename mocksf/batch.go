package mocksf

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
)

// planBatch reads the sub-requests of a batch. Their URLs come in three
// spellings: from the root, from the version, and with or without a slash.
func planBatch(r *request) {
	var subs []subrequest
	for v := range r.json.Get("batchRequests").Items() {
		s := subrequest{method: v.Get("method").Text(), url: v.Get("url").Text(), body: v.Get("richInput"), header: http.Header{}}
		if !strings.HasPrefix(s.url, "/services/data/") {
			s.url = "/services/data/" + strings.TrimPrefix(s.url, "/")
		}
		r.planSub(&s)
		subs = append(subs, s)
	}
	switch {
	case r.json.Get("batchRequests").Kind() != jsontree.Array:
		r.bad = apierr.JSONParser.New("The member batchRequests is missing, or is no array")
	case len(subs) > maxSubrequests:
		r.bad = apierr.LimitExceeded.New("The request has more than 25 subrequests")
	}
	r.planned = subs
}

// serveBatch runs independent sub-requests in their order. Each counts as a
// call of its own.
func serveBatch(r *request) reply {
	subs := r.planned.([]subrequest)
	r.org.calls.Add(int64(max(len(subs)-1, 0)))
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
