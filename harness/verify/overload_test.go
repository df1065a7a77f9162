package verify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// loginAt adds a request for a token.
func (s *tale) loginAt(at time.Duration, fault string) {
	s.in.Requests = append(s.in.Requests, commitlog.Request{
		ID: "login", At: at, Took: time.Millisecond, Method: "POST", Path: "/services/oauth2/token", API: commitlog.APIAuth, Status: 200, Fault: fault,
	})
}

func TestLoginsWithinAnyMinute(t *testing.T) {
	for name, c := range map[string]struct {
		at    []time.Duration // of the logins, in the order of the log
		limit int
		most  int
		found int
	}{
		"none":                      {nil, 1, 0, 0},
		"as many as allowed":        {[]time.Duration{0, time.Second}, 2, 2, 0},
		"a minute apart":            {[]time.Duration{0, time.Minute, 2 * time.Minute}, 1, 1, 0},
		"a moment less than that":   {[]time.Duration{0, time.Minute - 1, 2 * time.Minute}, 1, 2, 1},
		"a storm in the middle":     {[]time.Duration{0, 100 * time.Second, 101 * time.Second, 102 * time.Second, time.Hour}, 1, 3, 2},
		"logged by when they ended": {[]time.Duration{2 * time.Second, time.Second, 0}, 1, 3, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTale()
			s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
			for _, at := range c.at {
				s.loginAt(at, "")
			}
			s.in.Settings.Limits = Limits{Logins: c.limit}
			v := of(s.over(), NoOverload)
			assert.Equal(t, c.found, v.Found)
			most, _ := figure(v.Evidence, "most logins within a minute")
			assert.Equal(t, c.most, most)
			assert.Equal(t, map[bool]Result{false: Pass, true: Fail}[c.found > 0], v.Result)
		})
	}
}

func TestALoginStormIsTold(t *testing.T) {
	s := newTale()
	s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
	s.in.History.Windows = []history.Window{{Fault: "access blocked", Kind: "status", From: time.Second, To: 3 * time.Second, Hits: 40}}
	for i := range 40 {
		s.loginAt(time.Second+time.Duration(i)*10*time.Millisecond, "access blocked")
	}
	s.in.Settings.Limits = Limits{Logins: 5}
	v := of(s.over(), NoOverload)
	assert.Equal(t, "35 logins too many.", v.Reason)
	require.Len(t, v.Anomalies, 1)
	a := v.Anomalies[0]
	assert.Equal(t, TooManyLogins, a.Class)
	assert.Equal(t, "40 logins within the minute from 1.00 s on, and the scenario allows 5. 40 of them came within the second from 1.00 s on.", a.Text)
	assert.Equal(t, []string{"access blocked"}, a.Faults)
	assert.Contains(t, a.Story[len(a.Story)-1].Text, "Request login arrives, POST /services/oauth2/token, and gets 200 (fault access blocked)")
}

// The end of a session is no fault of any request. It is told by its time, and
// the call that met it begins the story.
func TestWhatLedToLogins(t *testing.T) {
	s := newTale()
	s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
	s.in.History.Windows = []history.Window{
		{Fault: "long before", Kind: "reset", From: 0, To: time.Millisecond, Hits: 1},
		{Fault: "sessions expired", Kind: "expire-token", From: 5 * time.Second, To: 5 * time.Second, Hits: 1},
	}
	s.now = 5050 * time.Millisecond
	s.request("refused", 401)
	for i := range 4 {
		s.loginAt(5100*time.Millisecond+time.Duration(i), "")
	}
	s.in.Settings.Limits = Limits{Logins: 1}
	a := of(s.over(), NoOverload).Anomalies[0]
	assert.Equal(t, []string{"sessions expired"}, a.Faults)
	assert.Equal(t, "Most likely: sessions expired (took part in 1 of its requests).", a.Cause())
	require.Len(t, a.Story, 6)
	assert.Contains(t, a.Story[1].Text, "Request refused arrives")
}

func TestCallsForEachRecordWritten(t *testing.T) {
	for name, c := range map[string]struct {
		reads int
		limit float64
		found int
	}{
		"as many as allowed": {2, 2, 0},
		"one more":           {3, 2, 1},
		"half a call":        {2, 2.5, 0},
		"no limit":           {100, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTale()
			for _, id := range []string{"a", "b"} { // two requests that write one record each
				s.apply(s.ack("t-"+id, id, upsert("Account", id, 1)))
			}
			for range c.reads {
				s.request("read", 200)
			}
			s.in.Settings.Limits = Limits{Calls: c.limit, Logins: 10}
			assert.Equal(t, c.found, of(s.over(), NoOverload).Found)
		})
	}
}

func TestTooManyCallsNameTheBusiestSecond(t *testing.T) {
	s := newTale()
	s.apply(s.ack("t-1", "k", upsert("Account", "a", 1)))
	s.now = 5 * time.Second
	for range 20 {
		s.request("again", 401)
	}
	s.in.Settings.Limits = Limits{Calls: 3}
	v := of(s.over(), NoOverload)
	assert.Equal(t, "18 calls too many.", v.Reason)
	assert.Equal(t, "21 requests for 1 record: 21.0 for each, and the scenario allows 3. 20 of them came within the second from 5.00 s on.", v.Anomalies[0].Text)
}

func TestWithoutALimitNoOverloadIsNotClaimed(t *testing.T) {
	v := of(rehearsed().over(), NoOverload)
	assert.Equal(t, NotClaimed, v.Result)
	assert.Equal(t, "The scenario sets no limit.", v.Reason)
}
