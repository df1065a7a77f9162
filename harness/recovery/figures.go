// Package recovery measures how an integration got over an outage: the backlog
// curve and the figures that follow from it. Pure functions of the two ledgers.
package recovery

import (
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Point is the state of the flow at one time.
type Point struct {
	At        time.Duration `json:"at"`
	Offered   int           `json:"offered"`   // operations offered so far
	Accepted  int           `json:"accepted"`  // of these, acknowledged
	Committed int           `json:"committed"` // of these, wholly in the target
	Backlog   int           `json:"backlog"`   // accepted and not yet committed
}

// Latency is the distribution of due-to-committed times of operations.
type Latency struct {
	N   int           `json:"n"`
	P50 time.Duration `json:"p50"`
	P95 time.Duration `json:"p95"`
	P99 time.Duration `json:"p99"`
	Max time.Duration `json:"max"`
}

// Usage counts what went through one API.
type Usage struct {
	API        commitlog.API `json:"api"`
	Calls      int           `json:"calls"`
	Failed     int           `json:"failed"`     // calls answered with 400 or more, or not at all
	Operations int           `json:"operations"` // operations that were completed through it
	// DrainRate is operations per second completed through it between the heal
	// and the end of the drain.
	DrainRate float64 `json:"drainRate"`
}

// Figures is what the report says about recovery. Times are on the run's
// clock; 0 in DrainedAt means that it never happened.
type Figures struct {
	Curve         []Point       `json:"curve"`
	HealedAt      time.Duration `json:"healedAt"`
	BacklogAtHeal int           `json:"backlogAtHeal"`
	FirstSuccess  time.Duration `json:"firstSuccess"` // first commit after the heal
	Peak          int           `json:"peak"`         // largest backlog
	PeakAt        time.Duration `json:"peakAt"`
	DrainedAt     time.Duration `json:"drainedAt"`  // first time after the heal that nothing accepted before the heal was missing
	CaughtUpAt    time.Duration `json:"caughtUpAt"` // first time after the heal that the backlog was back at its level before the faults
	Drain         time.Duration `json:"drain"`      // DrainedAt - HealedAt
	DrainRate     float64       `json:"drainRate"`  // operations per second between the heal and DrainedAt
	Usage         []Usage       `json:"usage"`
	Pace          Pace          `json:"pace"`   // of the whole run
	Before        Latency       `json:"before"` // operations due before the first fault
	During        Latency       `json:"during"` // due between the heal and DrainedAt
	After         Latency       `json:"after"`  // due after DrainedAt
}
