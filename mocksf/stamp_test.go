package mocksf_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf"
)

// Times have whole seconds, so two changes may have the same: one that is looked
// for by > of the last time seen is missed, as in a real org.
func TestTimesAreWholeSeconds(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 200e6, time.UTC)
	d := openDoor(t, mocksf.Config{Now: func() time.Time { return at }})
	first := d.create("Order__c", `{"Name":"a","Ordered_At__c":"2026-03-04T05:06:07.999Z"}`)
	at = at.Add(700 * time.Millisecond)
	d.create("Order__c", `{"Name":"b"}`)

	const second = "2026-03-04T05:06:07.000+0000"
	for _, row := range d.query("SELECT CreatedDate, SystemModstamp FROM Order__c").Records {
		assert.Equal(t, []any{second, second}, []any{row["CreatedDate"], row["SystemModstamp"]})
	}
	assert.Equal(t, second, d.query("SELECT Ordered_At__c FROM Order__c WHERE Name = 'a'").Records[0]["Ordered_At__c"])
	for condition, found := range map[string]int{
		"SystemModstamp > 2026-03-04T05:06:07Z": 0, "SystemModstamp >= 2026-03-04T05:06:07Z": 2, "SystemModstamp = 2026-03-04T05:06:07.900Z": 2,
		"SystemModstamp >= 2026-03-04T05:06:07.999Z": 2, "Ordered_At__c = 2026-03-04T05:06:07.001Z": 1,
	} {
		assert.Equal(t, found, d.query("SELECT Id FROM Order__c WHERE "+condition).TotalSize, condition)
	}

	assert.Equal(t, http.StatusNoContent, d.do("DELETE", "sobjects/Order__c/"+first, nil).status)
	span := "/?start=2026-03-04T05:00:00Z&end=2026-03-04T05:10:00Z"
	assert.Contains(t, d.do("GET", "sobjects/Order__c/deleted"+span, nil).body, `"deletedDate":"`+second+`"`)
	job := d.createJob(`{"object":"Order__c","operation":"insert"}`)
	assert.Contains(t, d.do("GET", "jobs/ingest/"+job.ID, nil).body, fmt.Sprintf(`"createdDate":%q,"systemModstamp":%q`, second, second))
	assert.Contains(t, d.classic("GET", "job/"+d.openClassic("insert", "XML"), asXML, "").body, "<createdDate>"+strings.Replace(second, "+0000", "Z", 1)+"</createdDate>")
}
