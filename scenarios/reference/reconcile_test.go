package reference

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

func removal(id, key, record string) *Transaction {
	return transaction(id, key, Record{Object: "Contact", ExternalIDField: "Ext_Id__c", ExternalID: record, Op: "delete"})
}

// The org goes down, comes back from a backup, and gets again what it lost, in
// the old order, before what came meanwhile.
func TestWhatARestoreTookIsDeliveredAgain(t *testing.T) {
	r := newRig(t, func(c *mocksf.Config) { c.Service.Call = 5 * time.Millisecond }) // times are told in milliseconds
	var gate *Gate
	r.start(func(p *Parts) {
		gate = p.Client.Gate
		p.Client.Gate.Strikes = 1
		p.Reconcile.Page = 2
		p.Pause, p.ProbePause = Backoff{time.Millisecond, 5 * time.Millisecond}, Backoff{time.Millisecond, 5 * time.Millisecond}
	})
	kept := []*Transaction{contact("t-1", "a", nil), contact("t-2", "b", nil)}
	r.offer(kept...)
	r.delivered(kept...)
	restore := r.org.Backup()
	lost := []*Transaction{contact("t-3", "a", nil), order("t-4", "o"), contact("t-5", "c", nil), contact("t-6", "a", nil)}
	r.offer(lost...)
	r.delivered(lost...)
	down := mocksf.Decision{Reply: &mocksf.Reply{Status: http.StatusServiceUnavailable, ContentType: "text/html", Body: "down"}}
	r.faults(func(*mocksf.Call) mocksf.Decision { return down })
	later := contact("t-7", "a", nil)
	r.offer(later)
	require.Eventually(t, func() bool { return !gate.Trouble().Since.IsZero() }, 10*time.Second, time.Millisecond)
	before := r.org.Log().Len()
	restore()
	r.faults(func(*mocksf.Call) mocksf.Decision { return mocksf.Decision{} })
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		var again []string
		for _, commit := range r.org.Log().Since(before + 1) {
			for _, change := range commit.Changes {
				if text, _ := change.Fields["Token__c"].(string); text != "" {
					again = append(again, text)
				}
			}
		}
		assert.Subset(c, again, []string{"t-3.0", "t-4.0", "t-5.0", "t-6.0", "t-7.0"})
		assert.NotContains(c, again, "t-1.0")
		assert.NotContains(c, again, "t-2.0")
	}, 15*time.Second, 10*time.Millisecond)
	assert.Less(t, r.lastOf(lost[0]), r.lastOf(lost[3]))
	assert.Less(t, r.lastOf(lost[3]), r.lastOf(later))
}

// What a page of delivered transactions says about the org, without one.
func TestStock(t *testing.T) {
	at := func(second int) time.Time { return time.Unix(int64(second), 0) }
	write := func(second int, tx *Transaction) *Transaction { tx.claimed = at(second); return tx }
	v1, v2, gone := write(10, contact("t-1", "a", nil)), write(20, contact("t-2", "a", nil)), write(30, removal("t-3", "a", "a"))
	gone.Records[0].Fields = nil // a delete says nothing of the record
	other := write(15, contact("t-4", "b", nil))
	name := Writes(v1)[0].name()
	// by is a record as a transaction left it, a second after it was begun.
	by := func(tx *Transaction) found { return found{tx.claimed.Add(time.Second), tx.Records[0].Fields} }
	lacking := func(has map[recordName]found, latestFirst ...*Transaction) (ids []string) {
		s := newStock(nil)
		s.found = has
		for _, tx := range latestFirst {
			s.note(tx)
		}
		for _, tx := range latestFirst {
			if s.lacksAny(tx) {
				ids = append(ids, tx.ID)
			}
		}
		return ids
	}
	b := Writes(other)[0].name()
	later := write(31, contact("t-5", "b", nil))
	user := func(second int) found { return found{at(second), map[string]any{"LastName": "of a user"}} }
	type records = map[recordName]found
	assert.Empty(t, lacking(records{name: by(v2)}, v2, v1), "changed since")
	assert.Equal(t, []string{"t-2"}, lacking(records{name: by(v1)}, v2, v1), "back at the first version")
	assert.Equal(t, []string{"t-2", "t-1"}, lacking(nil, v2, v1), "back before it was made")
	assert.Equal(t, []string{"t-3"}, lacking(records{name: by(v2)}, gone, v2, v1), "it lives again")
	assert.Empty(t, lacking(records{b: by(later)}, later, gone, v2, v1), "deleted, and what came later is there")
	assert.Equal(t, []string{"t-3", "t-2"}, lacking(records{b: by(other)}, gone, v2, other, v1), "gone since the time of another one")
	assert.Empty(t, lacking(records{name: user(40), b: by(later)}, later, v2, v1), "a user has changed it, and what came later is there")
	assert.Equal(t, []string{"t-2"}, lacking(records{name: user(40), b: by(other)}, v2, other, v1), "a user has changed it, perhaps after it was put back")
	assert.Equal(t, []string{"t-3", "t-2"}, lacking(records{name: user(40), b: by(other)}, gone, v2, other, v1), "a user has changed what was deleted")
	assert.Empty(t, lacking(records{name: user(40), b: by(later)}, later, gone, v2, other, v1), "a user has made it again")
}

// A delete whose answer was lost explains an absent record: nothing is brought
// back for it.
func TestADeleteOfUnknownOutcomeIsNoLoss(t *testing.T) {
	r := newRig(t, func(c *mocksf.Config) { c.Service.Call = 5 * time.Millisecond })
	var queue *Queue
	r.start(func(p *Parts) {
		p.Client.Gate.Strikes, queue = 1, p.Queue
		p.Pause, p.ProbePause = Backoff{time.Millisecond, 5 * time.Millisecond}, Backoff{time.Millisecond, 5 * time.Millisecond}
	})
	made := contact("t-1", "a", nil)
	r.offer(made)
	r.delivered(made)
	r.faults(func(*mocksf.Call) mocksf.Decision { return mocksf.Decision{Cut: true} })
	before := r.org.Log().Len()
	r.offer(removal("t-2", "a", "a"))
	require.Eventually(t, func() bool { return r.org.Log().Len() > before }, 10*time.Second, time.Millisecond)
	r.faults(func(*mocksf.Call) mocksf.Decision { return mocksf.Decision{} })
	require.Eventually(t, func() bool { return len(queue.Writes()) == 0 }, 10*time.Second, time.Millisecond)
	assert.Equal(t, before+1, r.org.Log().Len(), "the record does not come back")
}

// An upsert whose answer was lost explains a record that says something else:
// the version before it is not brought back, which would be out of order.
func TestAnUpsertOfUnknownOutcomeIsNoLossOfTheOneBefore(t *testing.T) {
	r := newRig(t, func(c *mocksf.Config) { c.Service.Call = 5 * time.Millisecond })
	var gate *Gate
	var outbox Outbox
	r.start(func(p *Parts) {
		p.Client.Gate.Strikes = 1
		gate, outbox = p.Client.Gate, p.Outbox
		p.Pause, p.ProbePause = Backoff{time.Millisecond, 5 * time.Millisecond}, Backoff{time.Millisecond, 5 * time.Millisecond}
	})
	first, second := contact("t-1", "a", nil), contact("t-2", "a", nil)
	r.offer(first)
	r.delivered(first)
	r.faults(func(*mocksf.Call) mocksf.Decision { return mocksf.Decision{Cut: true} })
	before := r.org.Log().Len()
	r.offer(second)
	require.Eventually(t, func() bool { return r.org.Log().Len() > before }, 10*time.Second, time.Millisecond)
	require.Eventually(t, func() bool { return !gate.Trouble().Since.IsZero() }, 10*time.Second, time.Millisecond)
	r.faults(func(*mocksf.Call) mocksf.Decision { return mocksf.Decision{} })
	require.Eventually(t, func() bool { waiting, _ := outbox.Counts(); return waiting == 0 }, 10*time.Second, time.Millisecond)
	assert.LessOrEqual(t, r.lastOf(first), uint64(before), "the first version does not come again")
}
