package verify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// window is a fault that was at work between two times in seconds.
func window(name, kind string, from, to int) history.Window {
	return history.Window{Fault: name, Kind: kind, From: time.Duration(from) * time.Second, To: time.Duration(to) * time.Second, Hits: 1}
}

// call is a write that arrived at a second and took half of one.
func call(at, status int, fault string, fate commitlog.Fate) *commitlog.Request {
	return &commitlog.Request{At: time.Duration(at) * time.Second, Took: time.Second / 2, Status: status, Fault: fault, Fate: fate, Records: 1}
}

func TestBlame(t *testing.T) {
	cut, locked, crash := window("cut", "cut-reply", 1, 9), window("locked", "row-error", 1, 9), window("crash", kindKill, 4, 6)
	silent, stall := window("silent", "blackhole", 3, 5), window("stall", "pause", 4, 5)
	all := []history.Window{cut, locked, crash, silent, stall}
	aimed := map[string]bool{"cut": true, "locked": true}
	open := []span{{2 * time.Second, 8 * time.Second}}
	cases := map[string]struct {
		s    suspects
		want []Blame
	}{
		"nothing was at work": {suspects{class: Lost, before: never, open: open}, nil},
		"a fault that never fired": {suspects{class: Lost, before: never, open: open,
			windows: []history.Window{{Fault: "x", Kind: "refuse", From: 1}}}, nil},
		"the one that took the reply comes first": {suspects{class: Duplicate, before: never, open: open, windows: all, aimed: aimed,
			requests: []*commitlog.Request{call(2, 409, "locked", commitlog.FateSent), call(3, 200, "cut", commitlog.FateCut)}},
			[]Blame{{Fault: "cut", Tie: TieReply, Hits: 1, Likely: true}, {Fault: "crash", Tie: TieStruck}, {Fault: "stall", Tie: TieStruck},
				{Fault: "silent", Tie: TieDuring, Hits: 1}, {Fault: "locked", Tie: TieDuring, Hits: 1}}},
		"more of its requests weigh more": {suspects{class: Lost, before: never, windows: []history.Window{cut, locked}, aimed: aimed,
			requests: []*commitlog.Request{call(2, 400, "locked", commitlog.FateSent), call(3, 400, "cut", commitlog.FateSent), call(4, 400, "cut", commitlog.FateSent)}},
			[]Blame{{Fault: "cut", Tie: TiePart, Hits: 2, Likely: true}, {Fault: "locked", Tie: TiePart, Hits: 1, Likely: true}}},
		"aimed elsewhere": {suspects{class: Corrupted, before: never, windows: []history.Window{cut}, aimed: aimed,
			requests: []*commitlog.Request{call(2, 200, "", commitlog.FateSent)}}, nil},
		"a session that ended before": {suspects{class: Shortfall, before: never, windows: []history.Window{window("expired", kindExpire, 1, 1), window("later", kindExpire, 6, 6)},
			requests: []*commitlog.Request{call(3, 401, "", commitlog.FateSent), call(4, 401, "", commitlog.FateSent), call(5, 200, "", commitlog.FateSent)}},
			[]Blame{{Fault: "expired", Tie: TiePart, Hits: 2, Likely: true}}},
		"at work on others": {suspects{class: Corrupted, before: never, windows: []history.Window{cut}, aimed: aimed, open: open,
			requests: []*commitlog.Request{call(2, 200, "", commitlog.FateSent)}}, []Blame{{Fault: "cut", Tie: TieElsewhere}}},
		"a reply that was lost in the silence": {suspects{class: Duplicate, before: never, windows: []history.Window{silent}, aimed: aimed,
			requests: []*commitlog.Request{call(4, 200, "", commitlog.FateLost)}},
			[]Blame{{Fault: "silent", Tie: TieReply, Hits: 1, Likely: true}}},
		"killed while a request was under way": {suspects{class: Duplicate, before: never, windows: []history.Window{crash},
			requests: []*commitlog.Request{call(5, 200, "", commitlog.FateSent)}},
			[]Blame{{Fault: "crash", Tie: TieReply, Hits: 1, Likely: true}}},
		"what came after the break is no cause": {suspects{class: Corrupted, before: 3 * time.Second, open: open, windows: []history.Window{crash, silent},
			requests: []*commitlog.Request{call(3, 200, "", commitlog.FateSent), call(4, 500, "", commitlog.FateSent)}},
			[]Blame{{Fault: "silent", Tie: TieDuring, Hits: 1}}},
		"nothing was ever sent": {suspects{class: Lost, before: never, open: open, windows: []history.Window{silent, crash, window("later", "refuse", 9, 10)}},
			[]Blame{{Fault: "crash", Tie: TieStruck, Likely: true}, {Fault: "silent", Tie: TieWaiting}}},
		"what a crash took was taken by it": {suspects{class: NotDurable, before: never, open: open, windows: []history.Window{locked, crash}, aimed: aimed,
			requests: []*commitlog.Request{call(3, 400, "locked", commitlog.FateSent)}},
			[]Blame{{Fault: "crash", Tie: TieStruck, Likely: true}, {Fault: "locked", Tie: TiePart, Hits: 1, Likely: true}}},
		"an outage that kept it waiting": {suspects{class: Shortfall, before: never, open: open, windows: []history.Window{cut}, aimed: aimed},
			[]Blame{{Fault: "cut", Tie: TieWaiting}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, blame(c.s)) })
	}
}

func TestBlameInWords(t *testing.T) {
	cut := Blame{Fault: "cut", Tie: TieReply, Hits: 2, Likely: true}
	wait := Blame{Fault: "silence", Tie: TieWaiting}
	for want, all := range map[string][]Blame{
		"No fault touched it.": nil,
		"No fault touched it. At work on other requests meanwhile: a, b.":               {{Fault: "a", Tie: TieElsewhere}, {Fault: "b", Tie: TieElsewhere}},
		"Most likely: cut (took the reply of 2 of its requests). Less likely: silence.": {cut, wait},
		"Possibly: silence (was at work meanwhile).":                                    {wait},
		"Confirmed: silence (was at work meanwhile; gone in a rerun without it).": {
			{Fault: "silence", Tie: TieWaiting, Rerun: Gone}},
		"Most likely: cut (took the reply of 2 of its requests; a rerun without it broke the same promise).": {
			{Fault: "cut", Tie: TieReply, Hits: 2, Likely: true, Rerun: Stays}},
	} {
		assert.Equal(t, want, Anomaly{Blame: all}.Cause())
	}
}

// The judge finds the requests of an anomaly by their tokens, and the calls
// about a bulk job by the job.
func TestTheFaultOfABulkJobIsBlamed(t *testing.T) {
	s := rehearsed()
	op := s.ack("t-1", "k", upsert("Account", "a", 1))
	s.in.History.Windows = append(s.in.History.Windows, history.Window{Fault: "gateway", Kind: "page", From: s.now, To: s.now + time.Minute, Hits: 9})
	upload := s.request("r-up", 201, s.change(&op.Records[0]))
	upload.Job = "750x"
	poll := s.request("r-poll", 503)
	poll.Job, poll.Fault, poll.Method, poll.Records = "750x", "gateway", "GET", 0
	other := s.request("r-other", 503)
	other.Job, other.Fault, other.Method, other.Records = "750y", "gateway", "GET", 0
	a := only(t, s.over(), NoLoss, Lost)
	assert.Equal(t, []Blame{{Fault: "gateway", Tie: TiePart, Hits: 1, Likely: true}}, a.Blame)
	assert.Equal(t, []string{"gateway"}, a.Faults)
}
