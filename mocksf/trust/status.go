// Package trust is the status site of a mock org: what Salesforce says about
// its own health at https://api.status.salesforce.com, and what it does not
// say. An operator or a scenario raises incidents; the org's state never does so
// by itself, as a status page is written by people.
package trust

import (
	"slices"
	"strconv"
	"sync"
	"time"
)

// Config says whose status it is. The zero value is a usable one.
type Config struct {
	Instance string           // key of the org's instance; "" is EU42
	Location string           // "" is EMEA
	Now      func() time.Time // nil: that of the org that serves it, else time.Now

	// Green is the status site that shows no trouble, whatever happens: as it
	// was during several outages.
	Green bool
}

// Incident is a trouble of the instance.
type Incident struct {
	Message  string // what customers are told
	Degraded bool   // slower than usual; else the service is disrupted
	Minor    bool   // not major
	Feature  bool   // concerns a feature only, not the core service

	// Set by Raise and Resolve.
	ID       string
	Raised   time.Time
	Changed  time.Time
	Resolved time.Time // zero: it is active
	Updates  []Update
}

// Update is one message about an incident.
type Update struct {
	ID      string
	At      time.Time
	Message string
}

// Maintenance is a window that was announced.
type Maintenance struct {
	Name      string
	From, To  time.Time
	ID        string // set by Announce
	Announced time.Time
	ReadOnly  bool // records can be read meanwhile; else the org is not available
}

// kept bounds the incidents and the windows that are remembered; the oldest go
// first.
const kept = 100

// Status is the status site. It serves HTTP and is safe for concurrent use.
type Status struct {
	cfg Config
	own bool // the clock is that of the Config

	mu           sync.Mutex
	green        bool
	given        int // ids
	incidents    []Incident
	maintenances []Maintenance
}

// DefaultInstance is the instance of a status site that was told none.
const DefaultInstance = "EU42"

// New returns a status site that has nothing to tell.
func New(cfg Config) *Status {
	if cfg.Instance == "" {
		cfg.Instance = DefaultInstance
	}
	if cfg.Location == "" {
		cfg.Location = "EMEA"
	}
	s := &Status{cfg: cfg, green: cfg.Green, own: cfg.Now != nil}
	if !s.own {
		s.cfg.Now = time.Now
	}
	return s
}

// Follow gives the site the clock of an org, unless its Config had one. It is
// for the time before the first incident.
func (s *Status) Follow(now func() time.Time) {
	if !s.own {
		s.cfg.Now = now
	}
}

// Instance is the key of the org's instance.
func (s *Status) Instance() string { return s.cfg.Instance }

// SetGreen makes the site show no trouble whatever happens, or tell the truth.
func (s *Status) SetGreen(green bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.green = green
}

// Green tells whether the site shows no trouble whatever happens.
func (s *Status) Green() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.green
}

// Raise tells of an incident and returns its id.
func (s *Status) Raise(i Incident) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Now()
	i.ID, i.Raised, i.Changed, i.Resolved = s.nextID(), now, now, time.Time{}
	i.Updates = []Update{{s.nextID(), now, i.Message}}
	s.incidents = newest(append(s.incidents, i))
	return i.ID
}

// Update adds a message to an incident; false when there is none of that id.
func (s *Status) Update(id, message string) bool {
	return s.change(id, func(i *Incident, now time.Time) {
		i.Updates = append(i.Updates[max(0, len(i.Updates)-kept):], Update{s.nextID(), now, message})
	})
}

// Resolve ends an incident; false when there is none of that id.
func (s *Status) Resolve(id string) bool {
	return s.change(id, func(i *Incident, now time.Time) {
		if i.Resolved.IsZero() {
			i.Resolved = now
		}
	})
}

func (s *Status) change(id string, fn func(*Incident, time.Time)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := slices.IndexFunc(s.incidents, func(i Incident) bool { return i.ID == id })
	if n < 0 {
		return false
	}
	i := &s.incidents[n]
	i.Updates = slices.Clone(i.Updates) // readers hold the former
	i.Changed = s.cfg.Now()
	fn(i, i.Changed)
	return true
}

// Announce tells of a maintenance window and returns its id.
func (s *Status) Announce(m Maintenance) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.ID, m.Announced = s.nextID(), s.cfg.Now()
	s.maintenances = newest(append(s.maintenances, m))
	return m.ID
}

// Incidents lists the incidents as they really are, oldest first, the resolved
// ones too.
func (s *Status) Incidents() []Incident {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.incidents)
}

// nextID gives out ids of the kind that the site has. The lock is held.
func (s *Status) nextID() string {
	s.given++
	return strconv.Itoa(20_000_000 + s.given)
}

func newest[T any](list []T) []T { return slices.Clone(list[max(0, len(list)-kept):]) }

// Word is the status of the instance as the site shows it: OK, the gravest of
// the active incidents, or MAINTENANCE. The words for incidents were seen in
// the tests of public clients; their list is not documented.
func (s *Status) Word() string {
	incidents, maintenances := s.shown()
	word, rank := "OK", 0
	for _, m := range maintenances {
		if now := s.cfg.Now(); !now.Before(m.From) && now.Before(m.To) {
			word, rank = "MAINTENANCE_CORE", 1
		}
	}
	for _, i := range incidents {
		if w, r := i.word(); i.Resolved.IsZero() && r > rank {
			word, rank = w, r
		}
	}
	return word
}

func (i *Incident) word() (word string, rank int) {
	word, rank = "MAJOR_INCIDENT", 4
	if i.Minor {
		word, rank = "MINOR_INCIDENT", 2
	}
	if i.Feature {
		return word + "_NONCORE", rank
	}
	return word + "_CORE", rank + 1
}

// shown is what the site admits.
func (s *Status) shown() ([]Incident, []Maintenance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.green {
		return nil, slices.Clone(s.maintenances)
	}
	return slices.Clone(s.incidents), slices.Clone(s.maintenances)
}
