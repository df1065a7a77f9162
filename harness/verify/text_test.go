package verify

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

func TestWords(t *testing.T) {
	assert.Equal(t, "6.21 s", seconds(6213*time.Millisecond))
	assert.Equal(t, "1 crash", plural(1, "crash"))
	assert.Equal(t, "2 crashes", plural(2, "crash"))
	assert.Equal(t, "1,234,567 operations", plural(1234567, "operation"))
	assert.Equal(t, []string{"0", "999", "1,000", "-1,000", "-999"},
		[]string{thousands(0), thousands(999), thousands(1000), thousands(-1000), thousands(-999)})
	assert.Equal(t, "", capital(""))
	assert.Equal(t, "Über", capital("über"))
	assert.Equal(t, "a; b; and 2 more", listed([]string{"a", "b", "c", "d"}, 2))
}

func TestRecordDataIsShortened(t *testing.T) {
	assert.Len(t, []rune(shorten(strings.Repeat("ü", 500))), maxShown)
	assert.Equal(t, strings.Repeat("ü", maxShown), shorten(strings.Repeat("ü", maxShown)))
	assert.Equal(t, `"a\nb"`, shown("a\nb"), "a value cannot break a line")
	assert.Equal(t, "null", shown(nil))
	assert.LessOrEqual(t, len([]rune(shown(strings.Repeat("x", 500)))), maxShown+2)
}

func TestResultsAreWrittenAsWords(t *testing.T) {
	for _, r := range []Result{NoEvidence, Pass, Fail, NotClaimed} {
		text, err := json.Marshal(r)
		require.NoError(t, err)
		var back Result
		require.NoError(t, json.Unmarshal(text, &back))
		assert.Equal(t, r, back)
	}
	var r Result
	assert.ErrorContains(t, json.Unmarshal([]byte(`"green"`), &r), `unknown result "green"`)
}

func TestVerdictsWithoutCountsAreNamed(t *testing.T) {
	assert.Equal(t, "NOT SAFE: broken: order.", Sentence([]Verdict{{Guarantee: Order, Result: Fail}}))
}

// A retry storm is cut in its middle: the intent, the answers and the commits
// stay.
func TestALongStoryLosesRequestsFirst(t *testing.T) {
	s := rehearsed()
	op := s.ack("t-1", "k", insert("Activity_Log__c"))
	s.apply(op)
	for i := range 100 {
		s.tick()
		s.request(fmt.Sprintf("storm-%d", i), 503).Traces = []string{"t-1.0"}
	}
	s.apply(op).Fate = commitlog.FateLost
	a := only(t, s.over(), NoDuplicates, Duplicate)
	assert.Len(t, a.Story, maxSteps)
	found := map[string]int{}
	for _, kind := range kinds(a) {
		found[kind]++
	}
	assert.Equal(t, map[string]int{stepIntent: 1, stepAnswer: 1, stepCommit: 2, stepRequest: 25, stepMore: 1}, found)
	assert.Contains(t, a.Text, "a late landing")
}

func TestAManyTimesBrokenPromiseKeepsAFewWitnesses(t *testing.T) {
	s := rehearsed()
	for i := range 100 {
		op := s.ack(fmt.Sprintf("t-%d", i), fmt.Sprint(i), insert("Activity_Log__c"))
		if i == 20 { // the smallest story
			op.Attempts = nil
		}
	}
	v := of(s.over(), NoLoss)
	assert.Equal(t, 100, v.Found)
	assert.Equal(t, []Count{{"lost", 100}}, v.Classes)
	require.Len(t, v.Anomalies, MaxAnomalies)
	assert.Equal(t, "t-20", v.Anomalies[0].Operation)
	assert.Equal(t, "t-0", v.Anomalies[1].Operation)
}

func TestRequestsAreToldWithWhatBecameOfThem(t *testing.T) {
	s := rehearsed()
	s.ack("t-1", "k", insert("Activity_Log__c")).Attempts[0].Status = 0
	s.request("r-a", 0).Traces = []string{"t-1.0"}
	b := s.request("r-b", 200)
	b.Traces, b.Failed, b.Records, b.Fault, b.Fate = []string{"t-1.0"}, 1, 2, "locks", commitlog.FateCut
	var texts []string
	for _, step := range only(t, s.over(), NoLoss, Lost).Story {
		texts = append(texts, step.Text)
	}
	story := strings.Join(texts, "\n")
	assert.Contains(t, story, "Request r-a arrives, PATCH /services/data/v67.0/sobjects, and gets no status.")
	assert.Contains(t, story, "Request r-b arrives, PATCH /services/data/v67.0/sobjects, and gets 200 with 1 of 2 records refused (fault locks), its reply cut.")
	assert.Contains(t, story, "got no answer: acknowledged.")
}

// The requests that opened, filled and closed a bulk job belong to the story of
// what the job did; looking after it does not.
func TestABulkJobIsToldWithItsRequests(t *testing.T) {
	s := rehearsed()
	op := s.ack("t-1", "k", insert("Activity_Log__c"))
	for range 2 {
		c := s.apply(op)
		c.API, c.Fate, c.Request = commitlog.APIBulk, commitlog.FateAsync, "750000000000000001"
	}
	for _, method := range []string{"POST", "PUT", "GET", "PATCH"} {
		r := s.request("job-"+method, 200)
		r.Job, r.Method = "750000000000000001", method
	}
	var told []string
	for _, step := range only(t, s.over(), NoDuplicates, Duplicate).Story {
		if strings.HasPrefix(step.Request, "job-") {
			told = append(told, step.Request)
		}
	}
	assert.Equal(t, []string{"job-POST", "job-PUT", "job-PATCH"}, told)
}

// A lost record went to Salesforce in a bulk job: what else was sent to the job
// is its story, although only the first upload carries its token.
func TestALostRecordsStoryTellsOfItsJob(t *testing.T) {
	s := newTale()
	s.ack("t-1", "k", upsert("Account", "a", 1))
	s.apply(s.ack("t-2", "k2", upsert("Account", "b", 1)))
	for _, call := range []struct {
		method, fault string
		status        int
		tokens        []string
	}{{"PUT", "gateway", 503, []string{"t-1.0"}}, {"PUT", "", 201, nil}, {"PATCH", "", 200, nil}, {"GET", "", 200, nil}} {
		s.tick()
		r := s.request("job-"+call.method, call.status)
		r.Method, r.API, r.Job, r.Fault, r.Traces, r.Records = call.method, commitlog.APIBulk, "j-1", call.fault, call.tokens, len(call.tokens)
	}
	var told []string
	for _, step := range of(s.over(), NoLoss).Anomalies[0].Story {
		if step.Kind == stepRequest {
			told = append(told, step.Text)
		}
	}
	assert.Equal(t, []string{
		"Request job-PUT arrives, PUT /services/data/v67.0/sobjects with 1 record, and gets 503 (fault gateway).",
		"Request job-PUT arrives, PUT /services/data/v67.0/sobjects with 0 records, and gets 201.",
		"Request job-PATCH arrives, PATCH /services/data/v67.0/sobjects, and gets 200.",
	}, told)
}
