package fault

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is one kind of fault: what it does, and the rules for a Fault of it.
type Kind struct {
	Name  string
	Does  string   // what happens, in one sentence
	Needs []string // fields that must be set, by their key in a scenario; at, name and kind always may be
	Takes []string // fields that may be set besides
	Hits  string   // what the hits of its window count

	writes bool                                        // is about writes only, unless steps are named: Match.Writes "" means any
	check  func(Fault) error                           // rules that the lists cannot say; may be nil
	begin  func(n *Nemesis, w *window) (effect, error) // sets the disturbance off
}

// Kinds is every kind of fault, in the order in which a person meets them:
// replies, sessions, bulk jobs, the process, the network.
var Kinds = []Kind{
	cutReply, page, status, rowError, late, limit, expireToken, restore,
	bulkFail, bulkRows, bulkSlow,
	kill, stop, pause,
	refuse, blackhole, reset, latency, bandwidth, anyToxic,
}

// aimFields choose requests.
var aimFields = []string{"match", "count", "among"}

func andAim(fields ...string) []string { return append(fields, aimFields...) }

func kindNamed(name string) (Kind, error) {
	i := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, fmt.Errorf("kind %q is unknown; the kinds are: %s", name, strings.Join(kindNames(), ", "))
	}
	return Kinds[i], nil
}

func kindNames() []string {
	names := make([]string, len(Kinds))
	for i, k := range Kinds {
		names[i] = k.Name
	}
	return names
}

// matching is the fault's Match as the kind reads it.
func (k Kind) matching(m Match) Match {
	if k.writes && m.Writes == "" && len(m.Steps) == 0 {
		m.Writes = WritesAny
	}
	return m
}
