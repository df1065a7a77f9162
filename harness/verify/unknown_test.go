package verify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

func TestAnUnknownInWords(t *testing.T) {
	for want, truth := range map[string]Truth{
		"none": {},
		"41 unknown: 29 applied, 12 not, 3 of the 29 applied twice": {Not: 12, Once: 26, Twice: 3},
		"1,000 unknown: 0 applied, 1,000 not":                       {Not: 1000},
		"2 unknown: 2 applied, 0 not":                               {Once: 2},
	} {
		assert.Equal(t, want, truth.String())
	}
}

// What the source was told, against what happened.
func TestUnknownsOfTheSource(t *testing.T) {
	cases := map[string]struct {
		outcome history.Outcome
		doubt   bool // the first offer got no answer
		row     func(Unknowns) Truth
	}{
		"answered":   {history.OK, false, func(u Unknowns) Truth { return u.Answered }},
		"doubted":    {history.OK, true, func(u Unknowns) Truth { return u.Doubted }},
		"refused":    {history.Fail, false, func(u Unknowns) Truth { return u.Refused }},
		"unanswered": {history.Info, true, func(u Unknowns) Truth { return u.Unanswered }},
	}
	for name, c := range cases {
		for times, want := range []Truth{{Not: 1}, {Once: 1}, {Twice: 1}} {
			s := newTale()
			op := s.offer("t-1", "k", c.outcome, insert("Activity_Log__c"))
			if c.doubt && c.outcome != history.Info {
				op.Attempts = append([]history.Attempt{{At: s.now}}, op.Attempts...)
			}
			for range times {
				s.apply(op)
			}
			s.over()
			assert.Equal(t, want, c.row(JudgeAll(s.in).Unknowns), "%s, applied %d times", name, times)
		}
	}
}

// What the integration sent and got no reply to, against what happened.
func TestUnknownsOfTheIntegration(t *testing.T) {
	cases := map[string]struct {
		act  func(s *tale, op *history.Operation)
		want Unknowns
	}{
		"cut after the commit, and left at that": {func(s *tale, op *history.Operation) {
			s.apply(op)
			s.lose(0)
		}, Unknowns{SentOnce: Truth{Once: 1}}},
		"cut after the commit, and sent again": {func(s *tale, op *history.Operation) {
			s.apply(op)
			s.lose(0)
			s.apply(op)
		}, Unknowns{SentAgain: Truth{Once: 1}}},
		"cut after the commit of an insert, which came a second time": {func(s *tale, _ *history.Operation) {
			note := s.ack("t-2", "k2", insert("Activity_Log__c"))
			s.apply(note)
			s.lose(0)
			s.apply(note)
		}, Unknowns{SentAgain: Truth{Twice: 1}}},
		"refused, and the refusal was lost": {func(s *tale, _ *history.Operation) {
			s.request("r-x", 503).Traces = []string{"t-1.0"}
			s.lose(0)
		}, Unknowns{SentOnce: Truth{Not: 1}}},
		"refused, the refusal lost, and sent again": {func(s *tale, op *history.Operation) {
			s.request("r-x", 503).Traces = []string{"t-1.0"}
			s.lose(0)
			s.apply(op)
		}, Unknowns{SentAgain: Truth{Not: 1}}},
		"what was sent before is not sent again": {func(s *tale, op *history.Operation) {
			s.request("r-x", 503).Traces = []string{"t-1.0"}
			s.apply(op)
			s.lose(1)
		}, Unknowns{SentOnce: Truth{Once: 1}}},
		"the upload of a bulk job": {func(s *tale, op *history.Operation) {
			r := s.request("r-up", 0, s.change(&op.Records[0]))
			r.Job, r.Fate, s.ids = "750x", commitlog.FateLost, map[target]string{}
			s.apply(op)
			s.in.Commits[0].Request, s.in.Commits[0].Fate = "750x", commitlog.FateAsync
			s.in.Requests = s.in.Requests[:1]
		}, Unknowns{SentOnce: Truth{Once: 1}}},
		"under way when the integration was killed": {func(s *tale, op *history.Operation) {
			s.apply(op)
			s.in.Requests[0].Took = time.Minute
			s.fault("crash", "kill")
		}, Unknowns{SentOnce: Truth{Once: 1}}},
		"a query": {func(s *tale, _ *history.Operation) {
			s.request("r-x", 200).Records = 0
			s.lose(0)
		}, Unknowns{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newTale()
			op := s.ack("t-1", "k", upsert("Account", "a", 1))
			c.act(s, op)
			s.over()
			u := JudgeAll(s.in).Unknowns
			assert.Equal(t, c.want, Unknowns{SentOnce: u.SentOnce, SentAgain: u.SentAgain})
		})
	}
}

// lose marks the reply of a request, and of what it committed, as lost.
func (s *tale) lose(request int) {
	r := &s.in.Requests[request]
	r.Fate = commitlog.FateCut
	for i := range s.in.Commits {
		if s.in.Commits[i].Request == r.ID {
			s.in.Commits[i].Fate = commitlog.FateCut
		}
	}
}

func TestRedeliveryIsACost(t *testing.T) {
	s := newTale()
	op := s.ack("t-1", "k", upsert("Account", "a", 1))
	for range 4 {
		s.apply(op)
	}
	s.over()
	r := JudgeAll(s.in).Redelivery
	assert.Equal(t, Redelivery{Writes: 4, Again: 3}, r)
	assert.InDelta(t, 0.75, r.Ratio(), 1e-9)
	assert.Zero(t, Redelivery{}.Ratio())
}
