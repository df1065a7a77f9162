package bulk

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func rowsOf(text string, f Format) (rows [][]string, err error) {
	s := NewScanner(text, f)
	for s.Next() {
		rows = append(rows, append([]string{}, s.Cells()...))
	}
	return rows, s.Err()
}

var comma = Format{Delimiter: ','}

func TestScannerReads(t *testing.T) {
	for _, c := range []struct {
		name, text string
		form       Format
		rows       [][]string
	}{
		{"nothing", "", comma, nil},
		{"empty lines only", "\n\n", comma, nil},
		{"plain", "a,b\nc,d\n", comma, [][]string{{"a", "b"}, {"c", "d"}}},
		{"no line end at the end", "a,b\nc,d", comma, [][]string{{"a", "b"}, {"c", "d"}}},
		{"empty cells", ",\n,x,\n\"\",", comma, [][]string{{"", ""}, {"", "x", ""}, {"", ""}}},
		{"quotes", "\"a,\n\"\"b\",c\n\"\"\"\"\n", comma, [][]string{{"a,\n\"b", "c"}, {`"`}}},
		{"CRLF", "a,\"b\r\nc\"\r\n\r\nd,\"e\"\r\n", Format{',', true}, [][]string{{"a", "b\r\nc"}, {"d", "e"}}},
		{"lone CR is text", "a\rb,c\n", comma, [][]string{{"a\rb", "c"}}},
		{"tab", "a\tb,c\n", Format{Delimiter: '\t'}, [][]string{{"a", "b,c"}}},
		{"not ASCII", "é`世\n", Format{Delimiter: '`'}, [][]string{{"é", "世"}}},
	} {
		rows, err := rowsOf(c.text, c.form)
		assert.NoError(t, err, c.name)
		assert.Equal(t, c.rows, rows, c.name)
	}
}

func TestScannerRefuses(t *testing.T) {
	for _, c := range []struct {
		text   string
		form   Format
		reason string
	}{
		{"a\n\"b", comma, "line 2: a quoted value is not closed"},
		{"a\n\"b\nc\"d", comma, "line 3: text follows the closing quote"},
		{"a\nb\"c\n", comma, "line 2: a quote in the middle"},
		{"a\r\n", comma, "LineEnding is invalid on user data. Current LineEnding setting is LF"},
		{"\"a\"\r\n", comma, "Current LineEnding setting is LF"},
		{"a\n", Format{',', true}, "Current LineEnding setting is CRLF"},
		{"\"a\"\n", Format{',', true}, "Current LineEnding setting is CRLF"},
	} {
		s := NewScanner(c.text, c.form)
		for s.Next() {
		}
		assert.ErrorContains(t, s.Err(), c.reason, c.text)
		assert.False(t, s.Next(), "the scan stays ended")
	}
}

func TestScannerKnowsWhereRowsAre(t *testing.T) {
	text := "h\n\na,\"x\ny\"\nb\n\"bad"
	s := NewScanner(text, comma)
	var parts []string
	for s.Next() {
		parts = append(parts, text[s.Start():s.End()])
	}
	assert.Equal(t, []string{"h\n", "a,\"x\ny\"\n", "b\n"}, parts)
	assert.Equal(t, "\"bad", text[s.Start():])
	s.Reset("z\n")
	require.True(t, s.Next())
	assert.Equal(t, []string{"z"}, s.Cells())
}

func TestAppendRowReadsBack(t *testing.T) {
	for _, f := range []Format{comma, {'|', true}, {Delimiter: '\t'}} {
		want := []string{"", "plain", `say "hi"`, "two\nlines", "a,b|c\td", `"`}
		rows, err := rowsOf(string(f.AppendRow(nil, want...)), f)
		require.NoError(t, err)
		assert.Equal(t, [][]string{want}, rows)
	}
}

// FuzzScanner holds the scanner against encoding/csv: the same rows wherever
// that reads the text, an error wherever it refuses. Carriage returns are left
// out, since encoding/csv drops them; the CRLF form is checked by writing the
// same text with the other line end.
func FuzzScanner(f *testing.F) {
	for _, seed := range []string{"a,b\nc,d\n", "\"a\"\"b\",\n\n,\"x\ny\"", "\"", "a\"b", ",,\n", "\"a\" ,b", "é,世\n\"\"", "\n\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "\r") {
			return
		}
		r := csv.NewReader(strings.NewReader(text))
		r.FieldsPerRecord = -1
		want, wantErr := r.ReadAll()
		got, err := rowsOf(text, comma)
		require.Equal(t, wantErr == nil, err == nil, "%v / %v", wantErr, err)
		if err != nil {
			return
		}
		require.Equal(t, want, got)
		other, err := rowsOf(strings.ReplaceAll(text, "\n", "\r\n"), Format{',', true})
		require.NoError(t, err)
		for _, row := range other {
			for i := range row {
				row[i] = strings.ReplaceAll(row[i], "\r\n", "\n")
			}
		}
		require.Equal(t, want, other)
	})
}
