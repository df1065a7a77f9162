package mocksf

import (
	"net/http"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/query"
	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// wrappedFrom is the first version that wraps the records of a search in an
// object (REST API guide, Search).
const wrappedFrom = 37

// serveSearch answers a SOSL search.
func serveSearch(r *request) reply {
	s, err := soql.ParseSearch(r.query.Get("q"))
	if err != nil {
		return queryFailure(err)
	}
	return r.search(s)
}

func (r *request) search(s *soql.Search) reply {
	var rep reply
	r.read(func(v *store.View) {
		found, err := soql.RunSearch(s, query.Tables{Store: r.org.store, View: v, Hidden: r.hidden})
		if err != nil {
			rep = queryFailure(err)
			return
		}
		rep = r.hits(v, found)
	})
	return rep
}

// hits answers what a search found, object by object.
func (r *request) hits(v *store.View, found []soql.Hits) reply {
	p := pageWriter{request: r}
	c := &cursor{size: maxBatch, lsn: v.LSN()}
	body := []byte{'['}
	for _, h := range found {
		r.lookThrough(v, commitlog.Read{}, h.Shape, h.Rows)
		for _, row := range h.Rows {
			if len(body) > 1 {
				body = append(body, ',')
			}
			body = p.record(body, c, h.Shape, row)
		}
	}
	body = append(body, ']')
	if r.version < wrappedFrom {
		return answer(http.StatusOK, body)
	}
	return answer(http.StatusOK, append(append([]byte(`{"searchRecords":`), body...), '}'))
}
