package fault

import "time"

// Fault is one disturbance, as a scenario says it. Which fields a kind takes
// is in Kinds. Times count from the start of the load.
type Fault struct {
	Name   string        `json:"name" yaml:"name"` // unique in the scenario
	Kind   string        `json:"kind" yaml:"kind"`
	At     time.Duration `json:"at" yaml:"at"`                             // when it begins
	For    time.Duration `json:"for,omitempty" yaml:"for,omitempty"`       // how long it lasts
	Jitter time.Duration `json:"jitter,omitempty" yaml:"jitter,omitempty"` // it begins up to this much later, as the seed has it

	Back time.Duration `json:"back,omitempty" yaml:"back,omitempty"` // restore: how old the backup is

	// Optional lets the run have a verdict when the fault met nobody.
	Optional bool `json:"optional,omitempty" yaml:"optional,omitempty"`

	// Site is what the status site of Salesforce tells of the fault while it
	// lasts: disruption, degradation, or green, which is nothing. "" leaves it to
	// other faults whether there is a site at all.
	Site string `json:"site,omitempty" yaml:"site,omitempty"`

	Match Match `json:"match,omitzero" yaml:"match,omitempty"`
	// Count is how many of the first Among matching requests are hit; the seed
	// draws which. 0 hits every one. Among 0 means the first Count.
	Count int `json:"count,omitempty" yaml:"count,omitempty"`
	Among int `json:"among,omitempty" yaml:"among,omitempty"`

	Status      int    `json:"status,omitempty" yaml:"status,omitempty"` // HTTP status of the answer
	Code        string `json:"code,omitempty" yaml:"code,omitempty"`     // Salesforce error code, such as UNABLE_TO_LOCK_ROW
	Message     string `json:"message,omitempty" yaml:"message,omitempty"`
	Body        string `json:"body,omitempty" yaml:"body,omitempty"` // in place of the usual one
	ContentType string `json:"contentType,omitempty" yaml:"contentType,omitempty"`

	Delay   time.Duration `json:"delay,omitempty" yaml:"delay,omitempty"`     // kill: until the restart; latency: added to every chunk of bytes
	When    string        `json:"when,omitempty" yaml:"when,omitempty"`       // kill: the moment to wait for
	Rate    int           `json:"rate,omitempty" yaml:"rate,omitempty"`       // bandwidth, in KB/s
	Stream  string        `json:"stream,omitempty" yaml:"stream,omitempty"`   // upstream (to Salesforce), or downstream, the default
	Percent int           `json:"percent,omitempty" yaml:"percent,omitempty"` // of the rows of a bulk job
	End     string        `json:"end,omitempty" yaml:"end,omitempty"`         // state in which a bulk job ends
	Limit   string        `json:"limit,omitempty" yaml:"limit,omitempty"`     // requests, concurrent or jobs
	Most    int           `json:"most,omitempty" yaml:"most,omitempty"`       // that the limit lets pass
	Toxic   *Toxic        `json:"toxic,omitempty" yaml:"toxic,omitempty"`
}

// Match chooses requests. The zero value takes every request, or every write
// where the kind is about writes.
type Match struct {
	APIs    []string `json:"apis,omitempty" yaml:"apis,omitempty"` // row, collections, composite, ...; none: all
	Methods []string `json:"methods,omitempty" yaml:"methods,omitempty"`
	Objects []string `json:"objects,omitempty" yaml:"objects,omitempty"` // requests that write one of these
	Steps   []string `json:"steps,omitempty" yaml:"steps,omitempty"`     // of a login or a bulk job: token, create, upload, close, ...
	Writes  string   `json:"writes,omitempty" yaml:"writes,omitempty"`   // single, multi, any, or "" for reads too
}

// The words of Fault.Site.
const (
	SiteGreen       = "green"
	SiteDisruption  = "disruption"
	SiteDegradation = "degradation"
)

// The words of Match.Writes.
const (
	WritesSingle = "single" // requests that write exactly one record
	WritesMulti  = "multi"  // two records or more
	WritesAny    = "any"
)

// WriteInFlight is the word of Fault.When: a write has committed and its reply
// is not sent.
const WriteInFlight = "write-in-flight"

// waits tells whether the fault opens its window later than it begins.
func (f Fault) waits() bool { return f.When != "" || f.Back > 0 }
