package mocksf

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/bulk"
)

// jobPage is how many jobs a page of a list has.
const jobPage = 1000

// jobList is one page of jobs.
type jobList struct {
	Done    bool      `json:"done"`
	Records []jobInfo `json:"records"`
	Next    *string   `json:"nextRecordsUrl"`
}

// listJobs lists jobs of both Bulk APIs, as far as the parameters do not say
// which (Bulk API 2.0 guide, Get Information About All Jobs).
func listJobs(r *request) reply {
	list, after := jobList{Done: true, Records: []jobInfo{}}, 0
	if at := r.query.Get("queryLocator"); at != "" {
		var ok bool
		if after, ok = fromLocator(at); !ok {
			return failure(apierr.InvalidLocator.New())
		}
	}
	for _, i := range r.org.jobs.List(after) {
		if !r.lists(i) {
			continue
		}
		if len(list.Records) == jobPage {
			next := fmt.Sprintf("%s?queryLocator=%s", r.path, locator(after))
			list.Done, list.Next = false, &next
			break
		}
		list.Records, after = append(list.Records, showJob(i)), i.Number
	}
	return jsonReply(list)
}

// lists tells whether a list lets a job through: ingest jobs have a list without
// query jobs. No job says in a list that it is chunked by key.
func (r *request) lists(i bulk.Info) bool {
	if i.Type == bulk.Query && r.route.pattern == jobsPattern {
		return false
	}
	kind, chunked := r.query.Get("jobType"), r.query.Get("isPkChunkingEnabled")
	return (kind == "" || strings.EqualFold(kind, string(i.Type))) && !strings.EqualFold(chunked, "true")
}

// locator is a position in a list or a result: text of the same kind as the
// real ones, which are numbers in base64 too.
func locator(n int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(n)))
}

func fromLocator(text string) (n int, ok bool) {
	plain, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return 0, false
	}
	n, err = strconv.Atoi(string(plain))
	return n, err == nil && n >= 0
}
