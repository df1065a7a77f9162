//go:build linux && scale

package harness

import (
	"os"
	"os/exec"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/verify"
	"github.com/squall-harness/squall/harness/verify/sieve"
)

// scale is how many operations a measurement is to have.
func scale(tb testing.TB) int {
	n, err := strconv.Atoi(os.Getenv("SQUALL_SCALE"))
	require.NoError(tb, err, "SQUALL_SCALE=10000000 says how many operations to judge")
	return n
}

// TestScale measures how fast and in how much memory a saved run is judged. The
// judging is a process of its own, so that its peak is not that of the making.
//
//	SQUALL_SCALE=10000000    operations of the run
//	SQUALL_SCALE_DIR=DIR     keeps the run there
//	SQUALL_SCALE_JUDGE=DIR   judges that run, and makes none
//	SQUALL_SCALE_INDEX=1     makes and judges the index alone
//	SQUALL_SCALE_WHOLE=1     judges by all of the ledgers, to compare with
//	SQUALL_SCALE_PROFILE=F   writes a profile of the processor
func TestScale(t *testing.T) {
	if path := os.Getenv("SQUALL_SCALE_JUDGE"); path != "" {
		judgeMeasured(t, path)
		return
	}
	n := scale(t)
	parent := os.Getenv("SQUALL_SCALE_DIR") // keeps the run
	if parent == "" {
		parent = t.TempDir()
	}
	dir, err := rundir.Create(parent, "scale")
	require.NoError(t, err)
	began, save := time.Now(), dir.Save
	if indexOnly() {
		save = dir.SaveIndex
		require.NoError(t, dir.WriteScenario(nil)) // by it a run is known
	}
	require.NoError(t, save("", hurtRun(n).parts()))
	t.Logf("%d operations made and written in %.1f s", n, time.Since(began).Seconds())
	for range 3 {
		child := exec.Command(os.Args[0], "-test.run=^TestScale$", "-test.v")
		child.Env = append(os.Environ(), "SQUALL_SCALE_JUDGE="+dir.Path())
		out, err := child.CombinedOutput()
		require.NoError(t, err, string(out))
		t.Logf("%s", out)
	}
}

func judgeMeasured(t *testing.T, path string) {
	dir, err := rundir.Open(path)
	require.NoError(t, err)
	if profile := os.Getenv("SQUALL_SCALE_PROFILE"); profile != "" {
		f, err := os.Create(profile)
		require.NoError(t, err)
		require.NoError(t, pprof.StartCPUProfile(f))
		defer pprof.StopCPUProfile()
	}
	n := scale(t)
	before, began := peak(), time.Now()
	switch {
	case indexOnly():
		left, err := sieve.Sift(columnsOf(dir, ""), hurtRun(n).frame())
		require.NoError(t, err)
		t.Logf("%d operations, %d changes, %d requests left to judge", len(left.Ops), len(left.Changes), len(left.Requests))
	case os.Getenv("SQUALL_SCALE_WHOLE") != "":
		assert.Equal(t, injected, classesOf(judgeWhole(t, dir).Verdicts))
	default:
		scenario := defaults()
		got, err := judgeSifted(dir, &scenario)
		require.NoError(t, err)
		assert.Equal(t, injected, classesOf(got.Verdicts))
	}
	took := time.Since(began)
	var used unix.Rusage
	require.NoError(t, unix.Getrusage(unix.RUSAGE_SELF, &used))
	cpu := time.Duration(used.Utime.Nano() + used.Stime.Nano())
	t.Logf("judged in %.2f s (%.2f s of processor): %.2f M operations/s, peak %s (%s of them before)", took.Seconds(), cpu.Seconds(), float64(n)/took.Seconds()/1e6, peak(), before)
}

// indexOnly tells whether the run is to have an index and no ledgers, which
// would not fit on the disk. Then the sieve alone is measured.
func indexOnly() bool { return os.Getenv("SQUALL_SCALE_INDEX") != "" }

// peak is the most memory that this process ever held.
func peak() string {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "VmHWM") {
			return strings.TrimSpace(strings.TrimPrefix(line, "VmHWM:"))
		}
	}
	return "unknown"
}

// frame is what its marks and windows say.
func (s *synthetic) frame() sieve.Frame {
	from, to := s.outage()
	return sieve.Frame{Healed: s.at(to), End: s.at(s.n) + 2*time.Second, Crashes: []verify.Crash{{From: s.at(from) + time.Millisecond, To: s.at(from) + time.Millisecond}}}
}
