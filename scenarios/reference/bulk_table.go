package reference

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Table is the content of one Bulk job: an upsert of rows on one object.
type Table struct {
	Object  string
	Field   string // external id field, one of Columns
	Columns []string
	Rows    [][]string
	Txs     []*Transaction // the one that each row belongs to
}

// Tables sorts transactions of one upsert each into tables: by object,
// external id field and set of columns. A cell says something even when it is
// empty, so no row is put under a header that has more or fewer fields than it.
func Tables(txs []*Transaction, cell func(any) string) []Table {
	var tables []Table
	place := map[string]int{}
	for _, tx := range byParent(txs) {
		w := Writes(tx)[0]
		cells := Cells(w, cell)
		columns := sortedColumns(cells)
		key := w.Object + "\x00" + w.Field + "\x00" + strings.Join(columns, "\x00")
		i, known := place[key]
		if !known {
			i = len(tables)
			place[key] = i
			tables = append(tables, Table{Object: w.Object, Field: w.Field, Columns: columns})
		}
		tables[i].Add(tx, cells)
	}
	return tables
}

// byParent brings the children of one parent together. Each write of a child
// locks its parent, and chunks that run in parallel would fight for it
// (Bulk API guide, General Guidelines for Data Loads).
func byParent(txs []*Transaction) []*Transaction {
	parent := func(tx *Transaction) string {
		if p := tx.Records[0].Parent; p != nil {
			return p.ExternalID
		}
		return ""
	}
	sorted := slices.Clone(txs)
	slices.SortStableFunc(sorted, func(a, b *Transaction) int { return strings.Compare(parent(a), parent(b)) })
	return sorted
}

// Cells are the named cells of one row. A parent is named by its external id,
// in a column such as Account__r.Ext_Id__c.
func Cells(w Write, cell func(any) string) map[string]string {
	cells := make(map[string]string, len(w.Fields)+2)
	for name, value := range w.Fields {
		if !strings.EqualFold(name, w.Field) {
			cells[name] = cell(value)
		}
	}
	cells[w.Field] = w.Value
	if p := w.Parent; p != nil {
		cells[Relationship(p.Field)+"."+p.ExternalIDField] = p.ExternalID
	}
	return cells
}

func sortedColumns(cells map[string]string) []string {
	columns := make([]string, 0, len(cells))
	for name := range cells {
		columns = append(columns, name)
	}
	slices.Sort(columns)
	return columns
}

// Add appends the row of tx: of its cells, those that the table has columns for.
func (t *Table) Add(tx *Transaction, cells map[string]string) {
	row := make([]string, len(t.Columns))
	for i, name := range t.Columns {
		row[i] = cells[name]
	}
	t.Rows = append(t.Rows, row)
	t.Txs = append(t.Txs, tx)
}

// CSV is the table as it is uploaded: commas, LF, a header line.
func (t *Table) CSV() []byte {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	_ = w.Write(t.Columns) // a buffer takes everything
	_ = w.WriteAll(t.Rows)
	return buf.Bytes()
}

// nullCell clears a field; an empty cell would leave it as it is (Bulk API 2.0
// guide, Valid Date and Null Values).
const nullCell = "#N/A"

// Cell writes one value as a CSV cell. The empty string clears a text field,
// as it does in JSON. Numbers are written out: a cell takes no exponent.
func Cell(value any) string {
	switch v := value.(type) {
	case string:
		if v == "" {
			return nullCell
		}
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return plainNumber(v)
	}
	return nullCell
}

func plainNumber(n json.Number) string {
	if !strings.ContainsAny(n.String(), "eE") {
		return n.String()
	}
	f, _, err := big.ParseFloat(n.String(), 10, 200, big.ToNearestEven)
	if err != nil {
		return n.String()
	}
	return f.Text('f', -1)
}
