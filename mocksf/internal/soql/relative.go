package soql

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A date literal is a span of days: TODAY, LAST_MONTH, LAST_N_DAYS:7. Days are
// those of the org's clock in UTC, weeks begin on Sunday, the fiscal year is the
// calendar's (SOQL reference, Date Formats and Date Literals).
var (
	wholeSpan = regexp.MustCompile(`^(THIS|LAST|NEXT)_(?:FISCAL_)?(WEEK|MONTH|QUARTER|YEAR)$`)
	manySpan  = regexp.MustCompile(`^(LAST|NEXT)_N_(?:FISCAL_)?(DAY|WEEK|MONTH|QUARTER|YEAR)S:(\d{1,5})$`)
	pastSpan  = regexp.MustCompile(`^N_(?:FISCAL_)?(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO:(\d{1,5})$`)
)

// days are the literals about days, by the first and the last of them as
// counted from today.
var days = map[string][2]int{
	"TODAY": {0, 0}, "YESTERDAY": {-1, -1}, "TOMORROW": {1, 1}, "LAST_90_DAYS": {-90, 0}, "NEXT_90_DAYS": {1, 90},
}

// period is a date literal, read: the units from first to last, where 0 is the
// one that it is now.
type period struct {
	unit        string
	first, last int
}

// readPeriod reads a date literal in any case.
func readPeriod(text string) (period, bool) {
	text = strings.ToUpper(text)
	if d, ok := days[text]; ok {
		return period{"DAY", d[0], d[1]}, true
	}
	if m := wholeSpan.FindStringSubmatch(text); m != nil {
		n := map[string]int{"THIS": 0, "LAST": -1, "NEXT": 1}[m[1]]
		return period{m[2], n, n}, true
	}
	if m := pastSpan.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[2])
		return period{m[1], -n, -n}, true
	}
	m := manySpan.FindStringSubmatch(text)
	if m == nil {
		return period{}, false
	}
	n, _ := strconv.Atoi(m[3])
	switch {
	case m[1] == "NEXT":
		return period{m[2], 1, n}, true
	case m[2] == "DAY": // up to now, the other units end before the present one
		return period{m[2], -n, 0}, true
	}
	return period{m[2], -n, -1}, true
}

// bounds are the first day of the period and the first day after it.
func (p period) bounds(now time.Time) (from, to time.Time) {
	return p.start(now, p.first), p.start(now, p.last+1)
}

// start is the beginning of the unit that is n after the present one.
func (p period) start(now time.Time, n int) time.Time {
	y, m, d := now.UTC().Date()
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	switch p.unit {
	case "WEEK":
		return day(y, m, d-int(now.UTC().Weekday())+7*n)
	case "MONTH":
		return day(y, m+time.Month(n), 1)
	case "QUARTER":
		return day(y, m-(m-1)%3+time.Month(3*n), 1)
	case "YEAR":
		return day(y+n, 1, 1)
	}
	return day(y, m, d+n)
}

// span is a period in the normal form of a kind.
type span struct {
	kind     Kind
	from, to any
}

func (p period) span(kind Kind, now time.Time) span {
	from, to := p.bounds(now)
	if kind == DateTime {
		return span{kind, from.UnixMilli(), to.UnixMilli()}
	}
	return span{kind, dateText(from), dateText(to)}
}

// dateText is a day as text that compares as the day does. All that are past
// the last one that a record can hold are alike.
func dateText(day time.Time) string {
	if day.Year() > 9999 {
		return "9999-12-32"
	}
	return day.Format(time.DateOnly)
}

// holds compares a normal value with the span: what is before it is less, what
// is after it is greater.
func (s span) holds(op Op, v any) bool {
	if v == nil {
		return op == Ne
	}
	before, within := compare(s.kind, v, s.from) < 0, compare(s.kind, v, s.to) < 0
	switch op {
	case Eq:
		return !before && within
	case Ne:
		return before || !within
	case Lt:
		return before
	case Le:
		return within
	case Gt:
		return !within
	}
	return !before
}
