package rundir

import (
	"errors"
	"iter"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Part is a stretch of a run: what its ledgers grew by.
type Part struct {
	Events   []history.Event
	Commits  []commitlog.Commit
	Requests []commitlog.Request
}

// Save writes the ledgers and the index of a run that is known already, part by
// part.
func (d *Dir) Save(token string, parts iter.Seq[Part]) error {
	l := &Ledgers{}
	if err := l.create(d, token); err != nil {
		return err
	}
	var err error
	for p := range parts {
		if err = l.write(p); err != nil {
			break
		}
	}
	return errors.Join(err, l.close(err == nil))
}

// SaveIndex is Save without the ledgers: what is suspicious cannot be judged by
// it.
func (d *Dir) SaveIndex(token string, parts iter.Seq[Part]) error {
	x, err := newIndexWriter(d, token)
	if err != nil {
		return err
	}
	for p := range parts {
		if err = x.add(p); err != nil {
			break
		}
	}
	return errors.Join(err, x.close(err == nil))
}
