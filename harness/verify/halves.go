package verify

import (
	"fmt"

	"github.com/squall-harness/squall/harness/history"
)

// readHalves judges what was seen, version by version: versions of operations
// that never came to be (dirty read), versions that their operation changed
// again (intermediate read), and records that went back under the eyes of one
// reader (non-repeatable read).
func (s *scene) readHalves() {
	type view struct {
		who    string
		target int32
	}
	before := map[view]int32{} // effect that a reader saw last
	for i := range s.glances {
		g := &s.glances[i]
		for _, seen := range g.saw {
			op := s.opOf(seen.effect)
			if op == none {
				continue
			}
			s.dirtyRead(g, seen.effect, op)
			s.intermediateRead(g, seen.effect, op)
			v := view{g.who, seen.target}
			if last, known := before[v]; known && last != seen.effect {
				s.nonRepeatable(g, last, seen.effect, op)
			}
			before[v] = seen.effect
		}
	}
}

func (s *scene) dirtyRead(g *glance, effect, op int32) {
	why := ""
	switch p := s.progress(int(op)); {
	case s.ops[op].Outcome == history.Fail:
		why = "which was refused"
	case s.quiet && p.members > 1 && !p.whole() && !s.taken[op]:
		why = "of which the rest never came"
	default:
		return
	}
	s.tell(DirtyRead, op, func() candidate {
		return s.seen(g, effect, op, fmt.Sprintf("%s, at %s, read %s as operation %s had written it, %s.",
			g.who, seconds(g.at), s.nameOf(effect), s.ops[op].ID, why))
	})
}

// intermediateRead finds a later change of the same operation to the same
// record that gave a field another value.
func (s *scene) intermediateRead(g *glance, effect, op int32) {
	later := s.changedAgain(effect)
	if later == none {
		return
	}
	s.tell(IntermediateRead, op, func() candidate {
		c := s.seen(g, effect, op, fmt.Sprintf("%s, at %s, read %s as operation %s had written it first; commit %d changed it again.",
			g.who, seconds(g.at), s.nameOf(effect), s.ops[op].ID, s.commitOf(&s.effects[later]).LSN))
		c.To = s.commitOf(&s.effects[later]).At
		return c
	})
}

// changedAgain is the first later effect of the same intent on the same record
// that changed what this one had left; none when there is none.
func (s *scene) changedAgain(effect int32) int32 {
	e := &s.effects[effect]
	if s.intents[e.intent].applied < 2 || e.target < 0 {
		return none
	}
	found := none
	for i := s.last[e.target]; i > effect; i = s.effects[i].prev {
		again := &s.effects[i]
		if again.intent == e.intent && s.changeOf(again).ID == s.changeOf(e).ID && s.differs(e, again) {
			found = i
		}
	}
	return found
}

// differs tells whether again wrote another value than e had left, into a field
// that the integration does not fill by itself.
func (s *scene) differs(e, again *effect) bool {
	for field, got := range s.changeOf(again).Fields {
		if !equal(s.value(e, field), got) && !s.names.Filled(field) {
			return true
		}
	}
	return false
}

// nonRepeatable judges two looks of one reader at one record: nobody had
// intended anything between them, and it was another one, or an older one.
func (s *scene) nonRepeatable(g *glance, first, second, op int32) {
	a, b := &s.intents[s.effects[first].intent], &s.intents[s.effects[second].intent]
	older := second > first && a.version > b.version && b.version > 0
	same := a == b && second > first && s.changedAgain(first) == second
	if !older && !same || s.undone(&s.effects[first], s.effects[second].commit) { // a restore put it back, not the integration
		return
	}
	what := "as the same operation had changed it"
	if older {
		what = fmt.Sprintf("in version %d, after version %d", b.version, a.version)
	}
	s.tell(NonRepeatable, op, func() candidate {
		c := s.seen(g, second, op, fmt.Sprintf("%s read %s twice, and the second time, at %s, found it %s.", g.who, s.nameOf(second), seconds(g.at), what))
		c.ops = distinct(op, a.op)
		c.commits = append(c.commits, s.effects[first].commit)
		return c
	})
}

// seen is an anomaly that somebody saw.
func (s *scene) seen(g *glance, effect, op int32, text string) candidate {
	return candidate{
		ops: []int32{op}, commits: []int32{s.effects[effect].commit}, more: []Step{s.readStep(g)},
		Anomaly: Anomaly{Operation: s.ops[op].ID, Key: s.nameOf(effect), From: g.at, Text: capital(text)},
	}
}

// readStep tells what was seen.
func (s *scene) readStep(g *glance) Step {
	var parts []string
	for _, seen := range g.saw {
		switch {
		case seen.effect != none:
			parts = append(parts, fmt.Sprintf("%s of commit %d", s.nameOf(seen.effect), seen.lsn))
		case seen.target >= 0:
			parts = append(parts, "no "+s.targets[seen.target].name())
		}
	}
	return Step{At: g.at, Kind: stepRead, LSN: g.lsn, Text: fmt.Sprintf("%s reads the state after commit %d: %s.", capital(g.who), g.lsn, listed(parts, 6))}
}

func (l *ledger) nameOf(effect int32) string {
	change := l.changeOf(&l.effects[effect])
	if change.ExternalID == "" {
		return change.Object + " " + change.ID
	}
	return target{change.Object, change.ExternalID}.name()
}
