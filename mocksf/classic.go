package mocksf

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/bulk"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/xmltext"
)

const (
	classicJobs    = "/services/async/{release}/job"
	classicJob     = classicJobs + "/{job}"
	classicBatches = classicJob + "/batch"
	classicBatch   = classicBatches + "/{batch}"
	classicResult  = classicBatch + "/result"
)

// Bulk API 1.0: jobs with batches in CSV, XML or JSON. Answers about a job
// follow the content type of the request if it has one, answers about batches
// that of the job.
var classicRoutes = inClassicForm([]route{
	{method: http.MethodPost, pattern: classicJobs, maxBody: maxJobInfo, step: StepCreate, plan: planClassicCreate, serve: createClassic},
	{method: http.MethodGet, pattern: "/services/async/{release}/jobs", serve: listClassic},
	{method: http.MethodPost, pattern: classicJob, maxBody: maxJobInfo, plan: planClassicChange, serve: changeClassic},
	{method: http.MethodGet, pattern: classicJob, step: StepStatus, plan: planClassic, serve: readClassic},
	{method: http.MethodPost, pattern: classicBatches, maxBody: bulk.MaxBatch, step: StepUpload, plan: planClassicBatch, serve: addClassicBatch},
	{method: http.MethodGet, pattern: classicBatches, step: StepStatus, plan: planClassic, serve: listClassicBatches},
	{method: http.MethodGet, pattern: classicBatch, step: StepStatus, plan: planClassic, serve: readClassicBatch},
	{method: http.MethodGet, pattern: classicBatch + "/request", plan: planClassic, serve: echoClassicBatch},
	{method: http.MethodGet, pattern: classicResult, step: StepResults, plan: planClassic, serve: classicResults},
	{method: http.MethodGet, pattern: classicResult + "/{result}", step: StepResults, plan: planClassic, serve: classicAnswer},
})

// maxJobInfo bounds a request that is about a job, in bytes.
const maxJobInfo = 1 << 20

func inClassicForm(routes []route) []route {
	for i := range routes {
		routes[i].api, routes[i].raw, routes[i].refuse = commitlog.APIClassic, true, (*request).classicFailure
	}
	return routes
}

// release is the API version of a Bulk API 1.0 path, as in /services/async/67.0.
func (r *request) release() (float64, *apierr.Error) {
	v := version("v" + r.param("release"))
	if v == 0 {
		return 0, apierr.WrongVersion.New("Unsupported API version " + r.param("release")).WithStatus(http.StatusBadRequest)
	}
	return float64(v), nil
}

func planClassic(r *request) {
	if _, r.bad = r.release(); r.bad == nil {
		r.about(bulk.Classic)
	}
}

// jobSettings are the members of a jobInfo that a client sends, by their names.
type jobSettings map[string]string

// settings reads a jobInfo in XML or JSON.
func (r *request) settings() (jobSettings, *apierr.Error) {
	s := jobSettings{}
	if r.speaksJSON() {
		tree, err := jsontree.Parse(string(r.body))
		if err != nil || tree.Kind() != jsontree.Object {
			return nil, apierr.ClientInput.New("The body is no JSON object")
		}
		for name, v := range tree.Members() {
			if v.Kind() != jsontree.Null && v.Kind() < jsontree.Array {
				s[name] = v.Text()
			}
		}
		return s, nil
	}
	var job struct {
		XMLName xml.Name `xml:"jobInfo"`
		Fields  []struct {
			XMLName xml.Name
			Text    string `xml:",chardata"`
		} `xml:",any"`
	}
	if err := xmltext.Unmarshal(r.body, &job); err != nil {
		return nil, apierr.InvalidXML.New("The jobInfo cannot be read: " + short(err.Error()))
	}
	for _, f := range job.Fields {
		s[f.XMLName.Local] = strings.TrimSpace(f.Text)
	}
	return s, nil
}

// planSettings reads the jobInfo of a request, nil when it is refused.
func planSettings(r *request) (s jobSettings) {
	if planClassic(r); r.bad == nil {
		s, r.bad = r.settings()
	}
	return s
}

func planClassicCreate(r *request) {
	s := planSettings(r)
	if t, ok := r.org.store.Table(s["object"]); ok {
		r.concern(t.Name)
	}
	r.planned = s
}

// createClassic adds a job.
func createClassic(r *request) reply {
	s := r.planned.(jobSettings)
	release, _ := r.release()
	job, err := r.org.jobs.CreateClassic(bulk.ClassicSpec{
		Spec: bulk.Spec{
			Object: s["object"], Operation: s["operation"], ExternalIDFieldName: s["externalIdFieldName"],
			ContentType: s["contentType"], AssignmentRuleID: s["assignmentRuleId"],
		},
		Serial:    strings.EqualFold(s["concurrencyMode"], "Serial") || s["concurrencyMode"] == "1",
		NoRetry:   strings.EqualFold(r.header.Get("Sforce-Disable-Batch-Retry"), "true"),
		ChunkSize: chunkSize(r.header.Get("Sforce-Enable-PKChunking")),
	}, release)
	if err != nil {
		return r.classicFailure(err)
	}
	r.job = job.ID
	return r.classicJobReply(http.StatusCreated, job)
}

// chunkSize reads the header of PK chunking (Bulk API guide, PK Chunking
// Header): true, or chunkSize=50000; parent=Account. 0 is no chunking.
func chunkSize(header string) int {
	size, on := bulk.DefaultChunk, false
	for part := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case strings.EqualFold(name, "false"):
			return 0
		case strings.EqualFold(name, "true"), strings.EqualFold(name, "parent"):
			on = true
		case strings.EqualFold(name, "chunkSize"):
			if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && n > 0 {
				size, on = n, true
			}
		}
	}
	if !on {
		return 0
	}
	return size
}

// planClassicChange tells closing and aborting apart.
func planClassicChange(r *request) {
	r.planned = bulk.State(planSettings(r)["state"])
	switch r.planned {
	case bulk.Closed:
		r.call.Step = StepClose
	case bulk.Aborted:
		r.call.Step = StepAbort
	}
}

// changeClassic closes or aborts a job.
func changeClassic(r *request) reply {
	state := r.planned.(bulk.State)
	job, err := bulk.ClassicInfo{}, apierr.InvalidJobState.New("A job can be set to Closed or Aborted only, not to '"+short(string(state))+"'")
	switch state {
	case bulk.Closed:
		job, err = r.org.jobs.CloseClassic(r.job)
	case bulk.Aborted:
		job, err = r.org.jobs.AbortClassic(r.job)
	}
	if err != nil {
		return r.classicFailure(err)
	}
	return r.classicJobReply(http.StatusOK, job)
}

func readClassic(r *request) reply {
	job, err := r.org.jobs.Classic(r.job)
	if err != nil {
		return r.classicFailure(err)
	}
	return r.classicJobReply(http.StatusOK, job)
}
