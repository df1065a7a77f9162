// Package commitlog is ledger 2: what the target made happen, in the order in
// which it happened. It is a leaf: it imports nothing of this project, so that
// whoever writes it (mocksf, or a receiving sink) and whoever judges it share
// words and nothing else.
package commitlog

import "time"

// API names the door through which a request came.
type API string

// The doors of the mock org.
const (
	APIRow         API = "row"         // /sobjects/X...
	APICollections API = "collections" // /composite/sobjects...
	APIComposite   API = "composite"   // /composite
	APIGraph       API = "graph"       // /composite/graph
	APIBulk        API = "bulk2"       // /jobs/ingest..., /jobs/query...
	APIClassic     API = "bulk1"       // /services/async/XX.0...
	APIQuery       API = "query"       // /query...
	APIAuth        API = "auth"        // /services/oauth2...
	APIOther       API = "other"       // describe, limits, versions
	APIDirect      API = "direct"      // written by the owner of the mock, not through HTTP
	APIRestore     API = "restore"     // the target was put back to an earlier state, see RestoredTo
)

// Fate tells what became of the reply to a request, as the target saw it.
type Fate string

// The fates. The zero value is honest: nobody knows yet.
const (
	FateUnknown Fate = ""
	FateSent    Fate = "sent"  // the whole reply was handed to the connection
	FateCut     Fate = "cut"   // a fault cut the connection in place of the reply
	FateLost    Fate = "lost"  // the client was gone when the reply was written
	FateAsync   Fate = "async" // no reply carries this outcome: a bulk job did it
)

// ReplyLost tells whether the sender cannot know what became of its request.
func (f Fate) ReplyLost() bool { return f == FateCut || f == FateLost }

// Op is what happened to one record.
type Op string

// The operations on one record.
const (
	Insert Op = "insert"
	Update Op = "update"
	Delete Op = "delete"
)

// Change is what one commit did to one record.
type Change struct {
	Op     Op
	Object string // API name in its canonical case
	ID     string // 18 characters
	// ExternalID is the value of the record's external id field after the
	// change: the one that an upsert named, else the first one of the object
	// that holds a value. "" when there is none.
	ExternalID string
	// Fields holds the values written, under canonical field names. A field
	// that was cleared is present and nil. Lookups hold the id of the record
	// that they point at.
	Fields map[string]any
}

// Commit is one atomic change that the target made: all of its Changes became
// visible together.
type Commit struct {
	LSN      uint64        // 1, 2, 3, ... without gaps, given inside the critical section that commits
	At       time.Duration // since the base of the run's clock
	Request  string        // id of the request, of the bulk job, or of the backup that was restored
	API      API
	Identity string // OAuth client or user on whose behalf it was made
	Fate     Fate
	Changes  []Change
}

// Request is one line of the request log: a call that reached the target,
// whether or not it changed anything.
type Request struct {
	ID       string
	At       time.Duration // arrival, since the base of the run's clock
	Took     time.Duration
	Method   string
	Path     string // without the query string, which may hold record data
	API      API
	Identity string
	Status   int // HTTP status decided; 0 when none was
	Fate     Fate
	Records  int      // records that the request meant to write
	Failed   int      // of these, refused one by one inside a reply that says 200 or 201
	Traces   []string // values of the trace field found in the body
	Job      string   // the bulk job that it concerns
	Fault    string   // the fault that took part in it
}

// Disturbed tells whether something got in the way of the request: it was
// refused, in whole or in part, a fault took part in it, or its reply was lost.
func (r *Request) Disturbed() bool {
	return r.Status >= 400 || r.Status == 0 || r.Failed > 0 || r.Fault != "" || r.Fate.ReplyLost()
}
