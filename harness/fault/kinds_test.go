package fault

import (
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each kind of the network as a client sees it, and what its window says.
func TestNetworkKinds(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault Fault
		sees  func(t *testing.T, s *stage, live net.Conn)
		hits  int
		note  string
	}{
		{"refuse", Fault{Kind: "refuse"}, func(t *testing.T, s *stage, live net.Conn) {
			_, err := live.Read(make([]byte, 1))
			assert.ErrorIs(t, err, syscall.ECONNRESET)
			_, err = s.post("x")
			assert.ErrorIs(t, err, syscall.ECONNREFUSED)
		}, 3, "open connections reset (1) and probe connects refused (2 of 2)"},
		{"blackhole", Fault{Kind: "blackhole"}, func(t *testing.T, s *stage, live net.Conn) {
			silent(t, live, "live")
			s.client.Timeout = 30 * time.Millisecond
			_, err := s.post("x")
			assert.True(t, isTimeout(err), "got %v", err)
		}, 2, "connections swallowed, with "},
		{"reset", Fault{Kind: "reset"}, func(t *testing.T, s *stage, live net.Conn) {
			_, err := live.Read(make([]byte, 1))
			assert.ErrorIs(t, err, syscall.ECONNRESET)
			s.works(t)
		}, 1, "open connections reset"},
		{"latency", Fault{Kind: "latency", Delay: 30 * time.Millisecond}, func(t *testing.T, s *stage, live net.Conn) {
			start := time.Now()
			exchange(t, live)
			assert.GreaterOrEqual(t, time.Since(start), 30*time.Millisecond)
		}, 1, "chunks of bytes that met latency downstream"},
		{"bandwidth", Fault{Kind: "bandwidth", Rate: 1, Stream: "upstream"}, func(t *testing.T, _ *stage, live net.Conn) {
			start := time.Now()
			exchange(t, live) // 27 bytes at 1 KB/s
			assert.GreaterOrEqual(t, time.Since(start), 20*time.Millisecond)
		}, 1, "chunks of bytes that met bandwidth upstream"},
		{"toxic", Fault{Kind: "toxic", Toxic: &Toxic{Type: "limit_data", Attributes: map[string]any{"bytes": 0}}}, func(t *testing.T, s *stage, live net.Conn) {
			_, err := io.WriteString(live, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
			require.NoError(t, err)
			_, err = live.Read(make([]byte, 1))
			assert.ErrorIs(t, err, io.EOF)
		}, 1, "chunks of bytes that met limit_data downstream"},
	} {
		t.Run(c.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				s := newStageOn(w)
				live := s.dial(t)
				window := s.during(t, c.fault, func() { c.sees(t, s, live) })
				assert.Equal(t, c.hits, window.Hits)
				assert.Contains(t, window.Note, c.note)
				s.client.Timeout = 5 * time.Second
				s.works(t)
			})
		})
	}
}

func TestServiceKinds(t *testing.T) {
	page503 := &Reply{503, "text/html; charset=UTF-8", maintenancePage}
	limit := `[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]`
	for _, c := range []struct {
		name  string
		fault Fault
		calls []Call
		want  []Decision // without Fault, AfterCommit and AfterWork
		hits  int
		note  string
	}{
		{"cut-reply takes writes only", Fault{Kind: "cut-reply"}, []Call{read, single, multi},
			[]Decision{{}, {Cut: true}, {Cut: true}}, 2, "replies cut after a commit (2 matching requests seen)"},
		{"cut-reply, single", Fault{Kind: "cut-reply", Match: Match{Writes: "single"}}, []Call{multi, single, read},
			[]Decision{{}, {Cut: true}, {}}, 1, ""},
		{"cut-reply, multi and chosen", Fault{Kind: "cut-reply", Match: Match{Writes: "multi"}, Count: 1, Among: 1}, []Call{single, multi, multi},
			[]Decision{{}, {Cut: true}, {}}, 1, "replies cut after a commit (1 planned, 2 matching requests seen)"},
		{"page", Fault{Kind: "page"}, []Call{read, single, token},
			[]Decision{{Reply: page503}, {Reply: page503}, {Reply: page503}}, 3, "requests answered with a page"},
		{"page of one's own", Fault{Kind: "page", Status: 502, Body: "<b>no", ContentType: "text/plain", Match: Match{APIs: []string{"query"}}}, []Call{read, single},
			[]Decision{{Reply: &Reply{502, "text/plain", "<b>no"}}, {}}, 1, ""},
		{"status", Fault{Kind: "status", Status: 403, Code: "REQUEST_LIMIT_EXCEEDED"}, []Call{read, token},
			[]Decision{{Reply: &Reply{403, "application/json;charset=UTF-8", limit}},
				{Reply: &Reply{403, "application/json;charset=UTF-8", `{"error":"request_limit_exceeded","error_description":"TotalRequests Limit exceeded."}`}}}, 2,
			"requests refused with 403 REQUEST_LIMIT_EXCEEDED"},
		{"status by object", Fault{Kind: "status", Status: 503, Code: "X", Message: "a \"b\"", Match: Match{Objects: []string{"order__C"}}}, []Call{single, multi},
			[]Decision{{}, {Reply: &Reply{503, "application/json;charset=UTF-8", `[{"errorCode":"X","message":"a \"b\""}]`}}}, 1, ""},
		{"row-error", Fault{Kind: "row-error", Code: "UNABLE_TO_LOCK_ROW"}, []Call{read, multi},
			[]Decision{{}, {RowError: &RowError{Code: "UNABLE_TO_LOCK_ROW"}}}, 1, "requests in which a record was refused with UNABLE_TO_LOCK_ROW"},
		{"late", Fault{Kind: "late", Delay: time.Minute, Count: 1}, []Call{read, single, multi},
			[]Decision{{}, {Hold: time.Minute}, {}}, 1, "writes held back to land late (1 planned, 2 matching requests seen)"},
		{"limit of requests", Fault{Kind: "limit", Limit: "requests", Most: 1}, []Call{token, read, single},
			[]Decision{{}, {}, {Reply: &Reply{403, jsonType, limit}}}, 1, "requests beyond 1 requests"},
		{"limit at one time", Fault{Kind: "limit", Limit: "concurrent", Most: 5}, []Call{read, crowded},
			[]Decision{{}, {Reply: &Reply{403, jsonType, strings.Replace(limit, "TotalRequests", "ConcurrentRequests (Concurrent API Requests)", 1)}}}, 1, ""},
		{"limit of jobs", Fault{Kind: "limit", Limit: "jobs", Message: "m"}, []Call{single, upload, create},
			[]Decision{{}, {}, {Reply: &Reply{400, jsonType, `[{"errorCode":"EXCEEDEDQUOTA","message":"m"}]`}}}, 1, "requests beyond 0 jobs"},
		{"cut-reply of steps", Fault{Kind: "cut-reply", Match: Match{Steps: []string{"create", "close", "token"}}}, []Call{create, upload, closes, token, single},
			[]Decision{{Cut: true}, {}, {Cut: true}, {Cut: true}, {}}, 3, "replies cut after the work: create, close, token"},
		{"status of a step", Fault{Kind: "status", Status: 400, Code: "EXCEEDEDQUOTA", Message: "m", Match: Match{Steps: []string{"create"}}}, []Call{create, upload},
			[]Decision{{Reply: &Reply{400, "application/json;charset=UTF-8", `[{"errorCode":"EXCEEDEDQUOTA","message":"m"}]`}}, {}}, 1, ""},
		{"bulk-fail", Fault{Kind: "bulk-fail", End: "Aborted", Percent: 40, Message: "m", Match: Match{Objects: []string{"account"}}, Count: 1}, []Call{create, closes, closes},
			[]Decision{{}, {Job: &Trouble{End: "Aborted", Share: 40, Reason: "m"}}, {}}, 1, "bulk jobs that end Aborted (1 planned, 2 matching requests seen)"},
		{"bulk-rows", Fault{Kind: "bulk-rows", Code: "UNABLE_TO_LOCK_ROW", Percent: 20}, []Call{upload, closes},
			[]Decision{{}, {Job: &Trouble{Row: &RowError{Code: "UNABLE_TO_LOCK_ROW"}, Percent: 20}}}, 1, "refused with UNABLE_TO_LOCK_ROW"},
		{"bulk-slow", Fault{Kind: "bulk-slow", Delay: time.Minute}, []Call{closes, single},
			[]Decision{{Job: &Trouble{Wait: time.Minute}}, {}}, 1, "bulk jobs that take longer"},
		{"bulk-fail of batches", Fault{Kind: "bulk-fail", End: "Failed", Match: Match{APIs: []string{"bulk1"}}}, []Call{closes, ends, batch},
			[]Decision{{}, {}, {Job: &Trouble{End: "Failed"}}}, 1, "bulk jobs that end Failed"},
		{"bulk-rows of batches", Fault{Kind: "bulk-rows", Code: "X", Percent: 20}, []Call{asks, batch},
			[]Decision{{}, {Job: &Trouble{Row: &RowError{Code: "X"}, Percent: 20}}}, 1, "refused with X (1 matching requests seen)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			w := s.during(t, c.fault, func() {
				for i, call := range c.calls {
					got := s.ask(call)
					if got.Fault != "" {
						assert.Equal(t, "it", got.Fault)
					}
					got.Fault, got.AfterCommit, got.AfterWork = "", nil, nil
					assert.Equal(t, c.want[i], got, "call %d", i)
				}
			})
			assert.Equal(t, c.hits, w.Hits)
			assert.Contains(t, w.Note, c.note)
			assert.Zero(t, s.Decide(single), "over")
		})
	}
}

func TestCutReplyCountsCommitsOnly(t *testing.T) {
	s := newStage(t)
	w := s.during(t, Fault{Kind: "cut-reply"}, func() { s.Decide(single) })
	assert.Zero(t, w.Hits, "the request failed, so no committed work was hidden")
}

func TestExpireToken(t *testing.T) {
	s := newStage(t)
	w := s.during(t, Fault{Kind: "expire-token"}, func() {})
	assert.Equal(t, 3, w.Hits)
	assert.Equal(t, []string{"expire"}, s.seen())
}

func TestRestore(t *testing.T) {
	s := newStage(t)
	base := s.Clock()
	f := Fault{Name: "it", Kind: "restore", At: 30 * time.Millisecond, Back: 20 * time.Millisecond}
	plan := Plan([]Fault{f}, 1)
	assert.Equal(t, []time.Duration{10 * time.Millisecond, 30 * time.Millisecond}, []time.Duration{plan.Faults[0].Start, plan.Faults[0].End})
	require.NoError(t, s.Run(t.Context(), base, plan))
	assert.Equal(t, []string{"backup", "restore"}, s.seen())
	w := s.tape.last("it")
	assert.Equal(t, 7, w.Hits)
	assert.GreaterOrEqual(t, w.From, base+f.At, "the backup disturbs nobody")
	assert.Equal(t, "commits that lost their effect", w.Note)
}

func TestPauseKind(t *testing.T) {
	s := newStage(t)
	w := s.during(t, Fault{Kind: "pause"}, func() { assert.Equal(t, []string{"pause"}, s.seen()) })
	assert.Equal(t, []string{"pause", "resume"}, s.seen())
	assert.Equal(t, 1, w.Hits)
}

func TestStop(t *testing.T) {
	s := newStage(t)
	w := s.during(t, Fault{Kind: "stop", Delay: time.Millisecond}, func() {
		require.Eventually(t, func() bool { return len(s.seen()) == 2 }, 5*time.Second, time.Millisecond)
	})
	assert.Equal(t, []string{"terminate", "restart"}, s.seen())
	assert.Equal(t, 1, w.Hits)

	s = newStage(t)
	s.during(t, Fault{Kind: "stop", Delay: time.Hour}, func() {})
	assert.Equal(t, []string{"terminate", "restart"}, s.seen(), "healed before the restart")

	s = newStage(t)
	s.fail = errors.New("it had ended")
	assert.ErrorContains(t, s.Run(t.Context(), s.Clock(), Plan([]Fault{{Name: "it", Kind: "stop"}}, 1)), `fault "it": it had ended`)
	assert.Zero(t, s.tape.last("it").Hits)
}

func TestKill(t *testing.T) {
	t.Run("at its time", func(t *testing.T) {
		s := newStage(t)
		w := s.during(t, Fault{Kind: "kill", Delay: time.Millisecond}, func() {
			require.Eventually(t, func() bool { return len(s.seen()) == 2 }, 5*time.Second, time.Millisecond)
		})
		assert.Equal(t, []string{"kill", "restart"}, s.seen())
		assert.Equal(t, 1, w.Hits)
		assert.GreaterOrEqual(t, w.To-w.From, time.Millisecond)
	})
	t.Run("healed before the restart", func(t *testing.T) {
		s := newStage(t)
		s.during(t, Fault{Kind: "kill", Delay: time.Hour}, func() {})
		assert.Equal(t, []string{"kill", "restart"}, s.seen())
	})
	t.Run("with a write in flight", func(t *testing.T) {
		s := newStage(t)
		w := s.during(t, Fault{Kind: "kill", When: WriteInFlight, Match: Match{Writes: "multi"}}, func() {
			assert.Zero(t, s.ask(single))
			assert.Zero(t, s.ask(read))
			d := s.Decide(multi)
			assert.True(t, d.Cut)
			assert.Empty(t, s.seen(), "nothing has committed")
			d.AfterCommit()
			assert.Equal(t, "kill", s.seen()[0], "dead before the reply")
			d.AfterCommit()
			assert.Zero(t, s.ask(multi), "once")
		})
		assert.Equal(t, []string{"kill", "restart"}, s.seen())
		assert.Equal(t, 1, w.Hits)
		assert.Equal(t, "kills between the commit of a write and its reply", w.Note)
	})
	t.Run("with a step in flight", func(t *testing.T) {
		s := newStage(t)
		w := s.during(t, Fault{Kind: "kill", When: WriteInFlight, Match: Match{Steps: []string{"close"}}}, func() {
			assert.Zero(t, s.ask(upload))
			s.ask(closes)
			assert.Equal(t, "kill", s.seen()[0], "dead before the reply")
		})
		assert.Equal(t, "kills between a step and its reply: close", w.Note)
	})
	t.Run("no write came", func(t *testing.T) {
		s := newStage(t)
		var late Decision
		w := s.during(t, Fault{Kind: "kill", When: WriteInFlight}, func() { s.ask(read); late = s.Decide(single) })
		late.AfterCommit()
		assert.Empty(t, s.seen(), "what commits after the window kills nobody")
		assert.Zero(t, w.Hits)
		assert.Equal(t, "kills: no write committed in time", w.Note)
	})
	t.Run("it cannot be killed", func(t *testing.T) {
		s := newStage(t)
		s.fail = errors.New("no such process")
		err := s.Run(t.Context(), s.Clock(), Plan([]Fault{{Name: "it", Kind: "kill"}}, 1))
		assert.ErrorContains(t, err, `fault "it": no such process`)
		assert.Zero(t, s.tape.last("it").Hits)
	})
}
