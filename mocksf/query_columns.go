package mocksf

import (
	"slices"
	"strconv"

	"github.com/squall-harness/squall/mocksf/internal/query"
	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// columnInfo describes one column of a query's answer, for clients that lay
// out a table: the Salesforce CLI asks for it with ?columns=true.
type columnInfo struct {
	Aggregate   bool         `json:"aggregate"`
	ApexType    string       `json:"apexType"`
	Boolean     bool         `json:"booleanType"`
	Name        string       `json:"columnName"`
	Custom      bool         `json:"custom"`
	DisplayName string       `json:"displayName"`
	ForeignKey  *string      `json:"foreignKeyName"`
	Insertable  bool         `json:"insertable"`
	Join        []columnInfo `json:"joinColumns"`
	Number      bool         `json:"numberType"`
	Text        bool         `json:"textType"`
	Updatable   bool         `json:"updatable"`
}

// queryColumns is the answer to ?columns=true; there are no records in it.
type queryColumns struct {
	Columns    []columnInfo `json:"columnMetadata"`
	Entity     string       `json:"entityName"`
	GroupBy    bool         `json:"groupBy"`
	IDSelected bool         `json:"idSelected"`
	KeyPrefix  string       `json:"keyPrefix"`
}

// describeColumns answers for a query that was run.
func (r *request) describeColumns(q *soql.Query, result *soql.Result) reply {
	t, _ := r.org.store.Table(q.From.Text)
	a := queryColumns{Columns: []columnInfo{}, Entity: t.Name, KeyPrefix: t.Prefix}
	for i, f := range result.Counts {
		name := f.Name
		if name == "expr"+strconv.Itoa(i) {
			name = "count(" + q.Items[i].Path.String() + ")"
		}
		a.Columns = append(a.Columns, columnInfo{Aggregate: true, ApexType: "Integer", Name: f.Name, DisplayName: name, Join: []columnInfo{}, Number: true})
	}
	if result.Shape != nil {
		a.Columns = r.shapeColumns(result.Shape)
		a.IDSelected = slices.ContainsFunc(a.Columns, func(c columnInfo) bool { return c.Name == "Id" })
	}
	return jsonReply(a)
}

func (r *request) shapeColumns(s *soql.Shape) []columnInfo {
	t, _ := r.org.store.Table(s.Object)
	columns := make([]columnInfo, len(s.Columns))
	for i, c := range s.Columns {
		if c.Parent != nil {
			columns[i] = columnInfo{Name: c.Name, DisplayName: c.Name, Join: r.shapeColumns(c.Parent)}
		} else {
			columns[i] = fieldColumn(t, c.Index)
		}
	}
	return columns
}

func fieldColumn(t *store.Table, i int) columnInfo {
	f := &t.Fields[i]
	return columnInfo{
		ApexType: apexType(f.Type), Boolean: f.Type == schema.Boolean, Name: f.Name, Custom: schema.Custom(f.Name), DisplayName: f.Name,
		Insertable: t.Writeable(i), Updatable: t.Writeable(i), Join: []columnInfo{}, Number: f.Type.Number(), Text: query.KindOf(f.Type) == soql.String,
	}
}

func apexType(t schema.Type) string {
	switch query.KindOf(t) {
	case soql.Number:
		if t == schema.Int {
			return "Integer"
		}
		return "Double"
	case soql.ID:
		return "Id"
	case soql.Bool:
		return "Boolean"
	case soql.Date:
		return "Date"
	case soql.DateTime:
		return "Datetime"
	}
	return "String"
}
