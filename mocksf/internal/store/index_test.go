package store

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/mocksf/schema"
)

// The law: an index finds what a plain list of all records finds, whatever was
// filed and taken out, growth and closed gaps included.
func TestIndexFindsWhatAListFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := newTable(&schema.Object{Name: "X", Fields: []schema.Field{{Name: "K", ExternalID: true, NotUnique: true}}}, "aA0")
		field := table.byName["K"]
		x := table.index(field)
		rows := map[uint32]string{}
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			n := uint32(rapid.IntRange(1, 100).Draw(t, "row"))
			for int(n) >= len(table.rows) {
				table.rows = append(table.rows, nil)
			}
			delete(rows, n)
			var row *Row
			if text := rapid.SampledFrom([]string{"", "a", "A", "own"}).Draw(t, "value"); text != "" {
				if text == "own" {
					text += strconv.Itoa(int(n))
				}
				rows[n] = text
				row = &Row{table: table, n: n, values: pack(append(make([]string, field), text))}
			}
			table.replace(n, row)
		}
		for n, text := range rows {
			var want []uint32
			for m, other := range rows {
				if x.key(other) == x.key(text) {
					want = append(want, m)
				}
			}
			assert.ElementsMatch(t, want, x.all(text))
			assert.Contains(t, x.all(text), n)
			_, count := x.first(text)
			assert.Equal(t, len(want), count)
		}
		assert.Empty(t, x.all("nobody's"))
	})
}
