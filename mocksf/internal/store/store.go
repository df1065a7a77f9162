// Package store keeps the records of a mock org: in memory, transactional, one
// writer at a time, with the commit log as its journal.
package store

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/schema"
)

// AdminID is the user that every session of the org acts as.
var AdminID = MakeID("005", 1)

// Author is on whose behalf a transaction runs: what its commit says about its
// origin.
type Author struct {
	Request  string // id of the request, or of the bulk job
	API      commitlog.API
	Identity string
	Fate     commitlog.Fate // FateAsync for bulk jobs; FateUnknown where a reply will settle it
}

// Store holds all tables.
type Store struct {
	mu       sync.RWMutex
	tables   []*Table
	byName   map[string]*Table // canonical and lower-case names
	byPrefix map[string]*Table
	log      *commitlog.Log
	clock    func() time.Duration
	now      func() time.Time
}

// New returns an empty store for the schema. Commits go to log, stamped by
// clock; now gives the date and time fields their value.
func New(sc *schema.Schema, log *commitlog.Log, clock func() time.Duration, now func() time.Time) (*Store, error) {
	s := &Store{byName: map[string]*Table{}, byPrefix: map[string]*Table{}, log: log, clock: clock, now: now}
	for i := range sc.Objects {
		if err := s.addTable(&sc.Objects[i]); err != nil {
			return nil, err
		}
	}
	for _, t := range s.tables {
		if err := t.link(s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Store) addTable(o *schema.Object) error {
	prefix := o.KeyPrefix
	for n := uint32(0); prefix == ""; n++ {
		if free := "a" + string([]byte{digits[n/62%62], digits[n%62]}); s.byPrefix[free] == nil {
			prefix = free
		}
	}
	if len(prefix) != 3 || s.byPrefix[prefix] != nil {
		return fmt.Errorf("schema: object %s: key prefix %q is not three characters, or taken by another object", o.Name, prefix)
	}
	if _, taken := s.Table(o.Name); taken || o.Name == "" {
		return fmt.Errorf("schema: object %q has no name, or one that another object has", o.Name)
	}
	t := newTable(o, prefix)
	s.tables = append(s.tables, t)
	s.byName[o.Name], s.byName[strings.ToLower(o.Name)], s.byPrefix[prefix] = t, t, t
	return nil
}

// Table finds a table by its object's API name in any case.
func (s *Store) Table(name string) (*Table, bool) {
	if t, ok := s.byName[name]; ok {
		return t, true
	}
	t, ok := s.byName[strings.ToLower(name)]
	return t, ok
}

// TableOf finds the table that an id belongs to.
func (s *Store) TableOf(id string) (*Table, bool) {
	if len(id) < 3 {
		return nil, false
	}
	t, ok := s.byPrefix[id[:3]]
	return t, ok
}

// Tables lists the tables in the schema's order.
func (s *Store) Tables() []*Table { return s.tables }

// View runs fn on a state of the store that nobody changes meanwhile. Rows
// that fn read stay valid afterwards, so a long evaluation belongs outside.
func (s *Store) View(fn func(*View)) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	fn(&View{store: s})
}

// Update runs fn as one atomic unit. When fn returns nil, all that it wrote
// becomes visible together with one commit in the log, whose lsn is returned
// (0 when it wrote nothing); when it returns an error or panics, nothing was
// written.
func (s *Store) Update(by Author, fn func(*Tx) *apierr.Error) (lsn uint64, err *apierr.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx := &Tx{View: View{store: s}, by: by, now: s.now().UnixMilli()}
	committed := false
	defer func() {
		if !committed {
			tx.rollback()
		}
	}()
	if err = fn(tx); err == nil {
		lsn, committed = tx.commit(), true
	}
	return lsn, err
}
