package bulk

import (
	"slices"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// Trouble is what a job runs into after it was closed. The zero value changes
// nothing.
type Trouble struct {
	Wait  time.Duration // InProgress for so long before its first row
	Chunk time.Duration // that each chunk of 200 rows takes longer

	Row     *apierr.Error // of Percent of its rows; nil for none
	Percent int

	End    State  // Failed or Aborted when Share percent of the rows are done, "" lets it complete
	Share  int    // percent
	Reason string // errorMessage of the end
}

// hits tells whether a row, counted from 0, fails: the first one, and the
// others evenly spread.
func (t *Trouble) hits(row int) bool { return t.Row != nil && row*t.Percent%100 < t.Percent }

// meet prepares a job for its trouble. Where it ends early the chunk in which
// that happens becomes two, so that rows of it are left over.
func (j *job) meet(t Trouble) {
	j.trouble = t
	if u := j.upload; u != nil && t.End != "" {
		u.todo = u.split(u.Rows*t.Share/100, j.order.form)
	}
}

// split makes a chunk begin at that row, counted from 0, and returns the number
// of chunks before it.
func (u *Upload) split(row int, f Format) int {
	for i := range u.chunks {
		c := &u.chunks[i]
		switch {
		case row <= c.first:
			return i
		case row < c.first+c.rows:
			u.chunks = slices.Insert(slices.Clone(u.chunks), i+1, u.behind(c, row, f))
			c = &u.chunks[i]
			c.to, c.rows = u.chunks[i+1].from, row-c.first
			return i + 1
		}
	}
	return len(u.chunks)
}

// behind is the part of a chunk from a row on.
func (u *Upload) behind(c *chunk, row int, f Format) chunk {
	s := NewScanner(u.text[c.from:c.to], f)
	for n := c.first; n < row && s.Next(); n++ {
	}
	return chunk{from: c.from + s.End(), to: c.to, first: row, rows: c.first + c.rows - row}
}
