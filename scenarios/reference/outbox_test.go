package reference

import (
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func openTestOutbox(t *testing.T, dir string) *sqliteOutbox {
	o, err := OpenOutbox(dir)
	require.NoError(t, err)
	t.Cleanup(func() { _ = o.Close() })
	return o.(*sqliteOutbox)
}

func waiting(t *testing.T, o Outbox) []*Transaction {
	t.Helper()
	txs, err := o.Waiting()
	require.NoError(t, err)
	return txs
}

func TestTheOutboxRemembers(t *testing.T) {
	dir := t.TempDir()
	o := openTestOutbox(t, dir)
	var stored []*Transaction
	o.OnStored(func(tx *Transaction) { stored = append(stored, tx) })
	txs := []*Transaction{contact("t-1", "a", nil), contact("t-2", "b", map[string]any{"Phone": nil}), contact("t-3", "c", nil), order("t-4", "d")}
	for _, tx := range append(txs, txs[0]) {
		require.NoError(t, o.Accept(tx))
	}
	assert.Equal(t, txs, stored, "the repetition of t-1 is nothing new")
	require.NoError(t, o.Assign("750x", txs[1:3]))
	delivered := []Result{{Tx: txs[0], Class: Delivered}}
	require.NoError(t, o.Settle(append(delivered, Result{Tx: txs[3], Class: Permanent, Cause: "no such field"}, Result{Tx: txs[2], Class: Retry})))
	require.NoError(t, o.Settle(delivered), "once more changes nothing")
	require.NoError(t, o.SetFired("BacklogHigh", true))
	require.NoError(t, o.SetFired("DeadLetters", true))
	require.NoError(t, o.SetFired("DeadLetters", false))
	require.NoError(t, o.Close())

	o = openTestOutbox(t, dir)
	left := waiting(t, o)
	require.Equal(t, []string{"t-2", "t-3"}, ids(left))
	assert.Equal(t, "750x", left[0].job)
	assert.Empty(t, left[1].job, "it left the job")
	assert.Equal(t, Writes(txs[1]), Writes(left[0]))
	n, dead := o.Counts()
	assert.Equal(t, []int{2, 1}, []int{n, dead})
	assert.Equal(t, []string{"t-4: no such field"}, o.Dead())
	fired, err := o.Fired()
	require.NoError(t, err)
	assert.Equal(t, map[string]bool{"BacklogHigh": true}, fired)
	require.NoError(t, o.Accept(txs[0]))
	assert.Len(t, waiting(t, o), 2, "t-1 was delivered in its former life")
}

func TestManyAcceptAtOnce(t *testing.T) {
	o := openTestOutbox(t, t.TempDir())
	var order []string
	o.OnStored(func(tx *Transaction) { order = append(order, tx.ID) })
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() { assert.NoError(t, o.Accept(contact(fmt.Sprint(i), "k", nil))) })
	}
	all.Wait()
	assert.Equal(t, order, ids(waiting(t, o)), "the queue sees them in the order of the outbox")
}

func TestAFailedCommitIsEverybodys(t *testing.T) {
	o := openTestOutbox(t, t.TempDir())
	full := errors.New("disk full")
	first, second := make(chan error, 1), make(chan error, 1)
	happened := false
	o.writer.commit([]change{
		{apply: func(w *sql.Tx) error { _, err := w.Exec(`INSERT INTO firing VALUES ('x')`); return err }, committed: func() { happened = true }, done: first},
		{apply: func(*sql.Tx) error { return full }, committed: func() { happened = true }, done: second},
	})
	assert.ErrorIs(t, <-first, full)
	assert.ErrorIs(t, <-second, full)
	assert.False(t, happened)
	fired, err := o.Fired()
	require.NoError(t, err)
	assert.Empty(t, fired)
}

func TestAClosedOutboxTakesNothing(t *testing.T) {
	o := openTestOutbox(t, t.TempDir())
	require.NoError(t, o.Close())
	assert.ErrorIs(t, o.Accept(contact("t-1", "a", nil)), errClosed)
}

func TestAnOutboxNeedsItsDirectory(t *testing.T) {
	_, err := OpenOutbox(t.TempDir() + "/missing")
	assert.ErrorContains(t, err, "missing/outbox.db")
}

func TestADirectoryMayHaveAnyName(t *testing.T) {
	dir := t.TempDir() + "/a b%20#?"
	require.NoError(t, mkdir(dir))
	require.NoError(t, openTestOutbox(t, dir).Accept(contact("t-1", "a", nil)))
	assert.FileExists(t, dir+"/outbox.db")
}
