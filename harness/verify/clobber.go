package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// lostUpdates finds what others had written and the integration overwrote
// without being told to: a field that its operation does not intend, or the
// repetition of an operation whose turn was over when a user wrote. One anomaly
// stands for one update that was lost.
func (s *scene) lostUpdates() {
	written := map[string]bool{} // records that a user edited last, by id
	for i := range s.effects {
		e := &s.effects[i]
		c := s.commitOf(e)
		if commitlog.OfCrowd(c.Identity) {
			s.edits++
			written[s.changeOf(e).ID] = true
			continue
		}
		if c.ByOthers() {
			continue
		}
		if written[s.changeOf(e).ID] {
			s.contested++
			delete(written, s.changeOf(e).ID)
		}
		s.clobber(int32(i))
	}
}

// clobber judges one change of the integration. Most carry just what was
// intended, for the first time, and are done with at once.
func (s *scene) clobber(i int32) {
	e := &s.effects[i]
	first := e.intent >= 0 && s.firstTime(i)
	if e.deletes || e.inserts || e.verbatim && first {
		return
	}
	victims := map[int32][]string{} // effect -> fields that it lost
	var order []int32
	fields := s.changeOf(e).Fields
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		victim := s.overwritten(e, field, fields[field])
		if victim == none || s.meant(i, victim, field) {
			continue
		}
		if victims[victim] == nil {
			order = append(order, victim)
		}
		victims[victim] = append(victims[victim], field)
	}
	for _, victim := range order {
		s.f.anomalies.add(LostUpdate, func() candidate { return s.lostUpdate(i, victim, victims[victim]) })
	}
}

// overwritten is the latest effect before e that wrote the field of the same
// record, where e gave it another value; none when there is none.
func (s *scene) overwritten(e *effect, field string, got any) int32 {
	id := s.changeOf(e).ID
	for i := e.prev; i != none; i = s.effects[i].prev {
		change := s.changeOf(&s.effects[i])
		if change.ID != id {
			continue
		}
		if before, found := written(change.Fields, field); found {
			if equal(before, got) {
				return none
			}
			return i
		}
		if change.Op == commitlog.Insert {
			return none
		}
	}
	return none
}

// meant tells whether the source wanted effect i to replace what the victim
// wrote.
func (s *scene) meant(i, victim int32, field string) bool {
	e, v := &s.effects[i], &s.effects[victim]
	if e.intent < 0 {
		return false
	}
	it := &s.intents[e.intent]
	if v.intent == e.intent || systemFields[strings.ToLower(field)] {
		return true
	}
	if _, intended := written(it.rec.Fields, field); !intended && !s.besideThePoint(e, field) {
		return false
	}
	// An operation replaces what came before its turn. Its repetition replaces
	// what came after it, which order judges where the source wrote that.
	return !commitlog.OfCrowd(s.commitOf(v).Identity) || it.first > victim || s.firstTime(i)
}

// besideThePoint tells whether a field goes with the record without being
// intended: its key, the lookup to its parent, or one that the integration fills
// by itself.
func (s *scene) besideThePoint(e *effect, field string) bool {
	rec := s.intents[e.intent].rec
	return strings.EqualFold(field, rec.ExternalIDField) || rec.Parent != nil && strings.EqualFold(field, rec.Parent.Field) || s.names.Filled(field)
}

func (s *scene) lostUpdate(i, victim int32, fields []string) candidate {
	e, v := &s.effects[i], &s.effects[victim]
	at, lost := s.commitOf(e), s.commitOf(v)
	who, op := "the integration, which nobody had asked to write it,", none
	if e.intent >= 0 {
		op = s.intents[e.intent].op
		who = fmt.Sprintf("operation %s, which does not intend that field,", s.ops[op].ID)
		if _, intended := written(s.intents[e.intent].rec.Fields, fields[0]); intended {
			who = fmt.Sprintf("a repetition of operation %s", s.ops[op].ID)
		}
	}
	change := s.changeOf(v)
	value, _ := written(change.Fields, fields[0])
	now, _ := written(s.changeOf(e).Fields, fields[0])
	found := candidate{commits: []int32{v.commit, e.commit}, Anomaly: Anomaly{
		Key: s.nameOf(victim), From: at.At,
		Text: fmt.Sprintf("What %s wrote into %s of %s, by commit %d at %s, was lost to %s by commit %d at %s: %s became %s.",
			s.writer(victim), strings.Join(fields, ", "), s.nameOf(victim), lost.LSN, seconds(lost.At), who, at.LSN, seconds(at.At), shown(value), shown(now)),
	}}
	if op != none {
		found.ops, found.Operation = []int32{op}, s.ops[op].ID
	}
	if other := s.opOf(victim); other != none && other != op {
		found.ops = append(found.ops, other)
	}
	if step, stale := s.staleRead(change.ID, e, v); stale {
		found.more = []Step{step}
	}
	return found
}

// writer names who made a change.
func (s *scene) writer(i int32) string {
	if op := s.opOf(i); op != none {
		return "operation " + s.ops[op].ID
	}
	switch c := s.commitOf(&s.effects[i]); {
	case c.Identity != "":
		return commitlog.CrowdName(c.Identity)
	case c.API == commitlog.APIRestore:
		return "a restore"
	}
	return "the owner of the org"
}

// staleRead finds the integration's latest read of the record before it wrote
// it, where that read did not see the update that was lost: what it wrote back
// was out of date.
func (s *scene) staleRead(id string, e, victim *effect) (Step, bool) {
	var latest *commitlog.Read
	for i := range s.Reads {
		r := &s.Reads[i]
		if commitlog.OfCrowd(r.Identity) || r.At > s.commitOf(e).At || latest != nil && r.At < latest.At {
			continue
		}
		for _, served := range r.Records {
			if served.ID == id {
				latest = r
			}
		}
	}
	if latest == nil || latest.LSN >= s.commitOf(victim).LSN {
		return Step{}, false
	}
	return Step{At: latest.At, Kind: stepRead, Request: latest.Request, LSN: latest.LSN,
		Text: fmt.Sprintf("The integration reads the record as of commit %d, and writes it back later.", latest.LSN)}, true
}
