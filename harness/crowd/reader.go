package crowd

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/squall-harness/squall/harness/history"
)

const (
	patience   = 25 // looks at one unit before a reader turns to another
	maxQueries = 5  // in one composite call (REST API guide, Composite)
	maxKeys    = 50 // in one query, which must fit into a URL
)

// reader looks at a unit until it is there, and once more, then turns to
// another one.
type reader struct {
	crowd *Crowd
	units []*history.Operation
	next  int // the first unit that it has not followed
	step  int // readers share the units out among them
	now   *unit
	looks int
	found bool
}

// unit is an operation of several records, as a reader asks for it.
type unit struct {
	queries []string
	records int // that it asks for
}

// units lists the operations that readers can see appear.
func (c *Crowd) units() (units []*history.Operation) {
	for i := range c.Ops {
		keyed := 0
		for _, rec := range c.Ops[i].Records {
			if rec.ExternalID != "" && rec.Op != "delete" {
				keyed++
			}
		}
		if keyed > 1 {
			units = append(units, &c.Ops[i])
		}
	}
	return units
}

// newUnit makes one query for each kind of record, by external ids.
func newUnit(op *history.Operation) *unit {
	u := &unit{}
	keys, kinds := map[[2]string][]string{}, [][2]string{}
	for i := range op.Records {
		rec := &op.Records[i]
		kind := [2]string{rec.Object, rec.ExternalIDField}
		if rec.ExternalID == "" || rec.Op == "delete" || len(keys[kind]) == maxKeys {
			continue
		}
		if keys[kind] == nil {
			kinds = append(kinds, kind)
		}
		keys[kind] = append(keys[kind], literal(rec.ExternalID))
	}
	for _, kind := range kinds[:min(len(kinds), maxQueries)] {
		u.records += len(keys[kind])
		u.queries = append(u.queries, fmt.Sprintf("SELECT Id, %s FROM %s WHERE %s IN (%s)", kind[1], kind[0], kind[1], strings.Join(keys[kind], ", ")))
	}
	return u
}

// literal writes a text as SOQL does.
func literal(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// look reads all records of the unit at once, from one state of the org.
func (r *reader) look(p *person) {
	if r.now == nil && !r.choose(p) {
		return
	}
	status, body := p.door.call("POST", "/composite", r.now.request(p.door.root))
	r.looks++
	whole := status == http.StatusOK && count(body) == r.now.records
	if r.looks >= patience || whole && r.found {
		r.now = nil
	}
	r.found = whole
}

// choose takes one of the latest units that are due; false when there is none.
func (r *reader) choose(p *person) bool {
	now := r.crowd.Now()
	last := r.next
	for i := r.next; i < len(r.units) && r.units[i].Due <= now; i += r.step {
		last = i + r.step
	}
	if last == r.next {
		return false
	}
	back := r.step * p.rng.IntN(min(4, (last-r.next)/r.step))
	r.now, r.looks, r.found = newUnit(r.units[last-r.step-back]), 0, false
	r.next = last
	return true
}

// request is one composite call, all or none: then it reads one state.
func (u *unit) request(root string) any {
	type sub struct {
		Method string `json:"method"`
		URL    string `json:"url"`
		Ref    string `json:"referenceId"`
	}
	var subs []sub
	for i, q := range u.queries {
		subs = append(subs, sub{"GET", root + "/query?q=" + url.QueryEscape(q), fmt.Sprintf("q%d", i)})
	}
	return map[string]any{"allOrNone": true, "compositeRequest": subs}
}

// count adds up the records that the answer holds.
func count(body []byte) int {
	var answer struct {
		CompositeResponse []struct{ Body json.RawMessage }
	}
	if json.Unmarshal(body, &answer) != nil {
		return 0
	}
	n := 0
	for _, sub := range answer.CompositeResponse {
		var page struct{ TotalSize int }
		if json.Unmarshal(sub.Body, &page) == nil { // an error is an array
			n += page.TotalSize
		}
	}
	return n
}
