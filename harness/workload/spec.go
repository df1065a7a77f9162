// Package workload decides what is offered to the integration and when. The
// load is open: a slow integration never slows the offer, it grows the backlog.
package workload

import (
	"fmt"
	"time"
)

// Spec is the workload of a scenario.
type Spec struct {
	Rate    float64       `yaml:"rate" json:"rate"`       // transactions per second, steady
	For     time.Duration `yaml:"for" json:"for"`         // how long they are offered
	Mix     Mix           `yaml:"mix" json:"mix"`         // parts of each class
	HotKeys int           `yaml:"hotKeys" json:"hotKeys"` // accounts that are changed again and again
	Lines   int           `yaml:"lines" json:"lines"`     // most lines of one order
	OddKeys float64       `yaml:"oddKeys" json:"oddKeys"` // percent of cold keys with characters that a URL must escape

	// OddValues is the percentage of texts and amounts that show careless
	// conversions: cents of large sums, long texts, lines, emoji, "007".
	OddValues float64 `yaml:"oddValues" json:"oddValues"`
	// Customers is how many accounts the first upserts make. Nobody changes
	// them again, so an insert that belongs to one may take any way.
	Customers int `yaml:"customers" json:"customers"`
}

// Mix gives the parts of the classes; they need not sum up to anything.
type Mix struct {
	Upsert int `yaml:"upsert" json:"upsert"` // one record with an external id of its own
	Hot    int `yaml:"hot" json:"hot"`       // one account out of few, versions rise
	Insert int `yaml:"insert" json:"insert"` // one record without external id: applied twice it shows
	Unit   int `yaml:"unit" json:"unit"`     // account, order and lines: all or nothing
	Delete int `yaml:"delete" json:"delete"` // one of few contacts that come, change and go, and come again
	Poison int `yaml:"poison" json:"poison"` // what Salesforce can never accept
}

func (m Mix) parts() []int { return []int{m.Upsert, m.Hot, m.Insert, m.Unit, m.Delete, m.Poison} }

func (m Mix) sum() (n int) {
	for _, part := range m.parts() {
		n += part
	}
	return n
}

func (m Mix) valid() bool {
	for _, part := range m.parts() {
		if part < 0 || part > maxPart {
			return false
		}
	}
	return m.sum() > 0
}

// Count is the number of transactions that s offers.
func (s Spec) Count() int { return int(s.Rate * s.For.Seconds()) }

// maxTransactions bounds a run: every transaction is kept until it is judged.
const maxTransactions = 2_000_000

// maxPart bounds the parts of a mix, far below where their sum overflows.
const maxPart = 1_000_000

// Problem is a rule that a spec breaks: the key below `load`, and what to do.
type Problem struct{ Key, Text string }

// Check returns the first rule that s breaks, nil when there is none.
func (s Spec) Check() *Problem {
	switch {
	case !(s.Rate > 0 && s.Rate <= 20_000): // not a number is neither
		return &Problem{"rate", fmt.Sprintf("rate is %v: write how many transactions come per second, more than 0 and at most 20000", s.Rate)}
	case s.For <= 0:
		return &Problem{"for", fmt.Sprintf("for is %v, a load must last: write a positive duration such as 40s", s.For)}
	case !s.Mix.valid():
		return &Problem{"mix", fmt.Sprintf("mix needs at least one class with a part from 1 to %d: upsert, hot, insert, unit, delete or poison", maxPart)}
	case s.HotKeys < 0 || s.HotKeys == 0 && s.Mix.Hot+s.Mix.Delete > 0:
		return &Problem{"hotKeys", "hotKeys must be at least 1 when the mix has hot or delete transactions"}
	case s.Lines < 0 || s.Lines > 100:
		return &Problem{"lines", fmt.Sprintf("lines is %d, it must be between 0 and 100", s.Lines)}
	case !(s.OddKeys >= 0 && s.OddKeys <= 100):
		return &Problem{"oddKeys", fmt.Sprintf("oddKeys is %v, it is a percentage", s.OddKeys)}
	case !(s.OddValues >= 0 && s.OddValues <= 100):
		return &Problem{"oddValues", fmt.Sprintf("oddValues is %v, it is a percentage", s.OddValues)}
	case s.Customers < 0:
		return &Problem{"customers", fmt.Sprintf("customers is %d: write how many accounts the first upserts make, or 0", s.Customers)}
	case s.Rate*s.For.Seconds() > maxTransactions:
		return &Problem{"for", fmt.Sprintf("rate times for is %.0f transactions, and a run takes at most %d: lower one of them", s.Rate*s.For.Seconds(), maxTransactions)}
	case s.Count() < 1:
		return &Problem{"rate", "rate times for is less than one transaction"}
	}
	return nil
}
