package reports

import (
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// faultRow is one fault with the promises whose stories it plays a part in.
type faultRow struct {
	history.Window
	Lasted string
	Broke  []string
}

func faultRows(s Summary) []faultRow {
	rows := make([]faultRow, len(s.Windows))
	for i, w := range s.Windows {
		rows[i] = faultRow{Window: w, Lasted: lasted(w), Broke: brokenUnder(w.Fault, s)}
	}
	return rows
}

func lasted(w history.Window) string {
	switch {
	case w.To == 0:
		return "–"
	case w.To-w.From < time.Millisecond:
		return "an instant"
	}
	return seconds(w.To - w.From)
}

func brokenUnder(fault string, s Summary) []string {
	var broke []string
	for _, v := range s.Guarantees {
		for _, a := range v.Anomalies {
			if slices.Contains(a.Faults, fault) {
				broke = append(broke, string(v.Guarantee))
				break
			}
		}
	}
	return broke
}
