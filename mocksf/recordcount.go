package mocksf

import "github.com/squall-harness/squall/mocksf/internal/store"

// countVersion is the version that brought record counts.
const countVersion = 40

// countRecords tells how many live records there are of the objects that the
// query names, or of all. Names of no object are passed over (REST API guide,
// Record Count).
func countRecords(r *request) reply {
	type count struct {
		Count int    `json:"count"`
		Name  string `json:"name"`
	}
	names, counts := splitList(r.query.Get("sObjects")), []count{}
	r.read(func(v *store.View) {
		for _, t := range r.org.store.Tables() {
			asked := len(names) == 0 || among(names, t.Name)
			if asked && !r.hidden(t, wholeObject) {
				counts = append(counts, count{v.Count(t), t.Name})
			}
		}
	})
	return object(map[string]any{"sObjects": counts})
}
