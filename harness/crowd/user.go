package crowd

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"

	"github.com/squall-harness/squall/harness/history"
)

// recent is how many of the latest records users choose from: what the
// integration wrote lately it may well write again.
const recent = 60

// user edits one field of one record at a time, as somebody does who has it
// open: it reads the record by its key, and writes by its id.
type user struct {
	crowd *Crowd
	known []known // records that it may edit
	edits int
}

// known is a record that the source offers with operation op.
type known struct {
	op     int
	record *history.Record
	fields []string
}

// known lists the records that users may edit.
func (c *Crowd) known() (list []known) {
	for op := range c.Ops {
		for i := range c.Ops[op].Records {
			rec := &c.Ops[op].Records[i]
			if fields := fieldsOf(c.Spec.Edits, rec.Object); rec.ExternalID != "" && rec.Op != "delete" && fields != nil {
				list = append(list, known{op, rec, fields})
			}
		}
	}
	return list
}

// fieldsOf finds the fields of an object, whose name may be in any case.
func fieldsOf(edits map[string][]string, object string) []string {
	for _, name := range slices.Sorted(maps.Keys(edits)) {
		if strings.EqualFold(name, object) {
			return edits[name]
		}
	}
	return nil
}

// edit changes a record that is there; one that is not is left for later.
func (u *user) edit(p *person) {
	due := u.crowd.due()
	n := sort.Search(len(u.known), func(i int) bool { return u.known[i].op >= due })
	if n == 0 {
		return
	}
	k := u.known[n-1-p.rng.IntN(min(n, recent))]
	field := k.fields[p.rng.IntN(len(k.fields))]
	path := "/sobjects/" + k.record.Object + "/"
	status, body := p.door.call("GET", path+k.record.ExternalIDField+"/"+url.PathEscape(k.record.ExternalID)+"?fields=Id,"+url.QueryEscape(field), nil)
	var found struct{ ID string }
	if status != http.StatusOK || json.Unmarshal(body, &found) != nil {
		return
	}
	u.edits++
	p.door.call("PATCH", path+found.ID, map[string]any{field: fmt.Sprintf("%s, edit %d", p.name, u.edits)})
}
