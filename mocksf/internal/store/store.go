// Package store keeps the records of a mock org: in memory, transactional, one
// writer at a time, with the commit log as its journal.
package store

import (
	"strings"
	"sync"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/schema"
)

// AdminID is the user that every session of the org acts as, AdminProfileID
// the profile of that user.
var (
	AdminID        = MakeID("005", 1)
	AdminProfileID = MakeID("00e", 1)
)

// Author is on whose behalf a transaction runs: what its commit says about its
// origin.
type Author struct {
	Request  string // id of the request, or of the bulk job
	API      commitlog.API
	Identity string
	Fate     commitlog.Fate // FateAsync for bulk jobs; FateUnknown where a reply will settle it

	AllowDuplicates bool // duplicate rules that only alert let the records through
}

// Store holds all tables.
type Store struct {
	Guard Guard // nil for none; set before the first transaction

	mu       sync.RWMutex
	tables   []*Table
	byName   map[string]*Table // canonical and lower-case names
	byPrefix map[string]*Table
	log      *commitlog.Log
	clock    func() time.Duration
	now      func() time.Time
}

// New returns a store for the schema, empty but for one user. The error is
// Schema.Check's. Commits go to log, stamped by
// clock; now gives the date and time fields their value.
func New(sc *schema.Schema, log *commitlog.Log, clock func() time.Duration, now func() time.Time) (*Store, error) {
	s := &Store{byName: map[string]*Table{}, byPrefix: map[string]*Table{}, log: log, clock: clock, now: now}
	if err := sc.Check(); err != nil {
		return nil, err
	}
	for i := range sc.Objects { // before any prefix is drawn
		s.byPrefix[sc.Objects[i].KeyPrefix] = &Table{}
	}
	for i := range sc.Objects {
		s.addTable(&sc.Objects[i])
	}
	for _, t := range s.tables {
		t.link(s)
	}
	s.addAdmin()
	return s, nil
}

// addTable makes the table of an object. An object without a key prefix gets
// one of the range that orgs give to custom objects, from aA0 on.
func (s *Store) addTable(o *schema.Object) {
	prefix := o.KeyPrefix
	for n := 0; prefix == ""; n++ {
		if free := "a" + string([]byte{digits[10+n/62%52], digits[n%62]}); s.byPrefix[free] == nil {
			prefix = free
		}
	}
	t := newTable(o, prefix)
	s.tables = append(s.tables, t)
	s.byName[o.Name], s.byName[strings.ToLower(o.Name)], s.byPrefix[prefix] = t, t, t
}

// addAdmin makes the user that owns and creates everything. It is part of the
// org as delivered, so the log does not mention it.
func (s *Store) addAdmin() {
	t, ok := s.Table("User")
	if !ok || AdminID[:3] != t.Prefix {
		return
	}
	t.rows = append(t.rows, nil)
	s.NameAdmin("integration@example.com")
	if p, ok := s.TableOf(AdminProfileID); ok && p.Name == "Profile" {
		p.rows = append(p.rows, nil)
		p.deliver(1, s.now(), map[string]string{"Name": "System Administrator", "UserType": "Standard"})
	}
}

// NameAdmin gives that user another name to log in with. It is for an org that
// nobody uses yet.
func (s *Store) NameAdmin(username string) {
	t, ok := s.TableOf(AdminID)
	if !ok || t.Name != "User" {
		return
	}
	t.deliver(1, s.now(), map[string]string{
		"Username": username, "FirstName": "Integration", "LastName": "User", "Alias": "integ",
		"Email": "integration@example.com", "IsActive": "true", "ProfileId": AdminProfileID, "UserType": "Standard",
		"TimeZoneSidKey": "GMT", "LocaleSidKey": "en_US", "EmailEncodingKey": "UTF-8", "LanguageLocaleKey": "en_US",
	})
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

// Now is the org's wall clock.
func (s *Store) Now() time.Time { return s.now() }

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
	tx := s.begin(by)
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

// Free tells whether an Update would begin at once, as far as one can know.
func (s *Store) Free() bool {
	free := s.mu.TryLock()
	if free {
		s.mu.Unlock()
	}
	return free
}

func (s *Store) begin(by Author) *Tx {
	return &Tx{View: View{store: s}, by: by, now: moment(s.now()), lsn: uint32(s.log.Len()) + 1}
}
