package fault

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"
)

// Schedule is a fault plan as drawn. It is data: saved with a run, it can be
// run again as it was.
type Schedule struct {
	Seed   uint64    `json:"seed"`
	Faults []Planned `json:"faults"`
}

// Planned is a fault with everything drawn. Times are nanoseconds from the
// start of the load in JSON.
type Planned struct {
	Fault
	Start time.Duration `json:"start"` // of its backup, where it goes back to one
	End   time.Duration `json:"end"`   // Start for faults that happen at once
	// Picks are the requests to hit, as positions among the matching ones from
	// 0 on, rising; none: every one.
	Picks []int `json:"picks,omitempty"`
}

// Plan draws the schedule. The same faults and seed give the same schedule;
// what is drawn for one fault depends on its name and on no other fault.
func Plan(faults []Fault, seed uint64) Schedule {
	s := Schedule{Seed: seed, Faults: make([]Planned, 0, len(faults))}
	for _, f := range faults {
		s.Faults = append(s.Faults, draw(f, seed))
	}
	return s
}

func draw(f Fault, seed uint64) Planned {
	h := fnv.New64a()
	_, _ = h.Write([]byte(f.Name))
	rng := rand.New(rand.NewPCG(seed, h.Sum64()))
	start := f.At + time.Duration(rng.Int64N(int64(max(f.Jitter, 0))+1))
	return Planned{Fault: f, Start: start - f.Back, End: start + f.For, Picks: choose(rng, f.Count, max(f.Among, f.Count))}
}

// choose draws count different numbers below among (Floyd's algorithm: one
// draw for each number chosen).
func choose(rng *rand.Rand, count, among int) []int {
	chosen := map[int]bool{}
	for j := among - count; j < among; j++ {
		pick := rng.IntN(j + 1)
		if chosen[pick] {
			pick = j
		}
		chosen[pick] = true
	}
	var picks []int
	for pick := range chosen {
		picks = append(picks, pick)
	}
	slices.Sort(picks)
	return picks
}

// step is one thing that the nemesis does: a fault begins or ends.
type step struct {
	at    time.Duration
	phase int
	fault Planned
}

// What happens first among steps of one instant: what is over ends before the
// next begins, except for what begins and ends at once.
const (
	phaseEnd = iota
	phaseBegin
	phaseEndAtOnce
)

func (s Schedule) steps() []step {
	var steps []step
	for _, f := range s.Faults {
		end := phaseEnd
		if f.End <= f.Start {
			end = phaseEndAtOnce
		}
		steps = append(steps, step{f.Start, phaseBegin, f}, step{f.End, end, f})
	}
	slices.SortStableFunc(steps, func(a, b step) int {
		if a.at != b.at {
			return int(max(-1, min(1, a.at-b.at)))
		}
		return a.phase - b.phase
	})
	return steps
}
