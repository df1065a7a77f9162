package mocksf

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/bulk"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
)

const jobsPattern, jobPattern = "jobs/ingest", "jobs/ingest/{job}"

var bulkRoutes = []route{
	{method: http.MethodPost, pattern: jobsPattern, api: commitlog.APIBulk, raw: true, step: StepCreate, plan: planCreate, serve: createJob},
	{method: http.MethodGet, pattern: jobsPattern, api: commitlog.APIBulk, serve: listJobs},
	{method: http.MethodGet, pattern: jobPattern, api: commitlog.APIBulk, step: StepStatus, plan: planJob, serve: readJob},
	{method: http.MethodPatch, pattern: jobPattern, api: commitlog.APIBulk, plan: planChange, serve: changeJob},
	{method: http.MethodDelete, pattern: jobPattern, api: commitlog.APIBulk, plan: planJob, serve: deleteJob},
	{method: http.MethodPut, pattern: jobPattern + "/batches", api: commitlog.APIBulk, raw: true, maxBody: bulk.MaxUpload, step: StepUpload, plan: planUpload, serve: uploadJob},
	{method: http.MethodGet, pattern: jobPattern + "/{results}", api: commitlog.APIBulk, step: StepResults, plan: planJob, serve: jobResults},
}

// BulkLimits is how the org treats jobs of both Bulk APIs.
type BulkLimits = bulk.Limits

// startBulk starts what the bulk doors need.
func (o *Org) startBulk() {
	o.router.add(queryJobRoutes)
	o.router.add(classicRoutes)
	o.jobs = bulk.NewQueue(o.ctx, &o.workers, bulk.Config{
		Store: o.store, Now: o.cfg.Now,
		Start: o.cfg.Service.BulkStart, Chunk: o.cfg.Service.BulkChunk, Parallel: o.cfg.Service.BulkParallel,
		Limits: o.cfg.Bulk, Took: o.chunkTime, Locks: &o.locks, LockWait: o.cfg.Limits.LockWait,
		OnMove: o.jobMoved(),
		Hidden: o.access.hidden,
	})
}

// OpenJobs is the number of bulk jobs that hold data and are not finished. A
// job without data is no work that anybody waits for.
func (o *Org) OpenJobs() int { return o.jobs.Pending() }

func planJob(r *request) { r.about(bulk.Ingest) }

// about tells the hook which kind of records the job in the path is about.
func (r *request) about(t bulk.Type) {
	r.job = r.param("job")
	if info, err := r.org.jobs.Get(t, r.job); err == nil {
		r.concern(info.Spec.Object)
	}
}

func planCreate(r *request) {
	if isMultipart(r.header) {
		planMultipart(r)
		return
	}
	if r.bad = r.parseJSON(); r.bad != nil {
		return
	}
	if t, ok := r.org.store.Table(r.json.Get("object").Text()); ok {
		r.concern(t.Name)
	}
}

// planChange tells closing and aborting apart.
func planChange(r *request) {
	planJob(r)
	switch bulk.State(r.json.Get("state").Text()) {
	case bulk.UploadComplete:
		r.call.Step = StepClose
	case bulk.Aborted:
		r.call.Step = StepAbort
	}
}

func createJob(r *request) reply {
	if whole, ok := r.planned.(*wholeJob); ok {
		return r.submit(whole)
	}
	spec, err := readSpec(r.body)
	if err != nil {
		return failure(err)
	}
	info, err := r.org.jobs.Create(spec, float64(r.version))
	if err != nil {
		return failure(err)
	}
	r.job = info.ID
	return jobReply(info)
}

// readSpec reads a job's settings.
func readSpec(body []byte) (spec bulk.Spec, bad *apierr.Error) {
	if _, err := jsontree.Parse(string(body)); err != nil {
		return spec, apierr.JSONParser.New(err.Error())
	}
	var wrong *json.UnmarshalTypeError // all that can be wrong with JSON
	if err := json.Unmarshal(body, &spec); errors.As(err, &wrong) {
		value, _, _ := strings.Cut(wrong.Value, " ")
		bad = apierr.JSONParser.New("Cannot deserialize instance of " + orDefault(wrong.Field, "a job") + " from " + value + " value")
	}
	return spec, bad
}

// planUpload reads through the file, so that the hook learns what is in it.
func planUpload(r *request) {
	planJob(r)
	if kind := r.header.Get("Content-Type"); kind != "" && !isCSV(kind) {
		r.bad = wrongMedia(kind)
		return
	}
	form, info, err := r.org.jobs.Awaits(r.job)
	if err != nil {
		r.bad = err
		return
	}
	u := bulk.ReadUpload(r.text(), form, r.org.cfg.TraceFields...)
	r.call.Traces = u.Traces
	r.intend(info.Spec.Object, u.Rows)
	r.planned = u
}

// takeRow hands the fault of the first row on to a job.
func (r *request) takeRow() *apierr.Error {
	row := r.row
	r.row = nil
	return row
}

func uploadJob(r *request) reply {
	if err := r.org.jobs.Upload(r.job, r.planned.(*bulk.Upload), r.takeRow()); err != nil {
		return failure(err)
	}
	return reply{status: http.StatusCreated}
}

// changeJob closes or aborts a job.
func changeJob(r *request) reply {
	change := bulk.Info{}
	err := apierr.InvalidJobState.New("A job can be set to UploadComplete or Aborted only, not to '" + short(r.json.Get("state").Text()) + "'")
	switch bulk.State(r.json.Get("state").Text()) {
	case bulk.UploadComplete:
		change, err = r.org.jobs.Close(r.job, r.call.Identity, r.trouble)
	case bulk.Aborted:
		change, err = r.org.jobs.Abort(bulk.Ingest, r.job)
	}
	if err != nil {
		return failure(err)
	}
	return jobReply(change)
}

func deleteJob(r *request) reply { return r.dropJob(bulk.Ingest) }

func (r *request) dropJob(t bulk.Type) reply {
	if err := r.org.jobs.Delete(t, r.job); err != nil {
		return failure(err)
	}
	return reply{status: r.org.cfg.Assume.JobDeleted}
}

// plain is the trouble in the words of the queue.
func (t *JobTrouble) plain() bulk.Trouble {
	plain := bulk.Trouble{Wait: t.Wait, Chunk: t.Chunk, Percent: t.Percent, End: bulk.State(t.End), Share: t.Share, Reason: t.Reason}
	if t.Row != nil {
		plain.Row = apierr.Custom(t.Row.Code, t.Row.Message)
	}
	return plain
}
