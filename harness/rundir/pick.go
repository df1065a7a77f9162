package rundir

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// PickEvents returns the events with these numbers, which rise. Blocks without
// one of them are not read.
func (d *Dir) PickEvents(seqs []uint32) ([]history.Event, error) {
	rows := make([]uint32, len(seqs))
	for i, seq := range seqs {
		rows[i] = seq - 1
	}
	var events []history.Event
	err := pick(d, HistoryFile, eventTable, rows, func(r *eventRow) error {
		e, err := r.toEvent()
		if err == nil && len(events) < len(seqs) && e.Seq != uint64(seqs[len(events)]) {
			err = fmt.Errorf("event %d stands where event %d is due", e.Seq, seqs[len(events)])
		}
		events = append(events, e)
		return err
	})
	return events, err
}

// PickCommits returns the changes in these rows, which rise, with the commits
// that they belong to: a commit holds only those of its changes.
func (d *Dir) PickCommits(rows []uint32) ([]commitlog.Commit, error) {
	var commits []commitlog.Commit
	err := pick(d, CommitsFile, commitTable, rows, func(r *changeRow) error {
		if n := len(commits); n == 0 || commits[n-1].LSN != uint64(r.lsn) {
			commits = append(commits, r.toCommit())
		}
		if r.changes == 0 {
			return nil
		}
		change, err := r.toChange()
		c := &commits[len(commits)-1]
		c.Changes = append(c.Changes, change)
		return err
	})
	return commits, err
}

// PickRequests returns the requests in these rows, which rise.
func (d *Dir) PickRequests(rows []uint32) ([]commitlog.Request, error) {
	var requests []commitlog.Request
	err := pick(d, RequestsFile, requestTable, rows, func(r *requestRow) error {
		q, err := r.toRequest()
		requests = append(requests, q)
		return err
	})
	return requests, err
}

// pick hands the wanted rows of a ledger to use. The blocks that it reads are
// checked as always, those that it leaves out are only counted.
func pick[R any](d *Dir, name File, t table[R], wanted []uint32, use func(*R) error) error {
	return d.withLedger(name, func(in source) error {
		p := &picker{wanted: wanted}
		return p.walk(in, t.schema(), func(block arrow.RecordBatch, i int) error {
			var row R
			for c, column := range t.columns {
				column.get(block.Column(c), i, &row)
				if column.own != nil {
					column.own(&row) // a few rows must not keep all of the block
				}
			}
			return use(&row)
		})
	})
}

// picker walks a ledger by its wanted rows.
type picker struct {
	wanted  []uint32 // those that are left
	first   int64    // row at which the block at hand begins
	next    int64    // row at which the next one begins
	memory  []byte   // of the block at hand
	skipped int      // blocks left out since the last one that was read
}

func (p *picker) walk(in source, schema *arrow.Schema, use func(arrow.RecordBatch, int) error) (err error) {
	l := &ledgerReader{messages: newMessageReader(in, headOf(schema)), seal: seal{run: in.run}}
	l.messages.want, l.messages.room = p.want, p.room
	defer func() {
		if r := recover(); r != nil {
			err = l.corrupt(fmt.Sprint(r))
		}
	}()
	if err := l.open(schema); err != nil {
		return err
	}
	defer l.stream.Release()
	for {
		block, err := p.read(l)
		if block == nil || err != nil {
			return err
		}
		for len(p.wanted) > 0 && int64(p.wanted[0]) < p.first+block.NumRows() {
			if err := use(block, int(int64(p.wanted[0])-p.first)); err != nil {
				return l.corrupt(err.Error())
			}
			p.wanted = p.wanted[1:]
		}
	}
}

// want tells whether to read the next block: it holds a wanted row, or it may
// be the last one, which holds none.
func (p *picker) want(rows int64) bool {
	p.first, p.next = p.next, p.next+rows
	if rows == 0 || len(p.wanted) > 0 && int64(p.wanted[0]) < p.next {
		return true
	}
	p.skipped++
	return false
}

// room is memory for a block: the same for all, since nothing of a block
// outlives the rows that were taken from it.
func (p *picker) room(n int64) []byte {
	if int64(cap(p.memory)) < n {
		p.memory = make([]byte, n)
	}
	return p.memory[:n]
}

func (p *picker) read(l *ledgerReader) (arrow.RecordBatch, error) {
	batch, err := l.stream.Read()
	l.seal.block += p.skipped
	p.skipped = 0
	if block, err := l.took(batch, err); block != nil || err != nil {
		return block, err
	}
	if len(p.wanted) > 0 {
		return nil, l.corrupt(fmt.Sprintf("row %d is missing: the index speaks of it", p.wanted[0]))
	}
	return nil, nil
}
