// Package crowd is everybody who works in the org beside the integration:
// readers, who look at whole units again and again, and users, who edit the
// records that the integration writes. They go to the org directly, past every
// fault: while the integration cannot reach Salesforce, people still can.
package crowd

import (
	"fmt"
	"slices"
	"time"
)

// Spec says who is there.
type Spec struct {
	Readers int           `yaml:"readers" json:"readers"` // each follows one unit after the other
	Users   int           `yaml:"users" json:"users"`     // each edits one record after the other
	Every   time.Duration `yaml:"every" json:"every"`     // from one look, or edit, to the next
	// Edits names the text fields that users change, by object.
	Edits map[string][]string `yaml:"edits" json:"edits"`
}

// Problem is a rule that a spec breaks: the key below `crowd`, and what to do.
type Problem struct{ Key, Text string }

const (
	most      = 100                  // readers, and users
	leastWait = 5 * time.Millisecond // more often is a load of its own
)

// Check returns the first rule that s breaks, nil when there is none.
func (s *Spec) Check() *Problem {
	empty := slices.Contains(values(s.Edits), 0)
	switch {
	case s.Readers < 0 || s.Readers > most:
		return &Problem{"readers", fmt.Sprintf("crowd.readers is %d, it must be between 0 and %d", s.Readers, most)}
	case s.Users < 0 || s.Users > most:
		return &Problem{"users", fmt.Sprintf("crowd.users is %d, it must be between 0 and %d", s.Users, most)}
	case s.Readers+s.Users > 0 && s.Every < leastWait:
		return &Problem{"every", fmt.Sprintf("crowd.every is %v, it must be at least %v, such as 200ms", s.Every, leastWait)}
	case s.Users > 0 && len(s.Edits) == 0 || empty:
		return &Problem{"edits", "crowd.edits must name the fields that users change, such as {Account: [Description]}"}
	}
	return nil
}

// values lists how many fields each object has.
func values(edits map[string][]string) []int {
	var n []int
	for _, fields := range edits {
		n = append(n, len(fields))
	}
	return n
}
