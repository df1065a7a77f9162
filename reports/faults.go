package reports

import (
	"slices"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// faultRow is one fault with the promises whose stories it plays a part in.
type faultRow struct {
	history.Window
	Lasted time.Duration
	Broke  []string
}

func faultRows(s Summary) []faultRow {
	rows := make([]faultRow, len(s.Windows))
	for i, w := range s.Windows {
		rows[i] = faultRow{Window: w, Broke: brokenUnder(w.Fault, s)}
		if w.To != 0 {
			rows[i].Lasted = w.To - w.From
		}
	}
	return rows
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
