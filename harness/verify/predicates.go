package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// predicates finds inserts that rest on a query which was out of date: the
// integration asked whether there is such a record, somebody made one, and it
// made another one all the same. Each insert uses up the oldest question that
// asked for it.
func (s *scene) predicates() {
	p := &questions{scene: s, open: map[asking][]*question{}, fields: map[string][]string{}, came: map[asking]int32{}}
	next := 0
	reads := s.ownQueries()
	for i := range s.effects {
		e := &s.effects[i]
		for next < len(reads) && reads[next].LSN < s.commitOf(e).LSN {
			p.ask(reads[next])
			next++
		}
		p.change(int32(i))
	}
}

// ownQueries are the queries of the integration that ask for values, by state.
func (s *scene) ownQueries() []*commitlog.Read {
	var reads []*commitlog.Read
	for i := range s.Reads {
		if r := &s.Reads[i]; !commitlog.OfCrowd(r.Identity) && r.Exact && len(r.Where) > 0 {
			reads = append(reads, r)
		}
	}
	slices.SortStableFunc(reads, func(a, b *commitlog.Read) int { return int(a.LSN) - int(b.LSN) })
	return reads
}

// questions are the fold's state.
type questions struct {
	*scene
	open   map[asking][]*question
	fields map[string][]string // object -> fields that questions ask by
	came   map[asking]int32    // the latest effect that fits
}

// asking is a value of a field of an object, in lower case, as Salesforce
// compares texts.
type asking struct{ object, field, value string }

// question is one query that was not followed by an insert yet.
type question struct{ read *commitlog.Read }

// mostOpen bounds the questions that wait for one value: a program that asks
// and never writes must not fill the memory.
const mostOpen = 64

func (p *questions) ask(r *commitlog.Read) {
	first := r.Where[0]
	if strings.Contains(first.Field, ".") {
		return // a parent's field: no change of the record tells it
	}
	if field := strings.ToLower(first.Field); !slices.Contains(p.fields[r.Object], field) {
		p.fields[r.Object] = append(p.fields[r.Object], field)
	}
	for _, value := range first.Values {
		if foundOne(r, value) {
			continue
		}
		a := askingFor(r.Object, first.Field, value)
		if open := p.open[a]; len(open) >= mostOpen {
			p.open[a] = open[1:]
		}
		p.open[a] = append(p.open[a], &question{r})
	}
}

// foundOne tells whether a query found a record for a value, as far as one can
// tell: then whoever asked has no reason to insert.
func foundOne(r *commitlog.Read, value any) bool {
	key := fmt.Sprint(value)
	keyed := false // whether the values asked for are keys
	for _, v := range r.Where[0].Values {
		keyed = keyed || slices.ContainsFunc(r.Records, func(s commitlog.Served) bool { return strings.EqualFold(s.ExternalID, fmt.Sprint(v)) })
	}
	return slices.ContainsFunc(r.Records, func(s commitlog.Served) bool {
		return s.ID != "" && (!keyed || strings.EqualFold(s.ExternalID, key))
	})
}

func askingFor(object, field string, value any) asking {
	return asking{object, strings.ToLower(field), strings.ToLower(fmt.Sprint(value))}
}

// change takes in one effect: it may answer a question, or make its answer
// out of date.
func (p *questions) change(i int32) {
	e := &p.effects[i]
	change := p.changeOf(e)
	for _, field := range p.fields[change.Object] {
		if e.deletes {
			p.gone(e, field)
			continue
		}
		value, given := written(change.Fields, field)
		if !given || value == nil {
			continue
		}
		a := askingFor(change.Object, field, value)
		if e.inserts && !p.commitOf(e).ByOthers() {
			p.inserted(i, a)
		}
		p.came[a] = i
	}
}

// gone forgets a record that was deleted: who makes another one makes no second.
func (p *questions) gone(e *effect, field string) {
	a := askingFor(p.changeOf(e).Object, field, p.before(e, field))
	if other, known := p.came[a]; known && p.changeOf(&p.effects[other]).ID == p.changeOf(e).ID {
		delete(p.came, a)
	}
}

// inserted judges an insert by the oldest question that it answers.
func (p *questions) inserted(i int32, a asking) {
	open := p.open[a]
	at := slices.IndexFunc(open, func(q *question) bool { return p.fits(q.read, i) })
	if at < 0 {
		return
	}
	asked := open[at].read
	p.open[a] = slices.Delete(open, at, at+1)
	other, known := p.came[a]
	e := &p.effects[i]
	if !known || p.commitOf(&p.effects[other]).LSN <= asked.LSN || p.effects[other].commit == e.commit || !p.fits(asked, other) {
		return
	}
	p.f.anomalies.add(PredicateAnomaly, func() candidate { return p.outdated(asked, other, i) })
}

// fits tells whether the record fulfils all conditions of a query after an
// effect.
func (p *questions) fits(r *commitlog.Read, i int32) bool {
	for _, m := range r.Where {
		got := p.value(&p.effects[i], m.Field)
		if !slices.ContainsFunc(m.Values, func(want any) bool {
			return equal(want, got) || strings.EqualFold(fmt.Sprint(want), fmt.Sprint(got))
		}) {
			return false
		}
	}
	return true
}

func (p *questions) outdated(asked *commitlog.Read, other, i int32) candidate {
	e := &p.effects[i]
	at, between := p.commitOf(e), p.commitOf(&p.effects[other])
	what := fmt.Sprintf("%s with %s %s", asked.Object, asked.Where[0].Field, shown(p.value(e, asked.Where[0].Field)))
	found := candidate{commits: []int32{p.effects[other].commit, e.commit}, Anomaly: Anomaly{
		Key: p.nameOf(i), From: at.At,
		Text: fmt.Sprintf("The integration asked for %s at %s, as of commit %d. Commit %d, by %s, made one, and commit %d at %s made another one on the old answer.",
			what, seconds(asked.At), asked.LSN, between.LSN, p.writer(other), at.LSN, seconds(at.At)),
	}}
	found.more = []Step{{At: asked.At, Kind: stepRead, Request: asked.Request, LSN: asked.LSN,
		Text: fmt.Sprintf("The integration asks for %s, as of commit %d.", what, asked.LSN)}}
	for _, effect := range []int32{i, other} {
		if op := p.opOf(effect); op != none && !slices.Contains(found.ops, op) {
			found.ops = append(found.ops, op)
		}
	}
	if len(found.ops) > 0 {
		found.Operation = p.ops[found.ops[0]].ID
	}
	return found
}
