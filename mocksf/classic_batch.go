package mocksf

import (
	"net/http"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/bulk"
)

// planClassicBatch reads through the batch, so that the hook learns what is in
// it.
func planClassicBatch(r *request) {
	if planClassic(r); r.bad != nil {
		return
	}
	if kind := r.header.Get("Content-Type"); strings.HasPrefix(kind, "zip/") {
		r.bad = wrongMedia(kind)
		return
	}
	u, spec, err := r.org.jobs.ReadBatch(r.job, r.text(), r.org.cfg.TraceFields...)
	if err != nil {
		r.bad = err
		return
	}
	r.planned = u
	if u.Rows > 0 {
		r.call.Traces = u.Traces
		r.intend(spec.Object, u.Rows)
	}
}

func addClassicBatch(r *request) reply {
	info, err := r.org.jobs.AddBatch(r.job, r.planned.(*bulk.Upload), r.takeRow(), r.call.Identity, r.trouble)
	if err != nil {
		return r.classicFailure(err)
	}
	return r.batchReply(http.StatusCreated, info)
}

// batchReply follows the content type of the job.
func (r *request) batchReply(status int, info bulk.Info) reply {
	content, _, err := r.org.jobs.Takes(r.job)
	if err != nil {
		return r.classicFailure(err)
	}
	return classicReply(status, content == bulk.JSON, "batchInfo", batchMembers(r.job, info))
}

func readClassicBatch(r *request) reply {
	info, err := r.org.jobs.Batch(r.job, r.param("batch"))
	if err != nil {
		return r.classicFailure(err)
	}
	return r.batchReply(http.StatusOK, info)
}

func listClassicBatches(r *request) reply {
	content, _, err := r.org.jobs.Takes(r.job)
	if err != nil {
		return r.classicFailure(err)
	}
	batches, err := r.org.jobs.Batches(r.job)
	if err != nil {
		return r.classicFailure(err)
	}
	all := make([][]member, len(batches))
	for i, b := range batches {
		all[i] = batchMembers(r.job, b)
	}
	return listReply(content == bulk.JSON, "batchInfo", all)
}

// contentTypes are those of a job's data.
var contentTypes = map[bulk.Content]string{bulk.CSV: csvType, bulk.XML: classicXML, bulk.JSON: classicJSON}

// echoClassicBatch answers what the client sent.
func echoClassicBatch(r *request) reply {
	content, spec, err := r.org.jobs.Takes(r.job)
	if err != nil {
		return r.classicFailure(err)
	}
	text, err := r.org.jobs.Request(r.job, r.param("batch"))
	if err != nil {
		return r.classicFailure(err)
	}
	kind := contentTypes[content]
	if spec.Reads() {
		kind = "text/csv"
	}
	return reply{status: http.StatusOK, contentType: kind, body: []byte(text)}
}
