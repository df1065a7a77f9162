package mocksf_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf"
)

func TestAssumptions(t *testing.T) {
	now := time.Date(2026, 3, 30, 12, 0, 0, 0, time.UTC)
	ago := func(days int) string {
		return "?start=" + now.AddDate(0, 0, -days).Format(time.RFC3339) + "&end=" + now.Format(time.RFC3339)
	}
	own := mocksf.Assumptions{UpdatedDays: 7, DeletedDays: 3, GoneCode: "VERSION_RETIRED", PreconditionCode: "STALE", BodyMB: 1, Retrieve: 1, JobDeleted: 200}
	for _, c := range []struct {
		assume                 mocksf.Assumptions
		gone, stale            string
		updated, deleted, most int
		large, job             int
	}{
		{mocksf.Assumptions{}, "GONE", "PRECONDITION_FAILED", 30, 30, 2, 400, 204},
		{own, "VERSION_RETIRED", "STALE", 7, 3, 1, 413, 200},
	} {
		d := openDoor(t, mocksf.Config{Now: func() time.Time { return now }, Assume: c.assume})
		id := d.create("Account", `{"Name":"n"}`)
		assert.Contains(t, d.do("GET", "/services/data/v30.0/limits", nil).body, `"`+c.gone+`"`)
		assert.Contains(t, d.do("GET", "sobjects/Account/"+id, nil, "If-Match", `"x"`).body, `"`+c.stale+`"`)
		for path, days := range map[string]int{"updated": c.updated, "deleted": c.deleted} {
			assert.Equal(t, 200, d.do("GET", "sobjects/Account/"+path+ago(days), nil).status, path)
			assert.Contains(t, d.do("GET", "sobjects/Account/"+path+ago(days+1), nil).body, "INVALID_REPLICATION_DATE", path)
		}
		two := d.do("GET", "composite/sobjects/Account?fields=Id&ids="+id+","+id, nil)
		assert.Equal(t, c.most == 2, two.status == 200, two.body)
		assert.Equal(t, c.large, d.do("POST", "sobjects/Account", strings.NewReader(`{"Name":"`+strings.Repeat("x", 2<<20)+`"}`)).status)
		var job struct{ ID string }
		d.json("POST", "jobs/ingest", `{"object":"Account","operation":"insert"}`, &job)
		d.do("PATCH", "jobs/ingest/"+job.ID, strings.NewReader(`{"state":"Aborted"}`))
		assert.Equal(t, c.job, d.do("DELETE", "jobs/ingest/"+job.ID, nil).status)
	}
}
