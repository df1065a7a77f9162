package verify

import (
	"fmt"
	"slices"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// witness holds the commits and requests of the operations that a story is to
// be told of, gathered in one pass over each.
type witness struct {
	*ledger
	commits    map[int32][]int32  // operation -> commits, in order
	requests   map[int32][]int    // operation -> requests that carry one of its tokens
	byID       map[string][]int   // request or job id -> requests
	wantedOps  map[int32]bool     // operations of the stories
	wantedIDs  map[string]bool    // requests and jobs whose commits are in the stories
	wantedToks map[string]int32   // token -> operation
	wantedJobs map[string][]int32 // bulk job that was given tokens of theirs -> operations
	aimed      map[string]bool    // faults that are named in a request of the run
}

func gather(l *ledger, all []*candidate) *witness {
	w := &witness{
		ledger: l, commits: map[int32][]int32{}, requests: map[int32][]int{}, byID: map[string][]int{},
		wantedOps: map[int32]bool{}, wantedIDs: map[string]bool{}, wantedToks: map[string]int32{},
		wantedJobs: map[string][]int32{}, aimed: map[string]bool{},
	}
	for _, c := range all {
		w.want(c)
	}
	w.gatherCommits()
	w.gatherRequests()
	return w
}

func (w *witness) want(c *candidate) {
	for _, op := range c.ops {
		w.wantedOps[op] = true
		for _, it := range w.members(int(op)) {
			if it.token != "" && it.followed {
				w.wantedToks[it.token] = op
			}
		}
	}
	for _, i := range c.commits {
		w.wantedIDs[w.Commits[i].Request] = true
	}
}

func (w *witness) gatherCommits() {
	for i := range w.effects {
		e := &w.effects[i]
		if e.intent < 0 {
			continue
		}
		op := w.intents[e.intent].op
		if !w.wantedOps[op] {
			continue
		}
		if known := w.commits[op]; len(known) == 0 || known[len(known)-1] != e.commit {
			w.commits[op] = append(known, e.commit)
		}
		w.wantedIDs[w.commitOf(e).Request] = true
	}
}

func (w *witness) gatherRequests() {
	for i := range w.Requests {
		r := &w.Requests[i]
		if w.wantedIDs[r.ID] {
			w.byID[r.ID] = append(w.byID[r.ID], i)
		}
		if r.Job != "" && r.Method != "GET" && w.wantedIDs[r.Job] {
			w.byID[r.Job] = append(w.byID[r.Job], i)
		}
		w.gatherTraces(i, r)
		w.gatherJob(i, r)
	}
}

func (w *witness) gatherTraces(i int, r *commitlog.Request) {
	for _, token := range r.Traces {
		if op, wanted := w.wantedToks[token]; wanted {
			w.requests[op] = append(w.requests[op], i)
			if r.Job != "" {
				w.wantedJobs[r.Job] = append(w.wantedJobs[r.Job], op)
			}
		}
	}
}

// gatherJob takes in the calls that decide what becomes of a bulk job and carry
// no token: those that change it, and those that a fault took part in.
func (w *witness) gatherJob(i int, r *commitlog.Request) {
	if r.Fault != "" {
		w.aimed[r.Fault] = true
	} else if r.Method == "GET" {
		return
	}
	for _, op := range w.wantedJobs[r.Job] {
		w.requests[op] = append(w.requests[op], i)
	}
}

// parts lists the commits and requests of one story, each once and in order.
func (w *witness) parts(c *candidate) (commits []int32, requests []int) {
	commits = slices.Clone(c.commits)
	for _, op := range c.ops {
		commits = append(commits, w.commits[op]...)
		requests = append(requests, w.requests[op]...)
	}
	slices.Sort(commits)
	commits = slices.Compact(commits)
	for _, i := range commits {
		requests = append(requests, w.byID[w.Commits[i].Request]...)
	}
	requests = append(requests, c.requests...)
	slices.Sort(requests)
	return commits, slices.Compact(requests)
}

func (t *teller) request(i int) {
	r := &t.Requests[i]
	text := fmt.Sprintf("Request %s arrives, %s %s%s, and gets %s", r.ID, r.Method, shorten(r.Path), contentText(r), statusText(r))
	if r.Fault != "" {
		text += fmt.Sprintf(" (fault %s)", r.Fault)
	}
	t.steps = append(t.steps, Step{At: r.At, Kind: stepRequest, Text: text + fateText(r.Fate) + ".", Request: r.ID, Fate: r.Fate})
}

// contentText says how much an upload held: one that is repeated may be empty.
func contentText(r *commitlog.Request) string {
	if r.API != commitlog.APIBulk || r.Method != "PUT" {
		return ""
	}
	return " with " + plural(r.Records, "record")
}

func statusText(r *commitlog.Request) string {
	switch {
	case r.Status == 0:
		return "no status"
	case r.Failed > 0:
		return fmt.Sprintf("%d with %d of %d records refused", r.Status, r.Failed, r.Records)
	}
	return fmt.Sprint(r.Status)
}

// fateText says what became of a reply, where that matters.
func fateText(f commitlog.Fate) string {
	switch f {
	case commitlog.FateCut:
		return ", its reply cut"
	case commitlog.FateLost:
		return ", its reply lost"
	}
	return ""
}

// lateText names the cause of what a request did after its sender had given it
// up; that request was the integration's own, and so is what comes of it.
func lateText(f commitlog.Fate) string {
	if f == commitlog.FateLost {
		return ", a late landing: the sender had given up"
	}
	return ""
}

// commit tells what a commit did to the records of the story.
func (t *teller) commit(i int32, ops []int32) {
	c := &t.Commits[i]
	var did []string
	for j := range c.Changes {
		change := &c.Changes[j]
		if t.concerns(change, ops) {
			did = append(did, fmt.Sprintf("%s of %s (%s)", change.Op, target{change.Object, change.ExternalID}.name(), change.ID))
		}
	}
	by := ""
	if commitlog.OfCrowd(c.Identity) {
		by = " by " + commitlog.CrowdName(c.Identity)
	}
	text := fmt.Sprintf("Commit %d through %s%s: %s", c.LSN, c.API, by, listed(did, 6))
	if others := len(c.Changes) + t.Rest.Beside[c.LSN] - len(did); others > 0 {
		text += fmt.Sprintf(", beside %s", plural(others, "other change"))
	}
	t.steps = append(t.steps, Step{
		At: c.At, Kind: stepCommit, Text: text + fateText(c.Fate) + ".", Request: c.Request, Fate: c.Fate, LSN: c.LSN,
	})
}

// looksIntended tells whether one of the operations writes the record that was
// changed, or a new one of its kind.
func (t *teller) looksIntended(change *commitlog.Change, ops []int32) bool {
	for _, op := range ops {
		for _, it := range t.members(int(op)) {
			if it.rec.Object == change.Object && (it.rec.ExternalID == "" || it.rec.ExternalID == change.ExternalID) {
				return true
			}
		}
	}
	return len(ops) == 0
}

// concerns tells whether a change belongs to the story: it carries the token of
// one of the operations, or it is a deletion, or nobody intended it.
func (t *teller) concerns(change *commitlog.Change, ops []int32) bool {
	if change.Op != commitlog.Delete && t.book != nil && t.book.Covers(change.Object) {
		return t.looksIntended(change, ops)
	}
	it := t.withToken(t.names.Token(change.Object, change.Fields))
	return it == none || slices.Contains(ops, t.intents[it].op)
}
