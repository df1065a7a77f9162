package commitlog

import "time"

// Read is one look at records: what a request, or one part of a composite
// request, was served, all of it from one state of the org.
type Read struct {
	Request  string        // id of the request; its parts share it
	At       time.Duration // when the state was taken
	API      API
	Identity string
	LSN      uint64 // the state: every commit up to this one was visible, none after it
	Object   string // API name of the object looked at
	// Fields are the fields served, under canonical names; none are all.
	Fields []string
	// Where holds what a query asked for: conditions that all had to hold. Exact
	// tells that there were no others. A read by key or id has none.
	Where []Match
	Exact bool
	// Records are the records served, in the order of the reply; what was asked
	// for by its key and was not there is among them, with LSN 0.
	Records []Served
}

// Match is a condition: a field holds one of some values.
type Match struct {
	Field  string `json:"field"`
	Values []any  `json:"values"` // string, float64, bool, or nil
}

// Served is the version of one record that a reader was served.
type Served struct {
	ID         string `json:"id,omitempty"`
	ExternalID string `json:"externalId,omitempty"`
	LSN        uint64 `json:"lsn,omitempty"` // commit that wrote the version; 0 for no record, or one of the org as delivered
}
