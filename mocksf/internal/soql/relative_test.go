package soql

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The expected spans are those of the SOQL reference's table of date literals,
// for a Wednesday in the first quarter.
func TestDateLiterals(t *testing.T) {
	now := time.Date(2026, 3, 4, 23, 59, 59, 0, time.UTC)
	for text, want := range map[string][2]string{
		"TODAY":                    {"2026-03-04", "2026-03-05"},
		"yesterday":                {"2026-03-03", "2026-03-04"},
		"TOMORROW":                 {"2026-03-05", "2026-03-06"},
		"LAST_90_DAYS":             {"2025-12-04", "2026-03-05"},
		"NEXT_90_DAYS":             {"2026-03-05", "2026-06-03"},
		"LAST_N_DAYS:0":            {"2026-03-04", "2026-03-05"},
		"LAST_N_DAYS:7":            {"2026-02-25", "2026-03-05"},
		"NEXT_N_DAYS:7":            {"2026-03-05", "2026-03-12"},
		"N_DAYS_AGO:7":             {"2026-02-25", "2026-02-26"},
		"THIS_WEEK":                {"2026-03-01", "2026-03-08"},
		"LAST_WEEK":                {"2026-02-22", "2026-03-01"},
		"NEXT_WEEK":                {"2026-03-08", "2026-03-15"},
		"LAST_N_WEEKS:2":           {"2026-02-15", "2026-03-01"},
		"THIS_MONTH":               {"2026-03-01", "2026-04-01"},
		"LAST_N_MONTHS:3":          {"2025-12-01", "2026-03-01"},
		"NEXT_N_MONTHS:10":         {"2026-04-01", "2027-02-01"},
		"N_MONTHS_AGO:3":           {"2025-12-01", "2026-01-01"},
		"THIS_QUARTER":             {"2026-01-01", "2026-04-01"},
		"LAST_FISCAL_QUARTER":      {"2025-10-01", "2026-01-01"},
		"NEXT_N_FISCAL_QUARTERS:2": {"2026-04-01", "2026-10-01"},
		"LAST_YEAR":                {"2025-01-01", "2026-01-01"},
		"N_FISCAL_YEARS_AGO:2":     {"2024-01-01", "2025-01-01"},
		"LAST_N_YEARS:2":           {"2024-01-01", "2026-01-01"},
	} {
		p, ok := readPeriod(text)
		require.True(t, ok, text)
		from, to := p.bounds(now)
		assert.Equal(t, want, [2]string{from.Format(time.DateOnly), to.Format(time.DateOnly)}, text)
	}
	for _, text := range []string{"", "TODAY:1", "LAST_N_DAYS", "LAST_N_DAYS:123456", "THIS_DAY", "NEXT_DECADE", "N_DAYS_AGO"} {
		_, ok := readPeriod(text)
		assert.False(t, ok, text)
	}
}

// TestSpansPastTheLastYear compares days with spans that no record can reach.
func TestSpansPastTheLastYear(t *testing.T) {
	for text, holds := range map[string]bool{"= NEXT_N_YEARS:99999": true, "< NEXT_N_YEARS:99999": false, "> NEXT_N_YEARS:99999": false, "< LAST_N_YEARS:99999": false, "= LAST_N_YEARS:99999": false} {
		op, literal, _ := strings.Cut(text, " ")
		p, ok := readPeriod(literal)
		require.True(t, ok)
		s := p.span(Date, noon)
		assert.Equal(t, holds, s.holds(map[string]Op{"=": Eq, "<": Lt, ">": Gt}[op], "2030-01-01"), text)
	}
}

func TestDateFunctions(t *testing.T) {
	at := time.Date(2026, 8, 15, 13, 0, 0, 0, time.UTC) // a Saturday
	for f, want := range map[Func]any{
		"CALENDAR_YEAR": 2026.0, "CALENDAR_QUARTER": 3.0, "CALENDAR_MONTH": 8.0, "DAY_IN_MONTH": 15.0, "DAY_IN_WEEK": 7.0, "DAY_IN_YEAR": 227.0,
		"HOUR_IN_DAY": 13.0, "WEEK_IN_MONTH": 3.0, "WEEK_IN_YEAR": 33.0, "FISCAL_YEAR": 2026.0, "FISCAL_QUARTER": 3.0, "FISCAL_MONTH": 8.0, dayOnly: "2026-08-15",
	} {
		assert.Equal(t, want, f.of(DateTime, at.UnixMilli()), f)
		if f != "HOUR_IN_DAY" && f != dayOnly {
			assert.Equal(t, want, f.of(Date, "2026-08-15"), f)
		}
	}
}
