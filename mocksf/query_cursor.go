package mocksf

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/query"
	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// A real org keeps any number of cursors for two days. Before v56.0 a user had
// ten, which ended after 15 minutes without use (REST API guide, API Query
// Cursor Limits). A mock keeps the latest ones, for the memory's sake.
const (
	cursorLife    = 48 * time.Hour
	unlimitedFrom = 56 // version
	idleLife      = 15 * time.Minute
	maxOwn        = 10
	maxCursors    = 1000
	maxCursorRows = 10_000_000 // of all cursors, but for the newest one
	locatorPrefix = "01g"
)

// cursor is a query with more rows than one page: the rows as they were when
// it ran.
type cursor struct {
	id     string // "" until it is kept
	query  *soql.Query
	all    bool
	rows   []soql.Row
	size   int    // of a page
	lsn    uint64 // of the state that the rows are from
	nested []int  // columns of the shape that lead to the child subquery whose rows these are

	owner   string // whom it counts against; "" nobody
	since   time.Duration
	touched time.Duration
}

// newCursor is a cursor over the answer to a query.
func (r *request) newCursor(q *soql.Query, tables query.Tables, rows []soql.Row) *cursor {
	now := r.org.cfg.Clock()
	c := &cursor{query: q, all: tables.All, rows: rows, size: batchSize(r.header), lsn: tables.View.LSN(), since: now, touched: now}
	if r.version < unlimitedFrom {
		c.owner = orDefault(r.call.Identity, "admin")
	}
	return c
}

// child is a cursor over the rows of a child subquery. It ends with its parent.
func (c *cursor) child(column int, rows []soql.Row, now time.Duration) *cursor {
	return &cursor{
		query: c.query, all: c.all, rows: rows, size: c.size, lsn: c.lsn, nested: append(slices.Clone(c.nested), column),
		owner: c.owner, since: c.since, touched: now,
	}
}

// within finds the shape of the cursor's rows in that of its query; nil when
// access to a part of it was taken away meanwhile.
func (c *cursor) within(shape *soql.Shape) *soql.Shape {
	for _, column := range c.nested {
		if shape == nil || column >= len(shape.Columns) {
			return nil
		}
		shape = shape.Columns[column].Child
	}
	return shape
}

// over tells whether the cursor has ended.
func (c *cursor) over(now time.Duration) bool {
	return now-c.since >= cursorLife || c.owner != "" && now-c.touched >= idleLife
}

// cursors are those that a client may come back for.
type cursors struct {
	mu    sync.Mutex
	given uint32
	byID  map[string]*cursor
	order []*cursor // oldest first
}

// keep remembers a cursor and returns its id.
func (s *cursors) keep(c *cursor) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.id != "" {
		return c.id
	}
	if s.byID == nil {
		s.byID = map[string]*cursor{}
	}
	s.given++
	c.id = store.MakeID(locatorPrefix, s.given)
	s.byID[c.id] = c
	s.order = append(s.order, c)
	s.makeRoom(c)
	return c.id
}

// makeRoom forgets what has ended, and what the newest cursor displaces.
func (s *cursors) makeRoom(newest *cursor) {
	own, rows := 0, 0
	for _, c := range s.order {
		rows += len(c.rows)
		if c.owner == newest.owner {
			own++
		}
	}
	surplus := len(s.order) - maxCursors
	s.order = slices.DeleteFunc(s.order, func(c *cursor) bool {
		displaced := newest.owner != "" && c.owner == newest.owner && own > maxOwn
		crowded := c != newest && (surplus > 0 || rows > maxCursorRows)
		if !displaced && !crowded && !c.over(newest.since) {
			return false
		}
		rows -= len(c.rows)
		if c.owner == newest.owner {
			own--
		}
		surplus--
		delete(s.byID, c.id)
		return true
	})
}

// find reads a locator: a cursor's id and the position of the page.
func (s *cursors) find(locator string, now time.Duration) (c *cursor, from int, ok bool) {
	id, position, _ := strings.Cut(locator, "-")
	from, err := strconv.Atoi(position)
	s.mu.Lock()
	defer s.mu.Unlock()
	c = s.byID[id]
	if c == nil || c.over(now) || err != nil || from <= 0 || from >= len(c.rows) {
		return nil, 0, false
	}
	c.touched = max(c.touched, now)
	return c, from, true
}
