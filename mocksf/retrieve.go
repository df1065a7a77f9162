package mocksf

import (
	"net/http"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// retrieveByQuery reads records named in the URL.
func retrieveByQuery(r *request) reply {
	return r.retrieve(splitList(r.query.Get("ids")), r.query.Get("fields"))
}

// retrieveByBody reads records named in the body.
func retrieveByBody(r *request) reply {
	return r.retrieve(texts(r.json.Get("ids")), strings.Join(texts(r.json.Get("fields")), ","))
}

func texts(list jsontree.Value) []string {
	var found []string
	for v := range list.Items() {
		found = append(found, v.Text())
	}
	return found
}

// retrieve answers records in the order of their ids, null for one that is not
// there.
func (r *request) retrieve(ids []string, list string) reply {
	t, err := r.table()
	if err != nil {
		return failure(err)
	}
	fields, err := r.selected(t, list)
	switch {
	case err != nil:
		return failure(err)
	case len(ids) == 0:
		return failure(apierr.MissingID.New("ids"))
	case len(ids) > r.org.cfg.Assume.Retrieve:
		return failure(apierr.TooManyRecords.New(r.org.cfg.Assume.Retrieve))
	}
	rows := make([]*store.Row, len(ids))
	r.read(func(v *store.View) {
		for i, id := range ids {
			rows[i], _ = v.Get(id)
		}
		r.lookAtAll(v, t, fields, rows)
	})
	fields = withID(t, fields)
	dst := []byte{'['}
	for i, row := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		if !row.LiveIn(t) {
			dst = append(dst, "null"...)
			continue
		}
		dst = r.appendRecord(dst, row, fields)
	}
	return answer(http.StatusOK, append(dst, ']'))
}
