package verify

import (
	"cmp"
	"slices"
	"strings"
)

// classes lists the classes of anomalies with their words for a count.
var classes = []struct {
	class      Class
	noun, verb string
}{
	{Lost, "operation", "lost"},
	{Duplicate, "operation", "duplicated"},
	{Phantom, "change", "never intended"},
	{FalseFailure, "operation", "refused and applied all the same"},
	{Corrupted, "operation", "corrupted"},
	{StaleOverwrite, "record", "overwritten by an older version"},
	{Reordered, "operation", "out of order"},
	{Torn, "unit", "torn"},
	{TornWindow, "unit", "visible in parts"},
	{Inconsistent, "record", "at odds with an invariant"},
	{Orphan, "record", "without a parent"},
	{NotUnique, "external id", "held twice"},
	{DirtyRead, "unit", "seen that never came to be"},
	{IntermediateRead, "operation", "seen half done"},
	{NonRepeatable, "record", "changed back between two looks"},
	{ReadSkew, "unit", "seen in parts"},
	{LostUpdate, "update", "lost"},
	{DirtyWrite, "unit", "mixed with another"},
	{CircularFlow, "operation", "caught in a circle"},
	{WriteSkew, "operation", "skewed by a concurrent write"},
	{PredicateAnomaly, "insert", "on an answer out of date"},
	{Unannounced, "outage", "not told of in time"},
	{ClearedEarly, "alert", "taken back too early"},
	{Misreported, "stretch", "of a backlog told wrongly"},
	{NotDurable, "operation", "gone after a crash"},
	{TakenBack, "operation", "taken by a restore and never delivered again"},
	{Shortfall, "operation", "not delivered in time"},
	{TooManyCalls, "call", "too many"},
	{TooManyLogins, "login", "too many"},
}

// maxCandidates is how many anomalies of one class compete for the smallest
// story.
const maxCandidates = 10 * MaxAnomalies

// candidate is an anomaly together with what its story is made of.
type candidate struct {
	Anomaly
	ops      []int32 // operations whose story it is
	commits  []int32 // further commits that belong to it
	requests []int   // further requests that belong to it
	during   []span  // times at which a fault may have led to it, beside those of its operations
	more     []Step  // what else the story tells
}

// bag counts anomalies and keeps the first of each class.
type bag struct {
	n    map[Class]int
	kept []*candidate
}

// add counts an anomaly. It is described only while its class has room, so
// that a million of them cost a count each. It returns nil when it was not.
func (b *bag) add(c Class, describe func() candidate) *candidate {
	b.tally(c)
	if b.n[c] > maxCandidates {
		return nil
	}
	return b.keep(c, describe())
}

// tally counts an anomaly that other ones stand for.
func (b *bag) tally(c Class) { b.tallyMany(c, 1) }

func (b *bag) tallyMany(c Class, n int) {
	if b.n == nil {
		b.n = map[Class]int{}
	}
	b.n[c] += n
}

// keep holds an anomaly that has been counted.
func (b *bag) keep(c Class, found candidate) *candidate {
	found.Class = c
	b.kept = append(b.kept, &found)
	return &found
}

func (b *bag) found() int {
	total := 0
	for _, n := range b.n {
		total += n
	}
	return total
}

// counts splits the total by class, in the order of classes.
func (b *bag) counts() []Count {
	var counts []Count
	for _, c := range classes {
		if n := b.n[c.class]; n > 0 {
			counts = append(counts, Count{string(c.class), n})
		}
	}
	return counts
}

// witnesses picks of each class the anomalies with the smallest stories.
func (b *bag) witnesses() []Anomaly {
	slices.SortStableFunc(b.kept, bySize)
	var picked []Anomaly
	for _, c := range classes {
		room := MaxAnomalies
		for _, a := range b.kept {
			if a.Class == c.class && room > 0 {
				picked = append(picked, a.Anomaly)
				room--
			}
		}
	}
	return picked
}

func bySize(a, b *candidate) int {
	return cmp.Or(
		cmp.Compare(len(a.Story), len(b.Story)),
		cmp.Compare(a.From, b.From),
		strings.Compare(a.Operation, b.Operation),
	)
}

// tally says counts by class in words: 3 operations lost, 17 duplicated.
func tally(counts []Count) string {
	var parts []string
	before := ""
	for _, c := range classes {
		n, found := figure(counts, string(c.class))
		if !found {
			continue
		}
		if c.noun == before {
			parts = append(parts, thousands(n)+" "+c.verb)
		} else {
			parts = append(parts, plural(n, c.noun)+" "+c.verb)
		}
		before = c.noun
	}
	return strings.Join(parts, ", ")
}
