package mutants

import (
	"maps"
	"slices"

	"github.com/squall-harness/squall/scenarios/reference"
)

var headerFromFirstRow = Mutant{
	Name:   "csv-header-from-first-row",
	Defect: "It takes the columns of a Bulk file from the first record: what only others have is dropped.",
	Source: "seen in the source of two public Go clients",
	Breaks: []string{integrity},
	Run:    with(func(p *reference.Parts) { p.Bulk.Tables = tablesByFirstRow }),
}

func tablesByFirstRow(txs []*reference.Transaction) []reference.Table {
	var tables []reference.Table
	place := map[string]int{}
	for _, tx := range txs {
		w := reference.Writes(tx)[0]
		cells := reference.Cells(w, reference.Cell)
		i, known := place[w.Object]
		if !known {
			i = len(tables)
			place[w.Object] = i
			columns := slices.Sorted(maps.Keys(cells))
			tables = append(tables, reference.Table{Object: w.Object, Field: w.Field, Columns: columns})
		}
		tables[i].Add(tx, cells)
	}
	return tables
}

var nullAsEmpty = Mutant{
	Name:   "null-as-empty",
	Defect: "It writes null as an empty cell on the Bulk path: the field is left alone instead of cleared.",
	Source: "seen in the source of public clients and in fixes of several others",
	Breaks: []string{integrity},
	Run: with(func(p *reference.Parts) {
		p.Bulk.Tables = func(txs []*reference.Transaction) []reference.Table {
			return reference.Tables(txs, func(value any) string {
				if value == nil {
					return ""
				}
				return reference.Cell(value)
			})
		}
	}),
}
