package harness

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/squall-harness/squall/harness/fault"
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/harness/workload"
	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// rig is everything that a run needs, connected:
//
//	source -> subject -> link (faults) -> org -> commit log
type rig struct {
	world      *world
	ctx        context.Context
	cancel     context.CancelFunc
	scenario   *Scenario
	clock      *clock
	recorder   *history.Recorder
	org        *mocksf.Org
	orgServer  *http.Server
	link       *fault.Link
	alerts     *alertSink
	site       *statusSite // nil unless a fault says what it shows
	host       *host
	source     source
	servers    []server // beside the org's
	nemesis    *fault.Nemesis
	schedule   fault.Schedule
	ledgers    *rundir.Ledgers
	activity   activity
	sentry     *sentry         // nil unless the run stops at the first broken promise
	running    context.Context // of load and faults
	halt       context.CancelFunc
	background sync.WaitGroup

	noteMu sync.Mutex
	noted  []string
	closed sync.Once
	result error // of close
}

// setUp is step 2 of a run. On an error everything that was started is closed.
func setUp(ctx context.Context, s *Scenario, sub subject.Subject, dir *rundir.Dir, w *world) (r *rig, err error) {
	r = &rig{world: w, scenario: s, clock: newClock()}
	r.ctx, r.cancel = context.WithCancel(ctx)
	r.running, r.halt = context.WithCancel(r.ctx)
	r.recorder = history.NewRecorder(r.clock.since)
	defer func() {
		if err != nil {
			_ = r.close()
		}
	}()
	if err = r.planFaults(dir); err != nil {
		return r, err
	}
	dir.Pace(r.longest() / mostBlocks)
	if err = r.setUpOrg(dir); err != nil {
		return r, err
	}
	if r.alerts, err = newAlertSink(r.world.Network, r.recorder); err != nil {
		return r, err
	}
	r.servers = append(r.servers, r.alerts.server)
	if err = r.setUpSite(); err != nil {
		return r, err
	}
	return r, r.setUpSubject(ctx, sub, dir)
}

// mostBlocks is how many blocks the ledgers of a run of hours are written in.
const mostBlocks = 1_000

func (r *rig) setUpOrg(dir *rundir.Dir) error {
	o := r.scenario.Org
	schema, err := r.scenario.schema()
	if err != nil {
		return err
	}
	cfg := mocksf.Config{
		Clock:        r.clock.since,
		TraceFields:  r.scenario.traceFields(),
		Schema:       schema,
		TokenLife:    o.TokenLife,
		TokenSeed:    r.world.tokenSeed,
		Guard:        guarded,
		Hook:         r.hook,
		OnRequest:    r.onRequest,
		OnRead:       r.onRead,
		ClientID:     clientID,
		ClientSecret: clientSecret,
		Username:     username,
		Password:     password,
	}
	if err = o.strength(&cfg); err != nil {
		return err
	}
	r.org = mocksf.New(cfg)
	err = seed(r.org, workload.Seeds(r.scenario.Load))
	if err != nil {
		return err
	}
	if r.ledgers, err = dir.StartLedgers(r.recorder, r.org.Log(), r.scenario.Source.Token); err != nil {
		return err
	}
	l, err := r.world.Network.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if r.link, err = r.world.link(l.Addr().String()); err != nil {
		return errors.Join(err, l.Close())
	}
	r.nemesis = &fault.Nemesis{Clock: r.clock.since, Recorder: r.recorder, Link: r.link, Org: r.org}
	r.orgServer = guarded.Server(r.org)
	r.background.Go(func() { _ = r.orgServer.Serve(l) }) // ends with Close
	return nil
}

// seed writes what the load expects to find.
func seed(org *mocksf.Org, seeds []workload.Seed) error {
	for _, s := range seeds {
		if _, err := org.Insert(s.Object, s.Fields); err != nil {
			return fmt.Errorf("seeding %s: %w", s.Object, err)
		}
	}
	return nil
}

func (r *rig) onRequest(q commitlog.Request) {
	if commitlog.OfCrowd(q.Identity) {
		return // the request log is about the integration
	}
	r.activity.ended(q, r.clock.since())
	r.ledgers.Request(q)
}

func (r *rig) planFaults(dir *rundir.Dir) error {
	r.schedule = fault.Plan(r.scenario.Faults, r.scenario.Seed)
	return dir.WriteJSON(rundir.PlanFile, r.schedule)
}

// aside keeps faults from beginning in the very instant in which a transaction is
// due: which of them comes first would be chance.
const aside = 1731 * time.Nanosecond

func (r *rig) startNemesis() <-chan struct{} {
	done := make(chan struct{})
	start := r.recorder.Now() + aside
	r.background.Go(func() {
		defer close(done)
		if err := r.nemesis.Run(r.running, start, r.schedule); err != nil && r.running.Err() == nil {
			r.note("a fault did not work: " + err.Error())
		}
	})
	return done
}

// hook lets the service faults take part in the org's requests.
func (r *rig) hook(c *mocksf.Call) mocksf.Decision {
	if end := r.sentry.gate(r.ctx); end != nil {
		return mocksf.Decision{Reply: end}
	}
	if commitlog.OfCrowd(c.Identity) {
		return mocksf.Decision{}
	}
	r.activity.began(c)
	write := c.Write && c.Identity != "" // without a session it is refused: a cut of its reply would be wasted
	d := r.nemesis.Decide(fault.Call{ID: c.ID, At: c.At, Method: c.Method, Path: c.Path, API: string(c.API),
		Write: write, Records: c.Records, Objects: c.Objects, Traces: c.Traces, Step: string(c.Step), Running: c.Running})
	out := mocksf.Decision{Fault: d.Fault, Cut: d.Cut, AfterCommit: r.sentry.atCommit(d.AfterCommit), AfterWork: d.AfterWork, Hold: d.Hold, Job: jobTrouble(d.Job)}
	if d.Reply != nil {
		out.Reply = &mocksf.Reply{Status: d.Reply.Status, ContentType: d.Reply.ContentType, Body: d.Reply.Body}
	}
	out.RowError = (*mocksf.RowError)(d.RowError)
	return out
}

func jobTrouble(t *fault.Trouble) *mocksf.JobTrouble {
	if t == nil {
		return nil
	}
	return &mocksf.JobTrouble{Wait: t.Wait, Row: (*mocksf.RowError)(t.Row), Percent: t.Percent, End: t.End, Share: t.Share, Reason: t.Reason}
}

func (r *rig) note(text string) {
	r.noteMu.Lock()
	defer r.noteMu.Unlock()
	r.noted = append(r.noted, fmt.Sprintf("%.1f s: %s", r.clock.since().Seconds(), text))
}

func (r *rig) notes() []string {
	r.noteMu.Lock()
	defer r.noteMu.Unlock()
	return r.noted
}

// close is step 7: subject first, then what it talks to, the ledgers last.
func (r *rig) close() error {
	r.closed.Do(func() {
		r.cancel() // the source and the nemesis stop
		if r.host != nil {
			r.host.Stop()
		}
		r.closeWorld()
		r.background.Wait()
		if r.ledgers != nil {
			r.result = r.ledgers.Close()
		}
	})
	return r.result
}

// closeWorld ends what the subject talked to. Requests under way come to their
// end first, so that no commit is missing in the ledger.
func (r *rig) closeWorld() {
	if r.nemesis != nil {
		r.nemesis.HealAll()
	}
	if r.link != nil {
		_ = r.link.Close()
	}
	if r.org != nil {
		r.org.Close()
	}
	if r.orgServer != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = r.orgServer.Shutdown(ctx)
		_ = r.orgServer.Close()
	}
	for _, s := range r.servers {
		s.Close()
	}
}

// Relative shortens a path for people to what they would type, where that is
// possible.
func Relative(path string) string {
	abs, err := filepath.Abs(".")
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(abs, path); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return path
}
