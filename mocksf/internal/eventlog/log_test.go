package eventlog

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

type plain struct {
	at     time.Time
	values map[string]string
}

func (p plain) At() time.Time              { return p.at }
func (p plain) Value(column string) string { return p.values[column] }

var midnight = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func at(d time.Duration) plain {
	return plain{midnight.Add(d), map[string]string{"URI": d.String(), "USER_ID": "005000000000001AAA"}}
}

func fresh(keep int) *Log {
	return New(Config{Hour: time.Hour, Keep: keep, Org: "00D000000000001AAA"})
}

func text(t *testing.T, f *File) string {
	var b strings.Builder
	n, err := f.WriteTo(&b)
	require.NoError(t, err)
	assert.EqualValues(t, f.Size(), n)
	assert.Len(t, b.String(), f.Size())
	return b.String()
}

func names(files []File) (all []string) {
	for _, f := range files {
		kind := "hourly"
		if f.Daily {
			kind = "daily"
		}
		all = append(all, fmt.Sprintf("%s %s %s by %s: %d", f.Type.Name, kind, f.Start.Format("2 15:04"), f.Created.Format("2 15:04"), strings.Count(strings.Join(f.Parts, ""), "\n")))
	}
	return all
}

func TestFilesByHourAndDay(t *testing.T) {
	l := fresh(100)
	l.Add(at(10*time.Minute), RestAPI, APITotalUsage)
	l.Add(at(20*time.Minute), RestAPI)
	l.Add(at(3*time.Hour), RestAPI)
	assert.Empty(t, l.Due(midnight.Add(time.Hour-1)))
	assert.Equal(t, []string{"ApiTotalUsage hourly 1 00:00 by 1 01:00: 1", "RestApi hourly 1 00:00 by 1 01:00: 2"}, names(l.Due(midnight.Add(time.Hour))))
	assert.Empty(t, l.Due(midnight.Add(3*time.Hour)))
	assert.Equal(t, []string{
		"RestApi hourly 1 03:00 by 1 04:00: 1", "ApiTotalUsage daily 1 00:00 by 2 00:00: 1", "RestApi daily 1 00:00 by 2 00:00: 3",
	}, names(l.Due(midnight.AddDate(30, 0, 0))), "a look long afterwards finds what was written on the way")
	l.Add(at(50*time.Hour), Login)
	assert.Len(t, l.Due(midnight.AddDate(1, 0, 0)), 2)
}

func TestDelay(t *testing.T) {
	l := New(Config{Hour: time.Minute, Delay: 3 * time.Minute, Keep: 5})
	l.Add(at(0), Login)
	assert.Empty(t, l.Due(midnight.Add(4*time.Minute-1)))
	assert.Len(t, l.Due(midnight.Add(4*time.Minute)), 1)
}

func TestTheOldestMakeRoom(t *testing.T) {
	l := fresh(3)
	for i := range 8 {
		l.Add(at(time.Duration(i)*time.Second), Login)
	}
	files := l.Due(midnight.Add(time.Hour))
	require.Len(t, files, 1)
	assert.Equal(t, 5, l.Dropped())
	for i, want := range []string{"5s", "6s", "7s"} {
		assert.Contains(t, strings.Split(files[0].Parts[0], "\n")[i], `"`+want+`"`)
	}
}

func TestCSV(t *testing.T) {
	l := fresh(10)
	l.Add(plain{midnight.Add(90 * time.Millisecond), map[string]string{
		"REQUEST_ID": "r-1", "URL": "https://x/\"y\"", "TYPE": "a\"b,\nc", "USER_ID": "005000000000001AAA",
	}}, ApexCallout)
	files := l.Due(midnight.Add(time.Hour))
	require.Len(t, files, 1)
	all := text(t, &files[0])
	assert.True(t, strings.HasPrefix(all, `"EVENT_TYPE","TIMESTAMP","REQUEST_ID","ORGANIZATION_ID","USER_ID","RUN_TIME","CPU_TIME","URI",`))
	assert.Contains(t, all, `"ApexCallout","20260301000000.090","r-1","00D000000000001","005000000000001","`)
	assert.Contains(t, all, `"""https://x/""y"""""`)
	rows, err := csv.NewReader(strings.NewReader(all)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 2)
	got := map[string]string{}
	for i, name := range rows[0] {
		got[name] = rows[1][i]
	}
	assert.Equal(t, "a\"b,\nc", got["TYPE"])
	assert.Equal(t, "2026-03-01T00:00:00.090Z", got["TIMESTAMP_DERIVED"])
	assert.Equal(t, "005000000000001AAA", got["USER_ID_DERIVED"])
}

func TestTypesAreWhole(t *testing.T) {
	for _, typ := range Types {
		names, types := strings.Split(typ.FieldNames(), ","), strings.Split(typ.FieldTypes(), ",")
		assert.Len(t, types, len(names), typ.Name)
		assert.Equal(t, "EVENT_TYPE", names[0])
		seen := map[string]bool{}
		for _, n := range names {
			assert.False(t, seen[n], "%s has %s twice", typ.Name, n)
			seen[n] = true
		}
	}
}

// Every event that was not pushed out is in one hourly file, that of its hour,
// and in one daily file.
func TestEveryEventIsFiledOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := fresh(rapid.IntRange(1, 20).Draw(t, "keep"))
		now, added, hourly, daily := time.Duration(0), 0, 0, 0
		count := func(files []File) {
			for _, f := range files {
				n := strings.Count(f.Parts[0], "\n")
				if !f.Daily {
					hourly += n
					for line := range strings.Lines(f.Parts[0]) {
						assert.Contains(t, line, f.Start.Format(`"20060102150405`)[:11])
					}
					continue
				}
				for _, p := range f.Parts {
					daily += strings.Count(p, "\n")
				}
			}
		}
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			now += time.Duration(rapid.IntRange(1, 10*3600).Draw(t, "seconds")) * time.Second
			count(l.Due(midnight.Add(now)))
			l.Add(at(now), RestAPI)
			added++
		}
		count(l.Due(midnight.Add(now + 48*time.Hour)))
		assert.Equal(t, added-l.Dropped(), hourly)
		assert.Equal(t, hourly, daily)
	})
}
