package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// isolation judges Isolation: nobody in the org is harmed by the integration's
// working there at the same time. Readers never see a unit in parts, users keep
// what they wrote, and some order of all transactions explains what everybody
// saw. Who read what is known exactly, and so is the order of the versions, so
// nothing is guessed. Requests of the org are atomic: what goes wrong goes wrong
// between the requests of one operation.
type isolation struct{}

func (isolation) guarantee() Guarantee { return Isolation }

func (isolation) judge(l *ledger) *finding {
	s := &scene{ledger: l, f: &finding{}, told: map[Class]map[int32]bool{}}
	if l.Settings.waives(Isolation) == "" {
		s.gatherGlances()
		s.lostUpdates()
		s.readHalves()
		s.predicates()
		s.clusters()
		s.evidence()
	}
	s.f.holds = s.peace()
	return s.f
}

// peace says what nobody was harmed by.
func (s *scene) peace() string {
	var parts []string
	if s.Settings.Readers > 0 {
		parts = append(parts, fmt.Sprintf("%s at whole units, %s of them under way, showed no half of one.", capital(plural(s.looks, "look")), thousands(s.overlaps)))
	}
	if s.Settings.Users > 0 {
		parts = append(parts, fmt.Sprintf("%s by users, %s of them in records that were written again, lost nothing.", capital(plural(s.edits, "edit")), thousands(s.contested)))
	}
	return strings.Join(parts, " ")
}

// scene is everybody at work in the org.
type scene struct {
	*ledger
	f       *finding
	glances []glance                 // of the crowd, by state
	told    map[Class]map[int32]bool // operations that were reported, by class

	looks, edits, overlaps, contested int
}

// glance is what one of the crowd saw of one state: all reads of one request.
type glance struct {
	who string
	at  time.Duration
	lsn uint64
	saw []sight
}

// sight is one record that was looked at.
type sight struct {
	target int32 // none when no operation writes it
	effect int32 // that wrote the version seen; none when there was nothing
	lsn    uint64
	fields []string // nil for all
}

// gatherGlances puts the reads of one request together. Reads of the
// integration tell of its own way to work, and are used where it wrote.
func (s *scene) gatherGlances() {
	reads := make([]*commitlog.Read, 0, len(s.Reads))
	for i := range s.Reads {
		if commitlog.OfCrowd(s.Reads[i].Identity) {
			reads = append(reads, &s.Reads[i])
		}
	}
	slices.SortStableFunc(reads, func(a, b *commitlog.Read) int {
		return cmp.Or(cmp.Compare(a.LSN, b.LSN), cmp.Compare(a.At, b.At), strings.Compare(a.Request, b.Request))
	})
	last := ""
	for _, r := range reads {
		if r.Request != last || len(s.glances) == 0 || s.glances[len(s.glances)-1].lsn != r.LSN {
			s.glances = append(s.glances, glance{who: commitlog.CrowdName(r.Identity), at: r.At, lsn: r.LSN})
		}
		last = r.Request
		g := &s.glances[len(s.glances)-1]
		for i := range r.Records {
			g.saw = append(g.saw, s.sight(r, &r.Records[i]))
		}
	}
}

func (s *scene) sight(r *commitlog.Read, served *commitlog.Served) sight {
	seen := sight{target: s.targetOf(target{r.Object, served.ExternalID}), effect: none, lsn: served.LSN, fields: r.Fields}
	if served.LSN > 0 {
		if seen.effect = s.effectOn(served.LSN, served.ID); seen.effect != none && s.effects[seen.effect].target >= 0 {
			seen.target = s.effects[seen.effect].target
		}
	}
	return seen
}

// effectOn finds what the commit with that lsn did to a record; none when the
// log does not hold it.
func (l *ledger) effectOn(lsn uint64, id string) int32 {
	commit := l.commitWith(lsn)
	if commit == none {
		return none
	}
	first, _ := slices.BinarySearchFunc(l.effects, commit, func(e effect, c int32) int { return cmp.Compare(e.commit, c) })
	for i := first; i < len(l.effects) && l.effects[i].commit == commit; i++ {
		if l.changeOf(&l.effects[i]).ID == id {
			return int32(i)
		}
	}
	return none
}

// commitWith is the position of the commit with that lsn; none when the log does
// not hold it.
func (l *ledger) commitWith(lsn uint64) int32 {
	i, found := slices.BinarySearchFunc(l.Commits, lsn, func(c commitlog.Commit, lsn uint64) int { return cmp.Compare(c.LSN, lsn) })
	if !found {
		return none
	}
	return int32(i)
}

// tell reports an anomaly of an operation, once for each class.
func (s *scene) tell(c Class, op int32, describe func() candidate) {
	if s.told[c] == nil {
		s.told[c] = map[int32]bool{}
	}
	if !s.told[c][op] {
		s.told[c][op] = true
		s.f.anomalies.add(c, describe)
	}
}

// opOf is the operation that an effect carries out, or none.
func (l *ledger) opOf(effect int32) int32 {
	if effect == none || l.effects[effect].intent < 0 {
		return none
	}
	return l.intents[l.effects[effect].intent].op
}

// evidence counts what put isolation to the test: readers who looked at a unit
// while it was under way, users whose record the integration wrote again.
func (s *scene) evidence() {
	only := s.onlyOperations()
	for i := range s.glances {
		g := &s.glances[i]
		if len(g.saw) < 2 {
			continue
		}
		s.looks++
		if s.underWay(g, only) {
			s.overlaps++
		}
	}
	if s.Settings.Readers > 0 {
		s.f.count("looks at whole units", s.looks)
		s.f.count(figOverlaps, s.overlaps)
	}
	if s.Settings.Users > 0 {
		s.f.count("edits by users", s.edits)
		s.f.count(figContested, s.contested)
	}
}

// onlyOperations gives each record that one operation alone writes that
// operation.
func (s *scene) onlyOperations() []int32 {
	only := make([]int32, len(s.targets))
	for t := range only {
		only[t] = none
	}
	for i := range s.intents {
		switch it := &s.intents[i]; only[it.target] {
		case none:
			only[it.target] = it.op
		case it.op:
		default:
			only[it.target] = direct // several
		}
	}
	return only
}

// underWay tells whether the unit that was looked at had been offered, and was
// not there as a whole, or had just arrived.
func (s *scene) underWay(g *glance, only []int32) bool {
	for _, seen := range g.saw {
		if seen.target < 0 || only[seen.target] < 0 {
			continue
		}
		op := only[seen.target]
		p := s.progress(int(op))
		return p.members > 1 && s.invoked[op] <= g.at && (!p.whole() || g.at <= s.at(p.last))
	}
	return false
}
