package mocksf

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/bulk"
	"github.com/squall-harness/squall/mocksf/internal/query"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

const queryJobsPattern, queryJobPattern = "jobs/query", "jobs/query/{job}"

// Query jobs of Bulk API 2.0.
var queryJobRoutes = []route{
	{method: http.MethodPost, pattern: queryJobsPattern, api: commitlog.APIBulk, step: StepCreate, serve: createQueryJob},
	{method: http.MethodGet, pattern: queryJobsPattern, api: commitlog.APIBulk, serve: listJobs},
	{method: http.MethodGet, pattern: queryJobPattern, api: commitlog.APIBulk, step: StepStatus, plan: planQueryJob, serve: readQueryJob},
	{method: http.MethodPatch, pattern: queryJobPattern, api: commitlog.APIBulk, step: StepAbort, plan: planQueryJob, serve: abortQueryJob},
	{method: http.MethodDelete, pattern: queryJobPattern, api: commitlog.APIBulk, plan: planQueryJob, serve: deleteQueryJob},
	{method: http.MethodGet, pattern: queryJobPattern + "/results", api: commitlog.APIBulk, step: StepResults, plan: planQueryJob, serve: queryJobResults},
	{method: http.MethodGet, pattern: queryJobPattern + "/resultPages", api: commitlog.APIBulk, step: StepResults, plan: planQueryJob, serve: queryJobPages},
}

func planQueryJob(r *request) { r.about(bulk.Query) }

func createQueryJob(r *request) reply {
	spec, err := readSpec(r.body)
	if err != nil {
		return failure(err)
	}
	info, err := r.org.jobs.CreateQuery(spec, float64(r.version), r.call.Identity, r.trouble)
	if err != nil {
		return failure(err)
	}
	r.job = info.ID
	show := showJob(info)
	show.JobType = "" // the answers that follow have it
	return jsonReply(show)
}

// queryJobInfo is what the GET of a query job answers (Bulk API 2.0 guide, Get
// Information About a Query Job).
type queryJobInfo struct {
	jobInfo
	Processed int   `json:"numberRecordsProcessed"`
	Retries   int   `json:"retries"`
	Total     int64 `json:"totalProcessingTime"`
	Chunks    bool  `json:"isPkChunkingSupported"`
}

func readQueryJob(r *request) reply {
	i, err := r.org.jobs.Get(bulk.Query, r.job)
	if err != nil {
		return failure(err)
	}
	return jsonReply(queryJobInfo{jobInfo: showJob(i), Processed: i.Processed, Retries: i.Retries, Total: i.Took.Milliseconds(), Chunks: bulk.Chunkable(i.Spec.Query)})
}

func abortQueryJob(r *request) reply {
	if state := r.json.Get("state").Text(); state != string(bulk.Aborted) {
		return failure(apierr.InvalidJobState.New("A query job can be set to Aborted only, not to '" + short(state) + "'"))
	}
	info, err := r.org.jobs.Abort(bulk.Query, r.job)
	if err != nil {
		return failure(err)
	}
	return jobReply(info)
}

func deleteQueryJob(r *request) reply { return r.dropJob(bulk.Query) }

// answerOf is the result of the job, and the position that the request asks for.
func (r *request) answerOf() (a bulk.Answer, from int, err *apierr.Error) {
	a, info, err := r.org.jobs.Answer(r.job)
	if err != nil {
		return a, 0, err
	}
	if info.Version != float64(r.version) {
		return a, 0, apierr.WrongVersion.New(fmt.Sprintf("The job was created with API version %.1f, which its results must be asked for with", info.Version))
	}
	if at := r.query.Get("locator"); at != "" && at != "null" {
		var ok bool
		if from, ok = fromLocator(at); !ok || from >= a.Len() {
			return a, 0, apierr.InvalidLocator.New()
		}
	}
	return a, from, nil
}

// maxRecords is how many records a page has.
func (r *request) maxRecords() int {
	if n, err := strconv.Atoi(r.query.Get("maxRecords")); err == nil && n > 0 {
		return n
	}
	return r.org.jobs.Limits().QueryPage
}

// queryJobResults answers a page in CSV, with the header line on each. Clients
// insist on both headers, the word null among them.
func queryJobResults(r *request) reply {
	a, from, err := r.answerOf()
	if err != nil {
		return failure(err)
	}
	to, next := min(from+min(r.maxRecords(), a.Len()), a.Len()), "null"
	if to < a.Len() {
		next = locator(to)
	}
	return reply{status: http.StatusOK, contentType: csvType, body: csvPage(a, r.version, from, to), header: http.Header{
		"Sforce-Locator": {next}, "Sforce-Numberofrecords": {strconv.Itoa(to - from)},
	}}
}

// csvPage writes rows of an answer. Before version 50 the columns came in the
// order of the alphabet.
func csvPage(a bulk.Answer, version, from, to int) []byte {
	order := make([]int, len(a.Columns))
	for i := range order {
		order[i] = i
	}
	if version < 50 {
		slices.SortFunc(order, func(i, j int) int { return strings.Compare(a.Columns[i].Name, a.Columns[j].Name) })
	}
	cells := make([]string, len(order))
	for i, column := range order {
		cells[i] = a.Columns[column].Name
	}
	body := a.Form.AppendRow(nil, cells...)
	a.Page(from, to-from, func(_ query.Family, values []string) {
		for i, column := range order {
			cells[i] = csvCell(a.Columns[column], values[column])
		}
		body = a.Form.AppendRow(body, cells...)
	})
	return body
}

// csvCell is a value as result files have it: times in UTC with a Z, numbers
// that are no int with a fraction.
func csvCell(c query.Column, text string) string {
	switch {
	case c.Type == schema.DateTime:
		if before, ok := strings.CutSuffix(text, "+0000"); ok {
			return before + "Z"
		}
	case c.Type.Number() && text != "" && lacksFraction(c.Type, text):
		return text + ".0"
	}
	return text
}

// pagesAtOnce is how many pages an answer to resultPages names (Bulk API 2.0
// guide, Get Parallel Results).
const pagesAtOnce = 5

// resultPages is where further pages are.
type resultPages struct {
	Pages []resultPage `json:"resultPages"`
	Next  *string      `json:"nextRecordsUrl"`
	Done  bool         `json:"done"`
}

type resultPage struct {
	URL string `json:"resultUrl"`
}

func queryJobPages(r *request) reply {
	if r.version < 58 {
		return failure(apierr.NotFound.New())
	}
	a, from, err := r.answerOf()
	if err != nil {
		return failure(err)
	}
	job, size := fmt.Sprintf("%s/jobs/query/%s", r.base(), longJob(r.job)), r.maxRecords()
	show := resultPages{Pages: []resultPage{}}
	for len(show.Pages) < pagesAtOnce && from < a.Len() {
		show.Pages = append(show.Pages, resultPage{fmt.Sprintf("%s/results?locator=%s&maxRecords=%d", job, locator(from), size)})
		from += min(size, a.Len())
	}
	if show.Done = from >= a.Len(); !show.Done {
		next := fmt.Sprintf("%s/resultPages?locator=%s&maxRecords=%d", job, locator(from), size)
		show.Next = &next
	}
	return jsonReply(show)
}

func longJob(id string) string {
	long, _ := store.LongID(id)
	return long
}
