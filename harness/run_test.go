package harness_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/harness/verify"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/squall-harness/squall/harness.leaveBehind"))
}

// tiny is two seconds of single upserts, one short outage among them.
const tiny = `name: tiny
promise: A short outage costs nothing but time.
load: {rate: 40, for: 2s, mix: {upsert: 1}}
faults:
  - {name: gone, kind: refuse, at: 500ms, for: 700ms}
subject: {ready: 2s, grace: 2s}
expect: {drained: 3s, quiet: 1500ms, notClaimed: [no duplicates, order, atomicity, durability, drained in time]}
`

func scenario(t *testing.T, set ...harness.Setting) *harness.Scenario {
	t.Helper()
	s, err := harness.ParseScenario("tiny.yaml", []byte(tiny), set...)
	require.NoError(t, err)
	return s
}

// integration is the smallest one that can be judged: it writes each record to
// Salesforce before it answers, and answers 503 when that failed.
type integration struct {
	env    subject.Env
	accept func(*integration, http.ResponseWriter, []byte)
}

func synchronous(accept func(*integration, http.ResponseWriter, []byte)) subject.Subject {
	return subject.Func("synchronous", func(ctx context.Context, env subject.Env) error {
		i := &integration{env: env, accept: accept}
		l, err := env.Listen()
		if err != nil {
			return err
		}
		server := &http.Server{Handler: i}
		go func() { <-ctx.Done(); _ = server.Close() }()
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
}

func (i *integration) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/transactions" {
		var body bytes.Buffer
		_, _ = body.ReadFrom(r.Body)
		i.accept(i, w, body.Bytes())
	}
}

// writeThrough answers what Salesforce answered.
func writeThrough(i *integration, w http.ResponseWriter, body []byte) {
	if err := i.write(body); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}
}

// pretend acknowledges whatever Salesforce answered.
func pretend(i *integration, _ http.ResponseWriter, body []byte) { _ = i.write(body) }

// refuse takes nothing.
func refuse(_ *integration, w http.ResponseWriter, _ []byte) { http.NotFound(w, nil) }

func (i *integration) write(body []byte) error {
	var tx struct {
		Records []struct {
			Object, ExternalIDField, ExternalID string
			Fields                              json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &tx); err != nil {
		return err
	}
	r := tx.Records[0]
	return i.call(http.MethodPatch, fmt.Sprintf("/services/data/v67.0/sobjects/%s/%s/%s", r.Object, r.ExternalIDField, r.ExternalID), string(r.Fields))
}

func (i *integration) call(method, path, body string) error {
	transport := i.env.Transport()
	transport.DisableKeepAlives = true
	client := &http.Client{Timeout: time.Second, Transport: transport}
	login, err := client.Post(i.env.LoginURL+"/services/oauth2/token", "application/x-www-form-urlencoded",
		strings.NewReader("grant_type=client_credentials&client_id="+i.env.ClientID+"&client_secret="+i.env.ClientSecret))
	if err != nil {
		return err
	}
	var session struct {
		Token string `json:"access_token"`
	}
	err = json.NewDecoder(login.Body).Decode(&session)
	if err := errors.Join(err, login.Body.Close()); err != nil {
		return err
	}
	req, _ := http.NewRequest(method, i.env.LoginURL+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+session.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

func TestAnHonestIntegrationPassesAndTheSavedRunIsJudgedTheSame(t *testing.T) {
	t.Parallel()
	r, err := harness.Run(t.Context(), scenario(t), synchronous(writeThrough), harness.Options{Out: t.TempDir(), Repeat: "again", Version: "test"})
	require.NoError(t, err)
	s := r.Summary
	assert.Equal(t, verify.Pass, s.Result, s.Sentence)
	assert.Equal(t, 80, s.Operations.Accepted)
	assert.Positive(t, s.Operations.Attempts-80, "the source offered again what got a 503")
	assert.Equal(t, "again", s.Repeat)

	before, err := os.ReadFile(filepath.Join(r.Dir, "verdict.json"))
	require.NoError(t, err)
	_, err = harness.Check(r.Dir)
	require.NoError(t, err)
	after, err := os.ReadFile(filepath.Join(r.Dir, "verdict.json"))
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
}

func TestReportIsWrittenAgainFromASavedVerdict(t *testing.T) {
	t.Parallel()
	r, err := harness.RunVirtual(t, scenario(t), synchronous(writeThrough), harness.Options{Out: t.TempDir()})
	require.NoError(t, err)
	report := filepath.Join(r.Dir, "report.html")
	before, err := os.ReadFile(report)
	require.NoError(t, err)
	require.NoError(t, os.Remove(report))
	_, err = harness.Report(r.Dir)
	require.NoError(t, err)
	after, err := os.ReadFile(report)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(before, after), "the same page again")
	require.NoError(t, os.Remove(filepath.Join(r.Dir, "verdict.json")))
	_, err = harness.Report(r.Dir)
	assert.ErrorContains(t, err, "squall check")
}

func TestAnIntegrationThatPretendsIsCaught(t *testing.T) {
	t.Parallel()
	r, err := harness.RunVirtual(t, scenario(t), synchronous(pretend), harness.Options{Out: t.TempDir()})
	require.NoError(t, err)
	assert.Equal(t, harness.ExitBroken, r.Summary.Exit)
	assert.Equal(t, verify.Fail, r.Summary.Guarantees[0].Result, r.Summary.Sentence)
	require.NotEmpty(t, r.Summary.Guarantees[0].Anomalies)
	assert.NotEmpty(t, r.Summary.Guarantees[0].Anomalies[0].Story)
}

func TestWithoutFaultsThereIsNoVerdict(t *testing.T) {
	t.Parallel()
	r, err := harness.RunVirtual(t, scenario(t).WithoutFaults(), synchronous(writeThrough), harness.Options{Out: t.TempDir()})
	require.NoError(t, err)
	assert.Equal(t, harness.ExitNoVerdict, r.Summary.Exit, r.Summary.Sentence)
}

// A part of a ledger never passes, and what it lacks is held against nobody.
func TestAPartOfALedgerIsNoVerdict(t *testing.T) {
	t.Parallel()
	all := harness.Setting{Key: "expect.notClaimed", Value: "[]"}
	r, err := harness.RunVirtual(t, scenario(t, all), synchronous(writeThrough), harness.Options{Out: t.TempDir()})
	require.NoError(t, err)
	for _, ledger := range []string{"commits.arrows", "history.arrows"} {
		path := filepath.Join(r.Dir, ledger)
		whole, err := os.ReadFile(path)
		require.NoError(t, err)
		for tenths := 3; tenths < 10; tenths++ {
			require.NoError(t, os.WriteFile(path, whole[:len(whole)*tenths/10], 0o600))
			part, err := harness.Check(r.Dir)
			require.NoError(t, err)
			assert.Equal(t, harness.ExitNoVerdict, part.Summary.Exit, "%d tenths of %s: %s", tenths, ledger, part.Summary.Sentence)
			assert.Contains(t, part.Summary.Sentence, ledger+" was cut off")
		}
		require.NoError(t, os.WriteFile(path, whole, 0o600))
	}
}

func TestSubjectsThatCannotBeJudged(t *testing.T) {
	t.Parallel()
	fails := subject.Func("fails", func(context.Context, subject.Env) error { return errors.New("no licence") })
	mute := subject.Func("mute", func(ctx context.Context, _ subject.Env) error { <-ctx.Done(); return nil })
	for name, c := range map[string]struct {
		subject subject.Subject
		exit    int
		want    []string
	}{
		"no such program":  {subject.Process("/no/such/program", "--flag"), harness.ExitHarness, []string{"did not start", "/no/such/program --flag"}},
		"ends at once":     {fails, harness.ExitHarness, []string{"never became ready", "no licence"}},
		"never ready":      {mute, harness.ExitHarness, []string{"never became ready", "did not answer 2xx within"}},
		"refuses all":      {synchronous(refuse), harness.ExitNoVerdict, []string{"acknowledged none of the first", "got the answer 404", "source.path"}},
		"prints, then die": {subject.Process("/bin/sh", "-c", "echo out of memory; exit 7"), harness.ExitHarness, []string{"exit status 7", "out of memory"}},
	} {
		set := []harness.Setting{{Key: "load.rate", Value: "200"}, {Key: "load.for", Value: "4s"}}
		_, err := harness.Run(t.Context(), scenario(t, set...), c.subject, harness.Options{Out: t.TempDir()})
		require.Error(t, err, name)
		assert.Equal(t, c.exit, harness.ExitCode(err), name)
		for _, want := range c.want {
			assert.Contains(t, err.Error(), want, name)
		}
	}
}

// A program that ends by itself is restarted, as an operations team would do,
// and the report says so; one that always ends is given up.
func TestASubjectThatEndsByItself(t *testing.T) {
	t.Parallel()
	once := filepath.Join(t.TempDir(), "once")
	flaky := subject.Func("flaky", func(ctx context.Context, env subject.Env) error {
		inner, cancel := context.WithCancel(ctx)
		defer cancel()
		if _, err := os.Stat(once); err != nil {
			_ = os.WriteFile(once, nil, 0o600)
			time.AfterFunc(300*time.Millisecond, cancel)
		}
		i, err := synchronous(writeThrough).Start(inner, env, filepath.Join(t.TempDir(), "log"))
		if err != nil {
			return err
		}
		<-i.Done()
		return ctx.Err()
	})
	r, err := harness.RunVirtual(t, scenario(t), flaky, harness.Options{Out: t.TempDir()})
	require.NoError(t, err)
	assert.Contains(t, strings.Join(r.Summary.Notes, "\n"), "ended by itself")
	assert.Equal(t, harness.ExitPass, r.Summary.Exit, r.Summary.Sentence)
}

func TestAnOutputFolderThatCannotBeWrittenToIsToldAtOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	started := false
	s := subject.Func("never", func(context.Context, subject.Env) error { started = true; return nil })
	_, err := harness.Run(t.Context(), scenario(t), s, harness.Options{Out: file})
	require.Error(t, err)
	assert.Equal(t, harness.ExitHarness, harness.ExitCode(err))
	assert.Contains(t, err.Error(), file)
	assert.False(t, started)
}

func TestAnInterruptedRunSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	progress := func(s harness.Status) {
		if s.Committed > 3 {
			cancel()
		}
	}
	r, err := harness.Run(ctx, scenario(t), synchronous(writeThrough), harness.Options{Out: t.TempDir(), Progress: progress})
	require.ErrorContains(t, err, "interrupted")
	assert.Equal(t, harness.ExitHarness, harness.ExitCode(err))

	saved, err := harness.Check(r.Dir)
	require.NoError(t, err)
	assert.Equal(t, harness.ExitNoVerdict, saved.Summary.Exit)
	assert.Contains(t, saved.Summary.Sentence, "NO VERDICT: the run ended early: interrupted")
	assert.Equal(t, "synchronous", saved.Summary.Subject.Name)
}

func TestAnInvalidScenarioIsNotRun(t *testing.T) {
	t.Parallel()
	_, err := harness.Run(t.Context(), harness.Invalid(errors.New("x.yaml:1:1: broken")), synchronous(writeThrough), harness.Options{Out: t.TempDir()})
	assert.ErrorContains(t, err, "x.yaml:1:1: broken")
}

// TestSubjectsAskTheStatusSite asks it whenever Salesforce gives no answer: what
// it shows is what the fault says.
func TestSubjectsAskTheStatusSite(t *testing.T) {
	t.Parallel()
	for site, want := range map[string]string{"disruption": `"status":"MAJOR_INCIDENT_CORE"`, "green": `"status":"OK"`} {
		var mu sync.Mutex
		var heard []string
		asking := func(i *integration, w http.ResponseWriter, body []byte) {
			if i.write(body) == nil {
				return
			}
			http.Error(w, "later", http.StatusServiceUnavailable)
			resp, err := http.Get(i.env.Lookup("SF_STATUS_URL") + "/v1/instances/EU42/status")
			if !assert.NoError(t, err) {
				return
			}
			answer, err := io.ReadAll(resp.Body)
			assert.NoError(t, errors.Join(err, resp.Body.Close()))
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, string(answer))
		}
		text := strings.Replace(tiny, "for: 700ms}", "for: 700ms, site: "+site+"}", 1)
		s, err := harness.ParseScenario("tiny.yaml", []byte(text))
		require.NoError(t, err)
		harness.Test(&spy{ctx: t.Context()}, s, synchronous(asking), harness.Out(t.TempDir()))
		told := slices.ContainsFunc(heard, func(answer string) bool { return strings.Contains(answer, want) })
		assert.True(t, told, "%s: %v", site, heard)
	}
}
