package sieve

import "github.com/squall-harness/squall/harness/verify"

// settle adds up what the halves counted, without the part of those that became
// suspicious later, by what they share with others.
func (s *sifting) settle(a, b *fold) error {
	r := &s.out.Rest
	for _, f := range []*fold{a, b} {
		add(r, &f.rest, 1)
		s.note(f.noted)
	}
	for i := range s.less {
		add(r, &s.less[i], -1)
	}
	for _, slot := range s.met.slots {
		if slot.key != 0 && !s.found.ops.has(uint32(slot.key)) {
			r.Disturbed++
		}
	}
	r.Requests, s.out.Late = s.logged-len(s.out.Requests), a.late+b.late
	if s.frame.Calls > 0 && float64(s.logged) > s.frame.Calls*float64(a.written+b.written) {
		return ErrWhole
	}
	a.slow.all = append(a.slow.all, b.slow.all...)
	slowest, ok := a.slow.outside(&s.found.ops)
	if !ok {
		return ErrWhole
	}
	r.Slowest = slowest
	return nil
}

// note counts what was noted of operations that remain in order.
func (s *sifting) note(noted *table) {
	for _, slot := range noted.slots {
		if slot.key == 0 || s.found.ops.has(uint32(slot.key)) {
			continue
		}
		r := &s.out.Rest
		r.Doubted += int(slot.value & doubted / doubted)
		r.Open += int(slot.value & crashed / crashed)
		r.Backlog += int(slot.value & waited / waited)
	}
}

// add adds a part of what was set aside, or takes it away.
func add(r, p *verify.Rest, sign int) {
	r.Operations += sign * p.Operations
	r.Unanswered += sign * p.Unanswered
	r.Writes += sign * p.Writes
	r.Inserts += sign * p.Inserts
	r.Lookups += sign * p.Lookups
	r.Versions += sign * p.Versions
	r.Keys += sign * p.Keys
	r.Units += sign * p.Units
}
