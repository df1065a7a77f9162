package harness_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// files are the contents of a run directory, by name.
type files map[string][]byte

// saved is the directory of a run of 80 operations, made by hand: none of them
// is lost, and an outage hits some. The name that arrives is what name makes of
// the one intended.
func saved(t testing.TB, name func(string) string) files {
	dir, err := rundir.Create(t.TempDir(), "tiny")
	require.NoError(t, err)
	require.NoError(t, dir.WriteScenario([]byte(tiny)))
	require.NoError(t, dir.WriteJSON(rundir.RunFile, map[string]any{"run": dir.ID(), "planned": 80, "finished": true}))
	s := &story{log: &commitlog.Log{}}
	s.recorder = history.NewRecorder(s.clock)
	ledgers, err := dir.StartLedgers(s.recorder, s.log, "")
	require.NoError(t, err)
	s.recorder.Mark(history.MarkStarted, "")
	for i := range 80 {
		request, read := s.deliver(fmt.Sprintf("t-%d", i), name)
		ledgers.Request(request)
		ledgers.Read(read)
		if i == 40 { // two blocks at least of each ledger
			s.await(t, dir)
		}
	}
	s.recorder.Fault(history.Window{Fault: "gone", Kind: "refuse", From: s.now / 4, To: s.now / 2, Hits: 7})
	for _, mark := range []string{history.MarkHealed, history.MarkLoadDone, history.MarkQuiet, history.MarkEnd} {
		s.recorder.Mark(mark, "")
	}
	require.NoError(t, ledgers.Close())
	return readFiles(t, dir.Path())
}

// ledgers are the files that a run cannot be judged without.
var ledgers = []string{"history.arrows", "commits.arrows", "requests.arrows", "reads.arrows"}

func readFiles(t testing.TB, dir string) files {
	f := files{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			f[path], err = os.ReadFile(filepath.Join(dir, path))
		}
		return err
	}))
	require.Subset(t, slices.Collect(maps.Keys(f)), ledgers)
	return f
}

// story writes both ledgers of a run; each line of it takes a millisecond.
type story struct {
	now      time.Duration
	recorder *history.Recorder
	log      *commitlog.Log
}

func (s *story) clock() time.Duration { s.now += time.Millisecond; return s.now }

// deliver offers an operation, commits it and acknowledges it.
func (s *story) deliver(id string, name func(string) string) (commitlog.Request, commitlog.Read) {
	fields := map[string]any{"Name": "Ada " + id, "Token__c": id + ".0"}
	s.recorder.Offer(history.Operation{ID: id, Key: id, Class: "upsert", Due: s.now, Records: []history.Record{
		{Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: id, Version: 1, Fields: fields}}})
	s.log.Append(commitlog.Commit{Request: "r-" + id, API: commitlog.APIRow, Fate: commitlog.FateSent, Changes: []commitlog.Change{
		{Op: commitlog.Insert, Object: "Account", ID: "001" + id, ExternalID: id,
			Fields: map[string]any{"Name": name("Ada " + id), "Token__c": id + ".0", "Ext_Id__c": id}}}}, s.clock)
	s.recorder.Answer(id, history.Attempt{At: s.now, Took: time.Millisecond, Status: 202, Outcome: history.OK})
	lsn := uint64(s.log.Len())
	return commitlog.Request{ID: "r-" + id, At: s.now, Took: time.Millisecond, Method: "PATCH", Status: 201, Records: 1, Traces: []string{id + ".0"}},
		commitlog.Read{Request: "q-" + id, At: s.now, API: commitlog.APIRow, LSN: lsn, Object: "Account",
			Records: []commitlog.Served{{ID: "001" + id, ExternalID: id, LSN: lsn}}}
}

// await waits until all so far is in a block of its own.
func (s *story) await(t testing.TB, dir *rundir.Dir) {
	require.Eventually(t, func() bool {
		events, _ := dir.ReadHistory()
		return len(events) == len(s.recorder.Since(0))
	}, time.Minute, 5*time.Millisecond)
}

// check judges a directory that holds these files.
func (f files) check(t require.TestingT, dir string) (*harness.Result, error) {
	require.NoError(t, os.RemoveAll(dir))
	for name, data := range f {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	return harness.Check(dir)
}

// blocks cuts a ledger into its head, its blocks and its end mark.
func blocks(data []byte) (all [][]byte) {
	for len(data) > 8 {
		meta := 8 + int(binary.LittleEndian.Uint32(data[4:]))
		n := meta + int(ipc.NewMessage(memory.NewBufferBytes(data[8:meta]), memory.NewBufferBytes(nil)).BodyLen())
		all, data = append(all, data[:n]), data[n:]
	}
	return append(all, data)
}

// Bad ledgers are told by file and block, judged as far as they are sound, and
// never pass. What they lack is held against nobody.
func TestBadLedgersAreNamedAndNeverPass(t *testing.T) {
	t.Parallel()
	a, b := saved(t, honest), saved(t, honest)
	spoil := map[string]struct {
		change func(f files, ledger string)
		want   string
	}{
		"cut off":     {func(f files, l string) { f[l] = f[l][:len(f[l])*2/3] }, "%s was cut off at block "},
		"empty":       {func(f files, l string) { f[l] = nil }, "%s was cut off at block 1"},
		"foreign":     {func(f files, l string) { f[l] = []byte("a text of somebody else") }, "%s: no Arrow message begins here"},
		"damaged":     {func(f files, l string) { flip(f, l) }, "%s: block 2: its values are damaged"},
		"exchanged":   {exchange, "%s: it holds the ledger "},
		"swapped":     {func(f files, l string) { k := blocks(f[l]); k[2], k[3] = k[3], k[2]; f[l] = bytes.Join(k, nil) }, "%s: block 2: it was written as block 3"},
		"without end": {func(f files, l string) { k := blocks(f[l]); f[l] = bytes.Join(slices.Delete(k, 3, len(k)-1), nil) }, "%s: block 3: it is missing"},
		"mixed up":    {func(f files, l string) { f[l] = b[l] }, "%s: block 1: it belongs to run "},
		"half mixed up": {func(f files, l string) {
			k := blocks(f[l])
			k[2] = blocks(b[l])[2]
			f[l] = bytes.Join(k, nil)
		}, "%s: block 2: it belongs to run "},
	}
	for name, c := range spoil {
		for _, ledger := range ledgers {
			f := maps.Clone(a)
			c.change(f, ledger)
			r, err := f.check(t, filepath.Join(t.TempDir(), "run"))
			require.NoError(t, err, "%s %s", name, ledger)
			assert.Equal(t, harness.ExitNoVerdict, r.Summary.Exit, "%s %s: %s", name, ledger, r.Summary.Sentence)
			assert.Contains(t, r.Summary.Sentence, "NO VERDICT: ")
			assert.Contains(t, fmt.Sprint(r.Summary.Notes), fmt.Sprintf(c.want, ledger), name)
		}
	}
}

func flip(f files, ledger string) {
	k := blocks(f[ledger])
	k[2] = bytes.Clone(k[2])
	at := bytes.LastIndexFunc(k[2], func(r rune) bool { return r >= 'a' && r <= 'z' }) // a letter of a text, no padding
	k[2][at] ^= 1
	f[ledger] = bytes.Join(k, nil)
}

func exchange(f files, ledger string) {
	other := "commits.arrows"
	if ledger == other {
		other = "history.arrows"
	}
	f[ledger], f[other] = f[other], f[ledger]
}

func TestAMissingLedger(t *testing.T) {
	t.Parallel()
	f := saved(t, honest)
	for name, want := range map[string]string{"history.arrows": "has no history.arrows", "commits.arrows": "has no commits.arrows"} {
		g := maps.Clone(f)
		delete(g, name)
		_, err := g.check(t, filepath.Join(t.TempDir(), "run"))
		assert.ErrorContains(t, err, want)
	}
	for _, name := range []string{"requests.arrows", "reads.arrows"} {
		g := maps.Clone(f)
		delete(g, name)
		r, err := g.check(t, filepath.Join(t.TempDir(), "run"))
		require.NoError(t, err)
		assert.Equal(t, harness.ExitNoVerdict, r.Summary.Exit, r.Summary.Sentence)
		assert.Contains(t, r.Summary.Sentence, name+" is missing")
	}
}

// A bad index is told like a bad ledger.
func TestABadIndexIsNamed(t *testing.T) {
	t.Parallel()
	a, b, dir := saved(t, honest), saved(t, honest), filepath.Join(t.TempDir(), "run")
	for _, table := range slices.Sorted(maps.Keys(a)) {
		if filepath.Dir(table) != "index" {
			continue
		}
		for want, data := range map[string][]byte{
			" was cut off at block 1":            a[table][:7],
			": block 1: it belongs to run ":      b[table],
			": it is compressed with gzip":       []byte("\x1f\x8b\x08 and so on"),
			": it holds the ledger commits: fil": a["commits.arrows"],
		} {
			f := maps.Clone(a)
			f[table] = data
			_, err := f.check(t, dir)
			require.NoError(t, err)
			_, err = harness.CheckIndex(dir)
			assert.ErrorContains(t, err, table+want)
		}
	}
}

// A broken promise that the sound part shows stays one.
func TestWhatTheSoundPartShowsIsJudged(t *testing.T) {
	t.Parallel()
	f, dir := saved(t, strings.ToUpper), filepath.Join(t.TempDir(), "run")
	for _, spoil := range []func(){
		func() {}, func() { f["requests.arrows"] = []byte("nonsense, and long enough") },
		func() { f["commits.arrows"] = f["commits.arrows"][:len(f["commits.arrows"])*2/3] },
	} {
		spoil()
		r, err := f.check(t, dir)
		require.NoError(t, err)
		assert.Equal(t, harness.ExitBroken, r.Summary.Exit, r.Summary.Sentence)
		for _, v := range r.Summary.Guarantees {
			if v.Guarantee != verify.Integrity {
				assert.NotEqual(t, verify.Fail, v.Result, v.Guarantee)
			}
		}
	}
}

func honest(name string) string { return name }

// Whatever byte is changed and wherever a file is cut, the judge neither panics,
// nor passes what is no longer there, nor blames anybody for it.
func TestNoDamagePasses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, noDamagePasses(t))
}

func FuzzNoDamagePasses(f *testing.F) { f.Fuzz(rapid.MakeFuzz(noDamagePasses(f))) }

func noDamagePasses(tb testing.TB) func(*rapid.T) {
	f, dir := saved(tb, honest), filepath.Join(tb.TempDir(), "run")
	whole, err := f.check(tb, dir)
	require.NoError(tb, err)
	require.Equal(tb, verify.Pass, whole.Summary.Result, whole.Summary.Sentence)
	byIndex, err := harness.CheckIndex(dir)
	require.NoError(tb, err)
	require.Equal(tb, verify.Pass, byIndex.Summary.Result, byIndex.Summary.Sentence)
	arrows := slices.DeleteFunc(slices.Sorted(maps.Keys(f)), func(name string) bool { return filepath.Ext(name) != ".arrows" })
	return func(t *rapid.T) {
		g := maps.Clone(f)
		name := rapid.SampledFrom(arrows).Draw(t, "file")
		g[name] = damaged(t, f[name])
		r, err := g.check(t, dir)
		require.NoError(t, err)
		mustNotPass(t, whole, r)
		if r, err = harness.CheckIndex(dir); err == nil { // it needs all that it reads
			mustNotPass(t, byIndex, r)
		}
	}
}

// mustNotPass lets a damaged run pass only where what changed means nothing, or
// is told twice.
func mustNotPass(t *rapid.T, whole, r *harness.Result) {
	if r.Summary.Result == verify.Pass {
		require.Equal(t, whole.Summary, r.Summary)
		return
	}
	require.Equal(t, harness.ExitNoVerdict, r.Summary.Exit, r.Summary.Sentence)
}

// damaged is a file in which something went wrong once.
func damaged(t *rapid.T, data []byte) []byte {
	data = bytes.Clone(data)
	at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
	switch rapid.SampledFrom([]string{"cut", "flip", "zero", "lose", "repeat"}).Draw(t, "damage") {
	case "cut":
		return data[:at]
	case "flip":
		data[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
	case "zero": // a page of a disk that was never written
		clear(data[at:min(at+512, len(data))])
	case "lose":
		return slices.Delete(data, at, min(at+rapid.IntRange(1, 64).Draw(t, "bytes"), len(data)))
	case "repeat":
		return slices.Insert(data, at, bytes.Clone(data[at:min(at+64, len(data))])...)
	}
	return data
}
