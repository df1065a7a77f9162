package mocksf_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

func TestProfilesHaveTheRatesThatTheyTell(t *testing.T) {
	assert.Equal(t, []string{"automation-heavy", "calm", "measured", "post-outage"}, mocksf.Profiles())
	for name, want := range map[string]struct {
		call time.Duration // of 200 records
		rows float64       // a second, in bulk
	}{
		"calm": {1500 * time.Millisecond, 5385}, "measured": {5700 * time.Millisecond, 1066},
		"automation-heavy": {6 * time.Second, 769}, "post-outage": {1500 * time.Millisecond, 5385},
	} {
		p, err := mocksf.LoadProfile(name)
		require.NoError(t, err, name)
		assert.Equal(t, want.call, p.Service.Call+200*p.Service.Record, name)
		assert.InDelta(t, want.rows, 200*float64(p.Service.BulkParallel)/p.Service.BulkChunk.Seconds(), 1, name)
		assert.Equal(t, 10*time.Second, p.Limits.LockWait, name)
		assert.Equal(t, want.call/2, p.Faster(2).Service.Call+200*p.Faster(2).Service.Record, name)
	}
}

func TestProfilesOfOnesOwn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(file, []byte("service: {call: 1.5s}\nlimits: {dailyRequests: 7, longRequests: 5}\n"), 0o600))
	p, err := mocksf.LoadProfile(file)
	require.NoError(t, err)
	var cfg mocksf.Config
	p.Apply(&cfg)
	assert.Equal(t, mocksf.Config{Service: mocksf.Service{Call: 1500 * time.Millisecond}, Limits: mocksf.Limits{LongRequests: 5}, DailyRequests: 7}, cfg)

	_, err = mocksf.LoadProfile("nothing")
	assert.ErrorContains(t, err, `there is no profile "nothing": there are automation-heavy, calm,`)
	_, err = mocksf.LoadProfile("../org")
	assert.ErrorContains(t, err, "there is no profile")
	_, err = mocksf.LoadProfile(filepath.Join(t.TempDir(), "none.yaml"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	for text, want := range map[string]string{
		"service: {cal: 1s}":          "cal",
		"service: {call: soon}":       "soon",
		"service: {call: -1s}":        "service.call is below zero",
		"limits: {ramp: {from: 101}}": "percentage",
		"[]":                          "",
	} {
		_, err := mocksf.ParseProfile([]byte(text))
		assert.ErrorContains(t, err, want, text)
	}
	p, err = mocksf.ParseProfile(nil)
	assert.NoError(t, err)
	assert.Equal(t, mocksf.Profile{}, p)
}

func TestTheSameSlipIsToldEveryTime(t *testing.T) {
	for range 20 {
		_, err := mocksf.ParseProfile([]byte("service: {call: -1s, record: -1s, bulkStart: -1s}\nlimits: {storageMB: -1}"))
		assert.EqualError(t, err, "service.call is below zero")
	}
}

func FuzzParseProfile(f *testing.F) {
	f.Add("service: {call: 1.5s, record: 1ms}\nlimits: {longRequests: -1, ramp: {from: 10, over: 10m}}")
	f.Add("service: &a {call: 1s}\nlimits: *a")
	f.Add("- {")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := mocksf.ParseProfile([]byte(text))
		if err == nil {
			assert.GreaterOrEqual(t, p.Service.Call, time.Duration(0))
			assert.LessOrEqual(t, p.Limits.Ramp.From, 100)
		}
	})
}

func TestAnOrgComesBackSlowly(t *testing.T) {
	cfg := mocksf.Config{
		Service: mocksf.Service{Call: time.Second, BulkStart: time.Second, BulkChunk: time.Second},
		Limits:  mocksf.Limits{Ramp: mocksf.Ramp{From: 10, Over: 10 * time.Minute, Requests: 20}},
	}
	inVirtualTime(t, cfg, func(d *bubble) {
		took := func() time.Duration {
			begun := time.Now()
			status, _ := d.do("GET", "limits", "")
			assert.Equal(t, 200, status)
			return time.Since(begun).Round(100 * time.Millisecond)
		}
		d.org.Recover()
		assert.Equal(t, 10*time.Second, took())
		time.Sleep(5*time.Minute - 10*time.Second)
		assert.Equal(t, 1800*time.Millisecond, took(), "55 percent")
		time.Sleep(5 * time.Minute)
		assert.Equal(t, time.Second, took())

		d.org.Recover()
		call := d.call("GET", "limits", "")
		_, statuses, bodies := d.besides(call, call, call)
		assert.Equal(t, []int{200, 200, 503}, statuses, "a tenth of twenty")
		assert.Contains(t, bodies[2], "SERVER_UNAVAILABLE")
		assert.Equal(t, "api-usage=6/100000", d.serve("GET", "limits", "").Header().Get("Sforce-Limit-Info"), "what is refused is not counted")
		begun := time.Now()
		d.org.Recover()
		d.load(`{"object":"Account","operation":"insert"}`, "Name\n"+strings.Repeat("n\n", 3))
		assert.Greater(t, time.Since(begun), 9*time.Second, "a chunk takes longer too")
		synctest.Wait()
	})
}
