package verify_test

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/dense"
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/harness/verify/sieve"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// The law of the sieve: judging all and judging what it leaves give the same.
func TestTheSieveChangesNoVerdict(t *testing.T) {
	for name, draw := range map[string]func(*rapid.T) verify.Input{"anything": verify.DrawAnything, "edited": verify.DrawEdited} {
		t.Run(name, func(t *testing.T) {
			sifted, ops, left := 0, 0, 0
			verify.CheckUntil(t, func() bool { return sifted > 0 }, func(t *rapid.T) {
				in := draw(t)
				in.Commits = byLSN(in.Commits)
				r := newRun(in, rapid.Bool().Draw(t, "offered at once"))
				want := verify.JudgeAll(r.in)
				s, err := r.sift()
				if errors.Is(err, sieve.ErrWhole) {
					return
				}
				require.NoError(t, err)
				part := r.project(s)
				sifted++
				ops, left = ops+len(in.History.Operations), left+len(part.History.Operations)
				require.Empty(t, differences(want, verify.JudgeAll(part)))
			})
			t.Logf("%d runs were sifted; of their %d operations %d were left", sifted, ops, left)
			if name == "edited" {
				require.Less(t, left, ops)
			}
		})
	}
}

// differences lists what two judgements say differently.
func differences(want, got verify.Judgement) (lines []string) {
	a, b := pretty(want), pretty(got)
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			return []string{strings.Join(a[max(i-6, 0):min(i+1, len(a))], "\n"), strings.Join(b[max(i-6, 0):min(i+1, len(b))], "\n")}
		}
	}
	return nil
}

func pretty(j verify.Judgement) []string {
	text, err := json.MarshalIndent(j, "", " ")
	if err != nil {
		return []string{err.Error()}
	}
	return strings.Split(string(text), "\n")
}

// byLSN numbers the commits as a ledger does: 1, 2, 3.
func byLSN(commits []commitlog.Commit) []commitlog.Commit {
	commits = slices.Clone(commits)
	slices.SortStableFunc(commits, func(a, b commitlog.Commit) int { return int(a.LSN) - int(b.LSN) })
	for i := range commits {
		commits[i].LSN = uint64(i + 1)
	}
	return commits
}

// run is a run with its columns, in memory.
type run struct {
	in      verify.Input
	events  []history.Event
	columns *dense.Indexer
}

// newRun writes the columns. atOnce offers everything before anything happens.
func newRun(in verify.Input, atOnce bool) *run {
	r := &run{in: in, columns: dense.NewIndexer(in.Settings.TokenField)}
	r.events = eventsOf(in.History, atOnce)
	r.in.History = history.Fold(r.events) // what a run on disk would say
	for _, e := range r.events {
		r.columns.Event(e)
	}
	for i := range in.Commits {
		r.columns.Commit(&in.Commits[i])
	}
	for i := range in.Requests {
		r.columns.Request(&in.Requests[i])
	}
	return r
}

// eventsOf unfolds a history: offers in their order, each attempt after the
// offer of its operation.
func eventsOf(h *history.History, atOnce bool) (events []history.Event) {
	add := func(e history.Event) {
		e.Seq = uint64(len(events) + 1)
		events = append(events, e)
	}
	for i := range h.Windows {
		add(history.Event{Kind: history.KindFault, ID: h.Windows[i].Fault, Window: &h.Windows[i]})
	}
	for i := range h.Marks {
		add(history.Event{Kind: history.KindMark, ID: h.Marks[i].Name, Mark: &h.Marks[i]})
	}
	at := time.Duration(0)
	for _, op := range h.Operations {
		if op == nil {
			continue
		}
		if !atOnce {
			at = max(at, op.Invoked())
		}
		add(history.Event{Kind: history.KindOffer, ID: op.ID, At: at, Operation: &history.Operation{
			ID: op.ID, Key: op.Key, Class: op.Class, Due: op.Due, Records: op.Records,
		}})
		for _, a := range op.Attempts {
			if a.Outcome == history.OK {
				a.Outcome = op.Outcome // which an edit may have changed
			}
			add(history.Event{Kind: history.KindAnswer, ID: op.ID, Attempt: &a})
		}
	}
	return events
}

// sift sifts the run.
func (r *run) sift() (*sieve.Sifted, error) {
	frame, err := sieve.FrameOf(&r.in)
	if err != nil {
		return nil, err
	}
	return sieve.Sift(r, frame)
}

// project returns what the sieve leaves of the run.
func (r *run) project(s *sieve.Sifted) verify.Input {
	part := verify.Input{Settings: r.in.Settings, Rest: s.Rest}
	var events []history.Event
	for _, e := range r.events {
		if note := e.Operation == nil && e.Attempt == nil; note || slices.Contains(s.Ops, uint32(e.Seq)) || slices.Contains(s.Answers, uint32(e.Seq)) {
			events = append(events, e)
		}
	}
	part.History = history.Fold(events)
	row := uint32(0)
	for _, c := range r.in.Commits {
		all := c.Changes
		c.Changes = nil
		taken := false
		for i := range max(len(all), 1) {
			if slices.Contains(s.Changes, row) {
				taken = true
				c.Changes = append(c.Changes, all[min(i, len(all)):min(i+1, len(all))]...)
			}
			row++
		}
		if taken {
			part.Commits = append(part.Commits, c)
		}
	}
	for _, i := range s.Requests {
		part.Requests = append(part.Requests, r.in.Requests[i])
	}
	return part
}

// blockRows is how many rows a block has.
const blockRows = 3

// Open serves the columns in blocks of a few rows.
func (r *run) Open(name string, t dense.Table, from int) (sieve.Reader, error) {
	table := r.columns.Tables()[name]
	return &block{from: table.Columns(), to: t.Columns(), rows: table.Rows(), next: from * blockRows}, nil
}

// Count counts the rows of the blocks.
func (r *run) Count(name string, _ dense.Table) (rows []int, err error) {
	for n := r.columns.Tables()[name].Rows(); n > 0; n -= blockRows {
		rows = append(rows, min(n, blockRows))
	}
	return rows, nil
}

type block struct {
	from, to   []dense.Column
	rows, next int
}

// Next brings the next rows.
func (b *block) Next() error {
	if b.next >= b.rows {
		return io.EOF
	}
	end := min(b.next+blockRows, b.rows)
	for i := range b.from {
		switch from := b.from[i].Values.(type) {
		case *[]uint8:
			*b.to[i].Values.(*[]uint8) = (*from)[b.next:end]
		case *[]uint32:
			*b.to[i].Values.(*[]uint32) = (*from)[b.next:end]
		case *[]uint64:
			*b.to[i].Values.(*[]uint64) = (*from)[b.next:end]
		case *[]int64:
			*b.to[i].Values.(*[]int64) = (*from)[b.next:end]
		}
	}
	b.next = end
	return nil
}

// Close does nothing.
func (*block) Close() error { return nil }
