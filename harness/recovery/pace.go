package recovery

import "time"

// Pace is how fast the run went as a whole, whatever happened in it.
type Pace struct {
	Acceptance Latency `json:"acceptance"` // due to acknowledged
	Delivery   Latency `json:"delivery"`   // due to wholly in the target
	Throughput float64 `json:"throughput"` // operations delivered per second, from the first one due to the last delivery
	Calls      int     `json:"calls"`      // calls that reached the target
}

func paceOf(passages []passage, calls int) Pace {
	p := Pace{Calls: calls}
	var accepted, delivered []time.Duration
	first, last := never, never
	for i := range passages {
		g := &passages[i]
		if first == never || g.due < first {
			first = g.due
		}
		if g.accepted != never {
			accepted = append(accepted, g.accepted-g.due)
		}
		if g.completed != never {
			delivered, last = append(delivered, g.completed-g.due), max(last, g.completed)
		}
	}
	p.Acceptance, p.Delivery = distribution(accepted), distribution(delivered)
	p.Throughput = rate(len(delivered), last-first)
	return p
}
