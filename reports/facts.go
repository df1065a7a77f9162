package reports

import (
	"fmt"
	"strings"
	"time"

	"github.com/squall-harness/squall/harness/recovery"
)

// fact is one line of a table of figures.
type fact struct {
	Label, Value, Note string
}

// recoveryFacts are the milestones of the outage, in the order of time.
func recoveryFacts(s Summary) []fact {
	f := s.Recovery
	if f.HealedAt == 0 {
		return []fact{{"Healed", "never", "no fault of this run had to be healed, or it ended before"}}
	}
	return []fact{
		{"Healed", seconds(f.HealedAt), "all faults are over"},
		{"Backlog at the heal", thousands(f.BacklogAtHeal) + " operations", ""},
		{"First success", orNever(f.FirstSuccess), afterHeal(f.FirstSuccess, f)},
		{"Peak backlog", thousands(f.Peak) + " operations", "at " + seconds(f.PeakAt)},
		{"Drained", orNever(f.DrainedAt), drainNote(s)},
		{"Drain rate", orDash(f.DrainRate), "operations from the heal until drained"},
		{"Caught up", orNever(f.CaughtUpAt), "backlog back at its level before the faults"},
	}
}

func orNever(at time.Duration) string {
	if at == 0 {
		return "never"
	}
	return seconds(at)
}

func orUnknown(l recovery.Latency, d time.Duration) string {
	if l.N == 0 {
		return "–"
	}
	return seconds(d)
}

func orDash(perSecond float64) string {
	if perSecond == 0 {
		return "–"
	}
	return rate(perSecond)
}

func afterHeal(at time.Duration, f recovery.Figures) string {
	if at == 0 {
		return ""
	}
	return seconds(at-f.HealedAt) + " after the heal"
}

func drainNote(s Summary) string {
	budget := ""
	if s.Scenario.Budget > 0 {
		budget = "budget " + seconds(s.Scenario.Budget)
	}
	if s.Recovery.DrainedAt == 0 {
		return strings.TrimPrefix("something accepted before the heal is missing; "+budget, "; ")
	}
	return strings.TrimSuffix(seconds(s.Recovery.Drain)+" after the heal; "+budget, "; ")
}

// phase is the latency of the operations of one part of the run.
type phase struct {
	Name, Meaning string
	recovery.Latency
}

func phases(f recovery.Figures) []phase {
	return []phase{
		{"Before", "due before the first fault", f.Before},
		{"Drain", "due between heal and drained", f.During},
		{"After", "due after drained", f.After},
	}
}

func loadFacts(l Load) []fact {
	share := 0.0
	if l.Target > 0 {
		share = l.Achieved / l.Target
	}
	return []fact{
		{"Target", rate(l.Target), "operations that the scenario asks for"},
		{"Achieved", rate(l.Achieved), percent(share) + " of the target"},
		{"Lag of the harness", seconds(l.LagP99), "99th percentile of how late it offered"},
	}
}

func countFacts(o Operations) []fact {
	return []fact{
		{"Offered", thousands(o.Offered), fmt.Sprintf("%s with more than one record; %s records in all", thousands(o.Units), thousands(o.Records))},
		{"Accepted", thousands(o.Accepted), fmt.Sprintf("after %s attempts", thousands(o.Attempts))},
		{"Refused", thousands(o.Refused), "definitely not accepted"},
		{"Unknown", thousands(o.Unknown), "never definitely answered"},
		{"Committed", thousands(o.Committed), "accepted and wholly in the target at the end"},
		{"Commits", thousands(o.Commits), "atomic changes that the target made"},
		{"Requests", thousands(o.Requests), "calls that reached the target"},
	}
}

func environmentFacts(s Summary) []fact {
	e := s.Environment
	return []fact{
		{"Subject", s.Subject.Name, s.Subject.Command},
		{"Started", e.Started.UTC().Format("2006-01-02 15:04:05 UTC"), "took " + seconds(e.Took)},
		{"Seed", fmt.Sprint(s.Seed), "fixes the plan of load and faults, not the interleaving"},
		{"Squall", e.Squall, e.Go},
		{"Machine", e.OS, fmt.Sprintf("%d CPUs", e.CPUs)},
	}
}
