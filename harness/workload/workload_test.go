package workload

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"text/template"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var spec = Spec{Rate: 500, For: 4 * time.Second, Mix: Mix{Upsert: 50, Hot: 10, Insert: 22, Unit: 18, Delete: 10, Poison: 8}, HotKeys: 5, Lines: 3,
	OddKeys: 5, OddValues: 20, Customers: 20}

func TestGenerateIsFixedByTheSeed(t *testing.T) {
	a, b := Generate(7, spec, "Token__c"), Generate(7, spec, "Token__c")
	assert.Equal(t, a, b)
	assert.NotEqual(t, a, Generate(8, spec, "Token__c"))
}

// The laws of a workload, whatever the spec: tokens are unique, versions of a
// record rise by one, parents come first, order totals are exact to the cent,
// and only what exists is deleted.
func TestGenerateLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := spec
		s.For = time.Second
		s.HotKeys = rapid.IntRange(1, 30).Draw(t, "hot")
		s.Lines = rapid.IntRange(0, 9).Draw(t, "lines")
		s.OddValues, s.Customers = rapid.Float64Range(0, 100).Draw(t, "odd"), rapid.IntRange(0, 50).Draw(t, "customers")
		part := func(least int, name string) int { return rapid.IntRange(least, 9).Draw(t, name) }
		s.Mix = Mix{Upsert: part(0, "upsert"), Hot: part(0, "hot"), Insert: part(0, "insert"), Unit: part(1, "unit"), Delete: part(0, "delete"), Poison: part(0, "poison")}
		checkLaws(t, Generate(rapid.Uint64().Draw(t, "seed"), s, "Token__c"))
	})
}

func checkLaws(t assert.TestingT, ops []history.Operation) {
	tokens, versions, lives, due := map[any]bool{}, map[string]int{}, map[string]bool{}, time.Duration(-1)
	for _, op := range ops {
		assert.Greater(t, op.Due, due)
		due = op.Due
		for _, r := range op.Records {
			assert.False(t, tokens[r.Fields["Token__c"]], "token twice")
			tokens[r.Fields["Token__c"]] = true
			if p := r.Parent; p != nil {
				assert.Positive(t, versions[p.Object+p.ExternalID], "%s: parent %s comes later", op.ID, p.ExternalID)
			}
			if r.ExternalID != "" {
				versions[r.Object+r.ExternalID]++
				assert.Equal(t, versions[r.Object+r.ExternalID], r.Version)
				assert.True(t, r.Op == "" || lives[r.Object+r.ExternalID], "%s deletes what is not there", op.ID)
				lives[r.Object+r.ExternalID] = r.Op == ""
			}
		}
		checkTotal(t, op)
	}
}

func checkTotal(t assert.TestingT, op history.Operation) {
	if op.Class != ClassUnit {
		return
	}
	cents := func(r history.Record) int64 { return int64(math.Round(r.Fields["Amount__c"].(float64) * 100)) }
	sum := int64(0)
	for _, line := range op.Records[2:] {
		sum += cents(line)
	}
	assert.Equal(t, cents(op.Records[1]), sum)
}

func TestGenerateHoldsEveryClassAndOddKeys(t *testing.T) {
	count, odd, cleared, atRest, revived := map[string]int{}, 0, 0, 0, 0
	deleted := map[string]bool{}
	for _, op := range Generate(1, spec, "Token__c") {
		count[op.Class]++
		if strings.ContainsAny(op.Key, `/?# +%&'"ä,@`) {
			odd++
		}
		for _, r := range op.Records {
			if v, ok := r.Fields["Phone"]; ok && v == nil {
				cleared++
			}
			if r.Parent != nil && op.Class == ClassInsert && !strings.Contains(op.Key, "-h-") {
				atRest++
			}
		}
		if r := op.Records[0]; op.Class == ClassDelete && deleted[op.Key] && r.Op == "" {
			revived++
		}
		deleted[op.Key] = op.Records[0].Op == "delete"
	}
	assert.Positive(t, atRest, "entries of accounts that nobody changes any more")
	assert.Positive(t, revived, "contacts that come again under their old key")
	for _, c := range classes {
		assert.Greater(t, count[c], 50, c)
	}
	assert.Positive(t, odd)
	assert.Positive(t, cleared)
}

// The twins of poison keep their own external id, in whatever names.
func TestTwinsAreInTheOrgBefore(t *testing.T) {
	assert.Empty(t, Seeds(Spec{Mix: Mix{Upsert: 1}}))
	shared := map[any]int{}
	for _, s := range Seeds(spec) {
		shared[s.Fields["Legacy_Id__c"]]++
	}
	ops, met := Generate(1, spec, "Token__c"), 0
	Names{Fields: Fields{Key: "My_Id__c", Token: "Token__c"}}.Apply(ops)
	for _, op := range ops {
		if r := op.Records[0]; r.ExternalIDField == "Legacy_Id__c" {
			assert.Equal(t, 2, shared[r.ExternalID])
			met++
		}
	}
	assert.Positive(t, met)
}

func TestSpecCheckNamesTheKey(t *testing.T) {
	for key, change := range map[string]func(*Spec){
		"rate":      func(s *Spec) { s.Rate = -1 },
		"for":       func(s *Spec) { s.For = -time.Second },
		"mix":       func(s *Spec) { s.Mix = Mix{} },
		"hotKeys":   func(s *Spec) { s.HotKeys = 0 },
		"lines":     func(s *Spec) { s.Lines = -1 },
		"oddKeys":   func(s *Spec) { s.OddKeys = 101 },
		"oddValues": func(s *Spec) { s.OddValues = -1 },
		"customers": func(s *Spec) { s.Customers = -1 },
	} {
		s := spec
		change(&s)
		require.NotNil(t, s.Check(), key)
		assert.Equal(t, key, s.Check().Key)
	}
	assert.Nil(t, spec.Check())
}

// receiver is an integration that answers as a test wants.
type receiver struct {
	mu     sync.Mutex
	bodies map[string][]string // transaction id -> bodies in order
	order  map[string][]string // key -> ids that were acknowledged
	answer func(id string, attempt int) int
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	var tx struct{ ID, Key string }
	_ = json.Unmarshal(body, &tx)
	r.mu.Lock()
	r.bodies[tx.ID] = append(r.bodies[tx.ID], string(body))
	status := r.answer(tx.ID, len(r.bodies[tx.ID]))
	if status < 300 {
		r.order[tx.Key] = append(r.order[tx.Key], tx.ID)
	}
	r.mu.Unlock()
	if status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
}

func offer(t *testing.T, ops []history.Operation, answer func(string, int) int) (*receiver, *history.History) {
	r := &receiver{bodies: map[string][]string{}, order: map[string][]string{}, answer: answer}
	server := httptest.NewServer(r)
	defer server.Close()
	start := time.Now()
	rec := history.NewRecorder(func() time.Duration { return time.Since(start) })
	p := &Push{URL: server.URL, Recorder: rec}
	p.Offer(t.Context(), ops, spec.Rate)
	return r, history.Fold(rec.Since(0))
}

func TestPushOffersEverythingOnceInOrderOfKey(t *testing.T) {
	s := spec
	s.For = time.Second
	ops := Generate(3, s, "Token__c")
	r, h := offer(t, ops, func(string, int) int { return http.StatusAccepted })
	require.Len(t, h.Operations, len(ops))
	want := map[string][]string{}
	for _, op := range ops {
		want[op.Key] = append(want[op.Key], op.ID)
		assert.Len(t, r.bodies[op.ID], 1)
	}
	assert.Equal(t, want, r.order)
}

func TestPushOffersAnUnknownOutcomeAgainWithTheSameBody(t *testing.T) {
	ops := Generate(3, Spec{Rate: 500, For: 20 * time.Millisecond, Mix: Mix{Hot: 1}, HotKeys: 1}, "Token__c")
	answers := []int{0, http.StatusServiceUnavailable, http.StatusMovedPermanently, http.StatusOK}
	r, h := offer(t, ops, func(id string, attempt int) int {
		if id == ops[0].ID {
			return answers[attempt-1]
		}
		return http.StatusOK
	})
	bodies := r.bodies[ops[0].ID]
	require.Len(t, bodies, 4)
	assert.Equal(t, bodies[0], bodies[3])
	assert.Equal(t, history.OK, h.Operations[0].Outcome)
	assert.Len(t, h.Operations[0].Attempts, 4)
	assert.Equal(t, ops[0].ID, r.order[ops[0].Key][0], "later ones of the key wait for a definite answer")
}

func TestPushTakesARefusalAsDefinite(t *testing.T) {
	ops := Generate(3, Spec{Rate: 500, For: 20 * time.Millisecond, Mix: Mix{Upsert: 1}}, "Token__c")
	r, h := offer(t, ops, func(string, int) int { return http.StatusUnprocessableEntity })
	for _, op := range h.Operations {
		assert.Equal(t, history.Fail, op.Outcome)
		assert.Len(t, r.bodies[op.ID], 1)
	}
}

func TestPushOffersInTheShapeThatAScenarioAsksFor(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		got = string(body)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	rec := history.NewRecorder(func() time.Duration { return 0 })
	p := &Push{URL: server.URL, Recorder: rec, Accepted: []int{201},
		Body: template.Must(template.New("").Parse(`<tx id="{{.ID}}" n="{{len .Records}}"/>`))}
	p.prepare([]history.Operation{{ID: "t-1", Key: "k", Records: make([]history.Record, 2)}})
	body, err := write(p.Body, p.ops[0])
	require.NoError(t, err)
	a := p.attempt(t.Context(), body)
	p.client.CloseIdleConnections()
	assert.Equal(t, `<tx id="t-1" n="2"/>`, got)
	assert.Equal(t, history.Info, a.Outcome, "204 is not among the accepted statuses")
}

// What JSON must escape in a key or a field is escaped; the names are the contract's.
func TestBodyWritesPartsAsJSON(t *testing.T) {
	body, err := Body(`{"n": {{json .ID}}, "k": {{json .Key}}, "rows": {{json .Records}}, "first": {{json (index .Records 0).Fields}}}`)
	require.NoError(t, err)
	op := history.Operation{ID: "t-1", Key: `a"b\`, Records: []history.Record{{Object: "Account", Fields: map[string]any{"Name": "é\"", "Note__c": nil}}}}
	text, err := Fill(body, op)
	require.NoError(t, err)
	assert.JSONEq(t, `{"n": "t-1", "k": "a\"b\\", "rows": [{"object": "Account", "fields": {"Name": "é\"", "Note__c": null}}],
		"first": {"Name": "é\"", "Note__c": null}}`, string(text))
}

// Why there was no answer is told in words.
func TestPushSaysWhyThereWasNoAnswer(t *testing.T) {
	block := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cut" {
			panic(http.ErrAbortHandler)
		}
		<-block
	}))
	defer server.Close()
	defer close(block)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for path, c := range map[string]struct {
		ctx  context.Context
		want string
	}{
		"/hangs": {t.Context(), "timeout after 50ms"}, "/cut": {t.Context(), "EOF"}, "/late": {over, "the run ended"},
	} {
		p := &Push{URL: server.URL + path, Timeout: 50 * time.Millisecond, Recorder: history.NewRecorder(func() time.Duration { return 0 })}
		p.prepare(nil)
		a := p.attempt(c.ctx, nil)
		p.client.CloseIdleConnections()
		assert.Equal(t, history.Attempt{Error: c.want}, a, path)
	}
}

func TestSpecBoundsWhatARunHolds(t *testing.T) {
	s := spec
	s.Rate, s.For = 20_000, 1000*time.Hour
	assert.Contains(t, s.Check().Text, "a run takes at most 2000000")
	s = spec
	s.Rate = math.NaN()
	assert.Equal(t, "rate", s.Check().Key)
	s = spec
	s.Mix.Hot = math.MaxInt
	assert.Equal(t, "mix", s.Check().Key)
}
