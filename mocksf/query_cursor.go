package mocksf

import (
	"strconv"
	"strings"
	"sync"

	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// A real org keeps any number of cursors for two days (REST API guide, API
// Query Cursor Limits). A mock keeps the latest ones, for the memory's sake.
const (
	maxCursors    = 1000
	locatorPrefix = "01g"
)

// cursor is a query with more rows than one page: the rows as they were when
// it ran.
type cursor struct {
	id    string // "" until it is kept
	query *soql.Query
	all   bool
	rows  []soql.Row
	size  int    // of a page
	lsn   uint64 // of the state that the rows are from
}

// cursors are those that a client may come back for.
type cursors struct {
	mu    sync.Mutex
	given uint32
	byID  map[string]*cursor
	order []string // oldest first
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
	if s.order = append(s.order, c.id); len(s.order) > maxCursors {
		delete(s.byID, s.order[0])
		s.order = s.order[1:]
	}
	return c.id
}

// find reads a locator: a cursor's id and the position of the page.
func (s *cursors) find(locator string) (c *cursor, from int, ok bool) {
	id, position, _ := strings.Cut(locator, "-")
	from, err := strconv.Atoi(position)
	s.mu.Lock()
	defer s.mu.Unlock()
	c = s.byID[id]
	return c, from, c != nil && err == nil && from > 0 && from < len(c.rows)
}
