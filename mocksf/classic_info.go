package mocksf

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/squall-harness/squall/mocksf/internal/bulk"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// classicJobReply follows the content type of the request, and that of the job
// where a request has none (WSC, BulkConnection.getJobStatus).
func (r *request) classicJobReply(status int, job bulk.ClassicInfo) reply {
	asJSON := r.speaksJSON() || r.header.Get("Content-Type") == "" && job.Content == bulk.JSON
	return classicReply(status, asJSON, "jobInfo", jobMembers(job))
}

// jobMembers are in the order of the schema (Bulk API guide, JobInfo).
func jobMembers(j bulk.ClassicInfo) []member {
	mode := "Parallel"
	if j.Serial {
		mode = "Serial"
	}
	return []member{
		{"id", j.ID}, {"operation", j.Spec.Operation}, {"object", j.Spec.Object}, {"createdById", store.AdminID},
		{"createdDate", j.Created}, {"systemModstamp", j.Changed}, {"state", j.State},
		{"externalIdFieldName", textOrNull(j.Spec.ExternalIDFieldName)}, {"concurrencyMode", mode}, {"contentType", j.Content},
		{"numberBatchesQueued", j.Queued}, {"numberBatchesInProgress", j.Running}, {"numberBatchesCompleted", j.Completed},
		{"numberBatchesFailed", j.NotLoaded}, {"numberBatchesTotal", j.Total},
		{"numberRecordsProcessed", j.Processed}, {"numberRetries", j.Retries}, {"apiVersion", json.Number(fmt.Sprintf("%.1f", j.Version))},
		{"assignmentRuleId", textOrNull(j.Spec.AssignmentRuleID)}, {"numberRecordsFailed", j.Failed}, {"totalProcessingTime", int(j.Took.Milliseconds())},
		{"apiActiveProcessingTime", int(j.Active.Milliseconds())}, {"apexProcessingTime", 0},
	}
}

// batchStates are the names that Bulk API 1.0 has for the states of a batch.
var batchStates = map[bulk.State]string{
	bulk.UploadComplete: "Queued", bulk.InProgress: "InProgress", bulk.JobComplete: "Completed", bulk.Failed: "Failed", bulk.Aborted: "NotProcessed",
}

// batchMembers are in the order of the schema (Bulk API guide, BatchInfo).
func batchMembers(job string, b bulk.Info) []member {
	return []member{
		{"id", b.ID}, {"jobId", longJob(job)}, {"state", batchStates[b.State]}, {"stateMessage", textOrNull(b.Error)}, {"createdDate", b.Created}, {"systemModstamp", b.Changed}, {"numberRecordsProcessed", b.Processed}, {"numberRecordsFailed", b.Failed},
		{"totalProcessingTime", int(b.Took.Milliseconds())}, {"apiActiveProcessingTime", int(b.Active.Milliseconds())}, {"apexProcessingTime", 0},
	}
}

// listClassic lists the jobs of Bulk API 1.0.
func listClassic(r *request) reply {
	if _, err := r.release(); err != nil {
		return r.classicFailure(err)
	}
	var all [][]member
	for _, i := range r.org.jobs.List(0) {
		if i.Type != bulk.Classic {
			continue
		}
		if job, err := r.org.jobs.Classic(i.ID); err == nil {
			all = append(all, jobMembers(job))
		}
	}
	return listReply(r.speaksJSON(), "jobInfo", all)
}

// listReply shows a list of objects of one name.
func listReply(asJSON bool, name string, all [][]member) reply {
	if asJSON {
		body := append([]byte(`{"`), name+`":[`...)
		for i, members := range all {
			if i > 0 {
				body = append(body, ',')
			}
			body = appendObject(body, members)
		}
		return reply{status: http.StatusOK, contentType: classicJSON, body: append(body, ']', '}')}
	}
	body := append([]byte(xmlHeader), "<"+name+`List xmlns="`+classicSpace+`">`...)
	for _, members := range all {
		body = append(appendElements(append(body, "<"+name+">"...), members), "</"+name+">"...)
	}
	return reply{status: http.StatusOK, contentType: classicXML, body: append(body, "</"+name+"List>"...)}
}
