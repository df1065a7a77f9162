package soql

import (
	"slices"
	"strings"
	"time"
)

// Func is a function of a field, in capitals; "" is the field itself.
type Func string

// The aggregate functions. Figures of a group; nulls do not take part.
const (
	Count         Func = "COUNT"
	CountDistinct Func = "COUNT_DISTINCT"
	Sum           Func = "SUM"
	Avg           Func = "AVG"
	Min           Func = "MIN"
	Max           Func = "MAX"
)

var aggregates = []Func{Count, CountDistinct, Sum, Avg, Min, Max}

// Aggregate tells whether the function makes one value of many rows.
func (f Func) Aggregate() bool { return slices.Contains(aggregates, f) }

// toLabel shows a picklist value in the user's language; the mock knows one.
const toLabel Func = "TOLABEL"

const dayOnly Func = "DAY_ONLY"

// groupingOf tells subtotals from groups: 1 in the row that sums up a field of
// GROUP BY ROLLUP or CUBE, else 0.
const groupingOf Func = "GROUPING"

// ofGroup tells whether the function is asked of a group, not of a row.
func (f Func) ofGroup() bool { return f == groupingOf || f.Aggregate() }

// dateFunctions are taken in the org's time zone, which is UTC. The fiscal year
// is the calendar's, and weeks begin as the SOQL reference says: those of a year
// on January 1st, those of a month on its first day, the day of a week with
// Sunday (SOQL reference, Date Functions).
var dateFunctions = map[Func]func(time.Time) int{
	"CALENDAR_YEAR":    time.Time.Year,
	"CALENDAR_QUARTER": quarter,
	"CALENDAR_MONTH":   func(t time.Time) int { return int(t.Month()) },
	"FISCAL_YEAR":      time.Time.Year,
	"FISCAL_QUARTER":   quarter,
	"FISCAL_MONTH":     func(t time.Time) int { return int(t.Month()) },
	"DAY_IN_MONTH":     time.Time.Day,
	"DAY_IN_WEEK":      func(t time.Time) int { return int(t.Weekday()) + 1 },
	"DAY_IN_YEAR":      time.Time.YearDay,
	"HOUR_IN_DAY":      time.Time.Hour,
	"WEEK_IN_MONTH":    func(t time.Time) int { return (t.Day()-1)/7 + 1 },
	"WEEK_IN_YEAR":     func(t time.Time) int { return (t.YearDay()-1)/7 + 1 },
	dayOnly:            nil,
}

func quarter(t time.Time) int { return (int(t.Month())-1)/3 + 1 }

// counts tells whether the function's value is a number of things, whatever the
// field holds.
func (f Func) counts() bool { return f == Count || f == CountDistinct || f == groupingOf }

// functionNamed finds a function by its name in any case.
func functionNamed(name string) (Func, bool) {
	f := Func(strings.ToUpper(name))
	_, dated := dateFunctions[f]
	return f, dated || f.ofGroup() || f == toLabel
}

// kind is that of the function's value for a field of a kind; ok is false where
// the function does not take such a field.
func (f Func) kind(of Kind) (k Kind, ok bool) {
	switch f {
	case "", toLabel:
		return of, true
	case Count, CountDistinct, groupingOf:
		return Number, true
	case Sum, Avg:
		return Number, of == Number
	case Min, Max:
		return of, of != Bool && of != ID
	case dayOnly:
		return Date, of == DateTime
	case "HOUR_IN_DAY":
		return Number, of == DateTime
	}
	return Number, of == Date || of == DateTime
}

// whole tells whether the function of a field is a number without a fraction.
func (f Func) whole(of Column) bool {
	switch f {
	case "", toLabel, Sum, Min, Max:
		return of.Whole
	case Avg, dayOnly:
		return false
	}
	return true
}

// of computes a date function of a normal value that is not null.
func (f Func) of(kind Kind, v any) any {
	var t time.Time
	if kind == DateTime {
		t = time.UnixMilli(v.(int64)).UTC()
	} else {
		t, _ = time.Parse(time.DateOnly, v.(string)) // checked when it was written
	}
	if f == dayOnly {
		return t.Format(time.DateOnly)
	}
	return float64(dateFunctions[f](t))
}
