package mutants

import (
	"context"
	"net/http"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"github.com/squall-harness/squall/scenarios/reference"
)

// watch is how a Bulk job is taken to its end; it tells whether it got there.
type watch func(stop, work context.Context, id string, txs []*reference.Transaction, uploaded bool) bool

// watching replaces the watch over Bulk jobs.
func watching(change func(*reference.Parts, watch) watch) func(*reference.Parts) {
	return func(p *reference.Parts) { p.Bulk.Watch = change(p, p.Bulk.Watch) }
}

var pollTimeoutResubmit = Mutant{
	Name:     "poll-timeout-resubmit",
	Defect:   "It waits three seconds for a Bulk job, takes it for failed and sends the rows again; the job goes on.",
	Source:   "seen in public clients whose poll deadline is an error: it is the client's, the job keeps running",
	Scenario: slowBulk,
	Breaks:   []string{order},
	Run: with(watching(func(p *reference.Parts, follow watch) watch {
		return func(stop, work context.Context, id string, txs []*reference.Transaction, uploaded bool) bool {
			patience, cancel := context.WithTimeout(stop, 3*time.Second)
			defer cancel()
			if follow(patience, work, id, txs, uploaded) {
				return true
			}
			if stop.Err() == nil {
				settle(p, txs, reference.Retry, "polling timed out")
			}
			return false
		}
	})),
}

func settle(p *reference.Parts, txs []*reference.Transaction, class reference.Class, cause string) {
	p.Bulk.Settle(results(reference.Batch{Txs: txs}, class, cause))
}

var pollErrorKillsJob = Mutant{
	Name:     "poll-error-kills-job",
	Defect:   "It aborts a Bulk job when one look at its state fails, and gives its rows up.",
	Source:   "seen in the source of public clients: any exception while polling aborts the job and is raised",
	Scenario: bulkCalls,
	Breaks:   []string{noLoss},
	Run: with(watching(func(p *reference.Parts, follow watch) watch {
		return func(stop, work context.Context, id string, txs []*reference.Transaction, uploaded bool) bool {
			broke := false
			look(stop, work, p.Client, id, func(job reference.Job, err error) bool {
				broke = err != nil
				return broke || job.State != "UploadComplete" && job.State != "InProgress"
			})
			if !broke {
				return follow(stop, work, id, txs, uploaded)
			}
			_, _ = p.Client.SetJobState(work, id, "Aborted")
			settle(p, txs, reference.Permanent, "the job failed")
			return true
		}
	})),
}

// look asks for the state of a job five times a second until it is enough.
func look(stop, work context.Context, client *reference.Client, id string, enough func(reference.Job, error) bool) {
	for pause(stop, 200*time.Millisecond) {
		if enough(client.GetJob(work, id)) {
			return
		}
	}
}

var abortedNeverEnds = Mutant{
	Name:     "aborted-never-ends",
	Defect:   "It waits for JobComplete or Failed: a job that somebody aborted is asked about for ever.",
	Source:   "seen in the source of a public connector, and in the fix of another one",
	Scenario: bulkFails,
	Breaks:   []string{drained},
	Run:      with(watching(waitingFor("Aborted"))),
}

var jobLeftOpen = Mutant{
	Name:     "job-left-open",
	Defect:   "It closes a Bulk job once: when that call fails, the job stays open and its rows wait.",
	Source:   "seen in public issues: jobs that had been running for a week",
	Scenario: bulkCalls,
	Breaks:   []string{drained},
	Run:      with(watching(waitingFor("Open"))),
}

// waitingFor does nothing while a job is in a state.
func waitingFor(state string) func(*reference.Parts, watch) watch {
	return func(p *reference.Parts, follow watch) watch {
		return func(stop, work context.Context, id string, txs []*reference.Transaction, uploaded bool) bool {
			ends := func(job reference.Job) bool { return job.State != "UploadComplete" && job.State != "InProgress" }
			look(stop, work, p.Client, id, func(job reference.Job, err error) bool {
				return err == nil && ends(job) && job.State != state
			})
			return follow(stop, work, id, txs, uploaded)
		}
	}
}

var ackAtUpload = Mutant{
	Name:     "ack-at-upload",
	Defect:   "It takes its rows for delivered when the Bulk job is closed; what becomes of them is a line in its log.",
	Source:   "seen in a public connector that polls in the background and blames a later batch",
	Scenario: bulkRows,
	Breaks:   []string{noLoss},
	Run: with(watching(func(p *reference.Parts, follow watch) watch {
		return func(stop, work context.Context, id string, txs []*reference.Transaction, uploaded bool) bool {
			if !uploaded {
				return follow(stop, work, id, txs, false)
			}
			settle(p, txs, reference.Delivered, "")
			return true
		}
	})),
}

var uploadErrorLost = Mutant{
	Name:     "upload-error-lost",
	Defect:   "It keeps the outcome of the last step of a Bulk job only: an upload that failed is forgotten after the close.",
	Source:   "seen in the source of a public Go client: the error of one chunk is overwritten by the next value",
	Scenario: bulkCalls,
	Breaks:   []string{noLoss},
	Run: with(watching(func(p *reference.Parts, follow watch) watch {
		return func(stop, work context.Context, id string, txs []*reference.Transaction, uploaded bool) bool {
			if uploaded {
				return follow(stop, work, id, txs, true)
			}
			_, _ = p.Client.SetJobState(work, id, "UploadComplete")
			settle(p, txs, reference.Delivered, "")
			return true
		}
	})),
}

var firstJobOnly = Mutant{
	Name:     "first-job-only",
	Defect:   "It waits for the first of several Bulk jobs and takes the others for as good.",
	Source:   "seen in the source of a public Go client: the wait returns with the first job that is done",
	Scenario: bulkRows,
	Breaks:   []string{noLoss},
	Run: with(watching(func(p *reference.Parts, follow watch) watch {
		var watched atomic.Int32
		return func(stop, work context.Context, id string, txs []*reference.Transaction, uploaded bool) bool {
			defer watched.Add(-1)
			if watched.Add(1) > 1 && uploaded {
				settle(p, txs, reference.Delivered, "")
				return true
			}
			return follow(stop, work, id, txs, uploaded)
		}
	})),
}

var closeRetryAsNewJob = Mutant{
	Name:     "close-retry-as-new-job",
	Defect:   "When the answer to the close of a Bulk job is lost, it starts another one with the same rows.",
	Source:   "what becomes of blind retries on the one call of a Bulk job that starts it",
	Scenario: slowBulk,
	Breaks:   []string{order},
	Run: with(func(p *reference.Parts) {
		var unsure known
		p.Client.HTTP.Transport = losing{transport(p), &unsure}
		follow := p.Bulk.Watch
		p.Bulk.Watch = func(stop, work context.Context, id string, txs []*reference.Transaction, uploaded bool) bool {
			if !unsure.has(id) {
				return follow(stop, work, id, txs, uploaded)
			}
			settle(p, txs, reference.Retry, "the job could not be closed")
			return true
		}
	}),
}

// losing notes the jobs whose close was not answered.
type losing struct {
	*http.Transport
	unsure *known
}

func (l losing) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.Transport.RoundTrip(req)
	if err != nil && req.Method == http.MethodPatch && strings.Contains(req.URL.Path, "/jobs/ingest/") {
		l.unsure.add(path.Base(req.URL.Path))
	}
	return resp, err
}

var jobIDNotStored = Mutant{
	Name:     "job-id-not-stored",
	Defect:   "It keeps the ids of its Bulk jobs in memory: after a crash the rows are sent again, and the old job still runs.",
	Source:   "seen in a public extractor before it learned to resume its jobs",
	Scenario: slowBulk,
	Breaks:   []string{order},
	Run:      with(func(p *reference.Parts) { p.Bulk.Outbox = jobless{p.Outbox} }),
}

// jobless remembers no job.
type jobless struct{ reference.Outbox }

func (jobless) Assign(string, []*reference.Transaction) error { return nil }

var restOvertakesBulk = Mutant{
	Name:     "rest-overtakes-bulk",
	Defect:   "It holds nothing back while a Bulk job is under way: a newer change of the same record goes first, by REST.",
	Source:   "seen in the documentation of a sync product that calls it flip-flop",
	Scenario: slowBulk,
	Breaks:   []string{order},
	Run: with(func(p *reference.Parts) {
		p.Bulk.Outbox = freeing{p.Outbox, p.Queue}
		p.Bulk.Settle = func(done []reference.Result) {
			_ = p.Outbox.Settle(done) // what is not stored is sent again
			for _, r := range done {
				if r.Class != reference.Delivered {
					p.Queue.Add(r.Tx)
				}
			}
		}
	}),
}

// freeing lets the next transactions of a key go as soon as one is in a job.
type freeing struct {
	reference.Outbox
	queue *reference.Queue
}

func (f freeing) Assign(job string, txs []*reference.Transaction) error {
	err := f.Outbox.Assign(job, txs)
	for _, tx := range txs {
		if err == nil {
			f.queue.Done(tx)
		}
	}
	return err
}

var bulkLimitWaits = Mutant{
	Name:     "bulk-limit-waits",
	Defect:   "When Salesforce takes no more Bulk jobs it waits for tomorrow, although the other way is open.",
	Source:   "seen in the fixes of a public package that knew Bulk only and stopped at its limit",
	Scenario: limits,
	Breaks:   []string{drained},
	Run: with(func(p *reference.Parts) {
		p.Bulk.NoJob = func(txs []*reference.Transaction) {
			for _, tx := range txs {
				p.Queue.Retry(tx, 24*time.Hour)
			}
		}
	}),
}
