package mocksf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/bulk"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// jobInfo is a job as the API shows it (Bulk API 2.0 guide, Get Information
// About an Ingest Job).
type jobInfo struct {
	ID                  string      `json:"id"`
	Operation           string      `json:"operation"`
	Object              string      `json:"object"`
	CreatedByID         string      `json:"createdById"`
	CreatedDate         string      `json:"createdDate"`
	SystemModstamp      string      `json:"systemModstamp"`
	State               bulk.State  `json:"state"`
	ExternalIDFieldName string      `json:"externalIdFieldName,omitempty"`
	AssignmentRuleID    string      `json:"assignmentRuleId,omitempty"`
	ConcurrencyMode     string      `json:"concurrencyMode"`
	ContentType         string      `json:"contentType"`
	APIVersion          json.Number `json:"apiVersion"`
	JobType             bulk.Type   `json:"jobType,omitempty"`
	ContentURL          string      `json:"contentUrl,omitempty"` // while Open; without a leading slash
	LineEnding          string      `json:"lineEnding"`
	ColumnDelimiter     string      `json:"columnDelimiter"`
	*jobFigures
}

// jobFigures are what only the GET of one job adds; times in milliseconds.
type jobFigures struct {
	Processed int    `json:"numberRecordsProcessed"` // the failed ones included
	Failed    int    `json:"numberRecordsFailed"`
	Retries   int    `json:"retries"`
	Total     int64  `json:"totalProcessingTime"`
	Active    int64  `json:"apiActiveProcessingTime"`
	Apex      int64  `json:"apexProcessingTime"`
	Error     string `json:"errorMessage,omitempty"`
}

func showJob(i bulk.Info) jobInfo {
	show := jobInfo{
		ID: i.ID, Operation: i.Spec.Operation, Object: i.Spec.Object, CreatedByID: store.AdminID,
		CreatedDate: store.Stamp(i.Created), SystemModstamp: store.Stamp(i.Changed), State: i.State,
		ExternalIDFieldName: i.Spec.ExternalIDFieldName, AssignmentRuleID: i.Spec.AssignmentRuleID,
		ConcurrencyMode: "Parallel", ContentType: i.Spec.ContentType, APIVersion: json.Number(fmt.Sprintf("%.1f", i.Version)),
		JobType: i.Type, LineEnding: i.Spec.LineEnding, ColumnDelimiter: i.Spec.ColumnDelimiter,
	}
	if i.State == bulk.Open && i.Type == bulk.Ingest {
		show.ContentURL = fmt.Sprintf("services/data/v%.1f/jobs/ingest/%s/batches", i.Version, i.ID)
	}
	return show
}

func jobReply(i bulk.Info) reply { return jsonReply(showJob(i)) }

// jsonReply answers 200 with a value whose types are all of JSON.
func jsonReply(v any) reply {
	body, err := json.Marshal(v)
	if err != nil {
		return failure(apierr.Unexpected.New(err.Error()))
	}
	return answer(http.StatusOK, body)
}

func readJob(r *request) reply {
	i, err := r.org.jobs.Get(bulk.Ingest, r.job)
	if err != nil {
		return failure(err)
	}
	show := showJob(i)
	show.jobFigures = &jobFigures{
		Processed: i.Processed, Failed: i.Failed, Retries: i.Retries,
		Total: i.Took.Milliseconds(), Active: i.Active.Milliseconds(), Error: i.Error,
	}
	return jsonReply(show)
}

// jobResults answers one of the three result files. Clients spell the last
// part of the path in several ways.
func jobResults(r *request) reply {
	kind := bulk.Kind(strings.ToLower(r.param("results")))
	if kind != bulk.Successful && kind != bulk.FailedRows && kind != bulk.Unprocessed {
		return failure(apierr.NotFound.New())
	}
	results, err := r.org.jobs.Results(r.job, kind)
	if err != nil {
		return failure(err)
	}
	var body bytes.Buffer
	if _, err := results.WriteTo(&body); err != nil {
		return failure(apierr.Unexpected.New(err.Error()))
	}
	return reply{status: http.StatusOK, contentType: csvType, body: body.Bytes()}
}

// csvType says nothing of UTF-8, as in a real org, whatever the client accepts: one
// that goes by HTTP's default for text takes the files for Latin-1 (reports of
// clients), and one of Bulk API 1.0 checks for exactly this.
const csvType = "text/csv"

func isCSV(contentType string) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(contentType)), "text/csv")
}
