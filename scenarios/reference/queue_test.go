package reference

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func smallPlan() Plan {
	return Plan{Workers: 2, Rows: 3, Graphs: 2, Nodes: 6, BulkFrom: 4, BulkUntil: 2, BulkRows: 100, BulkLeast: 1}
}

func take(t *testing.T, q *Queue, newest bool) []string {
	t.Helper()
	b, err := q.Take(t.Context(), newest)
	require.NoError(t, err)
	return ids(b.Txs)
}

func add(q *Queue, txs ...*Transaction) {
	for _, tx := range txs {
		q.Add(tx)
	}
}

func TestOneOfAKeyIsUnderWay(t *testing.T) {
	q := NewQueue(smallPlan())
	first, second := contact("t-1", "a", nil), contact("t-2", "a", nil)
	add(q, first, second, contact("t-3", "b", nil))
	assert.Equal(t, []string{"t-1"}, take(t, q, false))
	assert.Equal(t, []string{"t-3"}, take(t, q, false), "t-2 waits for t-1")
	q.Retry(first, 0)
	assert.Equal(t, []string{"t-1"}, take(t, q, false), "a repetition comes before the next one")
	q.Done(first)
	assert.Equal(t, []string{"t-2"}, take(t, q, false))
}

func TestARetryPausesItsLaneOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(smallPlan())
		first := contact("t-1", "a", nil)
		add(q, first, contact("t-2", "a", nil))
		take(t, q, false)
		begin := time.Now()
		q.Retry(first, time.Second)
		add(q, contact("t-3", "b", nil))
		assert.Equal(t, []string{"t-3"}, take(t, q, false))
		assert.Equal(t, []string{"t-1"}, take(t, q, false))
		assert.Equal(t, time.Second, time.Since(begin))
	})
}

func TestTheLongestLaneGoesFirst(t *testing.T) {
	q := NewQueue(smallPlan())
	q.Plan.Workers = 100
	long := contact("l-1", "long", nil)
	add(q, long, contact("l-2", "long", nil), contact("l-3", "long", nil))
	assert.Equal(t, []string{"l-1"}, take(t, q, false))
	shorter := contact("s-1", "shorter", nil)
	add(q, shorter, contact("s-2", "shorter", nil), contact("s-3", "shorter", nil))
	assert.Equal(t, []string{"s-1"}, take(t, q, false))
	add(q, contact("t-1", "a", nil), contact("l-4", "long", nil))
	q.Done(shorter)
	q.Done(long)
	add(q, contact("t-2", "b", nil))
	for _, want := range []string{"l-2", "s-2", "t-1", "t-2"} {
		assert.Equal(t, []string{want}, take(t, q, false))
	}
}

func TestFewGoAloneManyTogether(t *testing.T) {
	q := NewQueue(smallPlan())
	add(q, contact("t-1", "a", nil), contact("t-2", "b", nil))
	assert.Equal(t, []string{"t-1"}, take(t, q, false), "two workers, two transactions")
	for i := range 6 {
		add(q, contact(fmt.Sprintf("t-%d", i+3), fmt.Sprintf("k%d", i), nil))
	}
	q.Plan.BulkFrom = 100
	assert.Equal(t, []string{"t-2", "t-3", "t-4"}, take(t, q, false), "no more than Rows")
	assert.Equal(t, []string{"t-8", "t-7"}, take(t, q, true), "newest first")
}

func TestOnlyTheLikeShareACall(t *testing.T) {
	gone := contact("t-9", "z", nil)
	gone.Records[0].Op = "delete"
	alone := contact("t-8", "y", nil)
	alone.alone = true
	q := NewQueue(smallPlan())
	q.Plan.Workers = 1
	add(q, order("t-1", "a"), contact("t-2", "b", nil), gone, alone, order("t-3", "c"), order("t-4", "d"), contact("t-5", "e", nil))
	assert.Equal(t, []string{"t-1", "t-3"}, take(t, q, false), "no more than Graphs")
	assert.Equal(t, []string{"t-2", "t-5"}, take(t, q, false))
	assert.Equal(t, []string{"t-9"}, take(t, q, false))
	assert.Equal(t, []string{"t-8"}, take(t, q, false))
	assert.Equal(t, []string{"t-4"}, take(t, q, false))
}

func TestNodesBoundAGraphCall(t *testing.T) {
	q := NewQueue(smallPlan())
	q.Plan.Workers, q.Plan.Nodes = 1, 3
	add(q, order("t-1", "a"), order("t-2", "b"))
	assert.Equal(t, []string{"t-1"}, take(t, q, false))
}

func TestBulkTakesALargeBacklog(t *testing.T) {
	q := NewQueue(smallPlan())
	hot := contact("t-h1", "hot", nil)
	add(q, hot, contact("t-h2", "hot", nil), order("t-u", "u"))
	for i := range 4 {
		add(q, contact(fmt.Sprintf("t-%d", i), fmt.Sprintf("k%d", i), nil))
	}
	assert.Equal(t, []string{"t-h1"}, take(t, q, false), "workers leave to Bulk what may go that way")
	assert.Equal(t, []string{"t-u"}, take(t, q, false))
	require.NoError(t, q.AwaitBulk(t.Context()))
	assert.Equal(t, []string{"t-0", "t-1", "t-2", "t-3"}, ids(q.TakeBulk()))
	for i := range 5 { // Bulk is busy: nobody waits for it
		add(q, contact(fmt.Sprintf("f-%d", i), fmt.Sprintf("f%d", i), nil))
	}
	assert.Equal(t, []string{"f-0", "f-1", "f-2"}, take(t, q, false))
}

func TestTheSwitchToBulkDoesNotFlap(t *testing.T) {
	q := NewQueue(smallPlan())
	waves := func(n int) bool { q.bulkable = n; return q.bulkTurn() }
	assert.False(t, waves(3))
	assert.True(t, waves(4), "from here on")
	assert.True(t, waves(2), "until it is small")
	assert.False(t, waves(1))
	assert.False(t, waves(3))
}

func TestWhatMayGoByBulk(t *testing.T) {
	gone := contact("t", "k", nil)
	gone.Records[0].Op = "delete"
	tried := contact("t", "k", nil)
	tried.syncOnly = true
	assert.True(t, mayBulk(contact("t", "k", nil)))
	assert.False(t, mayBulk(order("t", "k")), "a unit is atomic, Bulk is not")
	assert.False(t, mayBulk(gone))
	assert.False(t, mayBulk(tried))
	assert.False(t, mayBulk(contact("t", "k", map[string]any{"Note__c": "#N/A"})), "a cell cannot say that")
}

func TestTakeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := NewQueue(smallPlan()).Take(ctx, false)
	assert.ErrorIs(t, err, context.Canceled)
}

// Whatever the mix of additions, batches, retries and waves: each transaction
// is finished once, a key's in their order, and never two of a key at once.
func TestQueueLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := NewQueue(smallPlan())
		under := map[string]*Transaction{}
		finished := map[string][]int{}
		added := 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				key := fmt.Sprintf("k%d", rapid.IntRange(0, 9).Draw(t, "key"))
				tx := contact(fmt.Sprint(added), key, nil)
				if rapid.Bool().Draw(t, "unit") {
					tx = order(fmt.Sprint(added), key)
				}
				tx.attempts = added // its number
				q.Add(tx)
				added++
			case 1:
				for _, tx := range q.composeNow() {
					require.Nil(t, under[tx.Key], "two of one key")
					under[tx.Key] = tx
				}
			default:
				for key, tx := range under {
					delete(under, key)
					if rapid.Bool().Draw(t, "works") {
						finished[key] = append(finished[key], tx.attempts)
						q.Done(tx)
					} else {
						q.Retry(tx, 0)
					}
					break
				}
			}
		}
		for _, numbers := range finished {
			require.IsIncreasing(t, append(numbers, added))
		}
	})
}

// composeNow is Take, or TakeBulk when it is its turn, without waiting.
func (q *Queue) composeNow() []*Transaction {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.bulkTurn() {
		return q.wave()
	}
	return q.compose(false).Txs
}
