package fault

import (
	"fmt"
	"time"
)

var latency = Kind{
	Name:  "latency",
	Does:  "Every chunk of bytes arrives later by the delay.",
	Needs: []string{"for", "delay"},
	Takes: []string{"stream"},
	Hits:  "chunks of bytes delayed",
	check: func(f Fault) error {
		if f.Delay%time.Millisecond != 0 {
			return fmt.Errorf("delay is %v: write whole milliseconds", f.Delay)
		}
		return checkToxic(latencyToxic(f))
	},
	begin: func(n *Nemesis, w *window) (effect, error) { return poison(n, w, latencyToxic(w.planned.Fault)) },
}

func latencyToxic(f Fault) Toxic {
	return Toxic{Type: "latency", Stream: f.Stream, Attributes: map[string]any{"latency": f.Delay.Milliseconds()}}
}
