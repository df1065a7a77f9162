package workload

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// query is what a request of the feed asks for.
type query struct {
	cursor string // as asked for: a number, "" for the oldest that is kept, or Latest
	after  int    // resolved: how many transactions come before the page
	limit  int
	wait   time.Duration
}

func readQuery(r *http.Request) (q query, err error) {
	values := r.URL.Query()
	q = query{cursor: values.Get("after"), limit: 100}
	if q.cursor != "" && q.cursor != Latest {
		if q.after, err = strconv.Atoi(q.cursor); err != nil || q.after < 0 {
			return q, fmt.Errorf("after is %q: write the cursor of an earlier page, %s, or leave it out for the oldest transaction that is kept", q.cursor, Latest)
		}
	}
	if text := values.Get("limit"); text != "" {
		if q.limit, err = strconv.Atoi(text); err != nil || q.limit < 1 || q.limit > mostPerPage {
			return q, fmt.Errorf("limit is %q: write a number from 1 to %d", text, mostPerPage)
		}
	}
	if text := values.Get("wait"); text != "" {
		if q.wait, err = time.ParseDuration(text); err != nil || q.wait < 0 || q.wait > longestWait {
			return q, fmt.Errorf("wait is %q: write a duration of at most %v, such as 20s", text, longestWait)
		}
	}
	return q, nil
}

// resolve turns the cursor into a place, once: it stays there while the request
// waits. One beyond the end was made up, or is of another run: what it would
// come after is not there yet.
func (q *query) resolve(oldest, latest int) {
	switch q.cursor {
	case "":
		q.after = oldest
	case Latest:
		q.after = latest
	default:
		q.after = min(q.after, latest)
	}
	q.cursor = strconv.Itoa(q.after)
}
