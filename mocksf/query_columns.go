package mocksf

import (
	"slices"
	"strings"

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
	a.GroupBy = len(q.GroupBy) > 0
	for _, f := range result.Figures {
		a.Columns = append(a.Columns, figureColumn(f))
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
		switch {
		case c.Ways != nil:
			columns[i] = columnInfo{Name: c.Name, DisplayName: c.Name, Join: []columnInfo{}}
			for _, w := range c.Ways {
				columns[i].Join = append(columns[i].Join, r.shapeColumns(w.Shape)...)
			}
		case c.Of != nil:
			columns[i] = columnInfo{ApexType: apexTypes[c.Kind], Boolean: c.Kind == soql.Bool, Name: c.Name, DisplayName: c.Name, Join: []columnInfo{}, Text: c.Kind == soql.String}
		case c.Child != nil:
			columns[i] = columnInfo{Aggregate: true, Name: c.Name, DisplayName: c.Name, Join: r.shapeColumns(c.Child)}
		default:
			columns[i] = fieldColumn(t, c.Index)
			columns[i].Name, columns[i].DisplayName = c.Name, c.Name
			if c.Format != nil { // it is text by now
				columns[i].ApexType, columns[i].Text, columns[i].Number = "String", true, false
			}
		}
	}
	return columns
}

func fieldColumn(t *store.Table, i int) columnInfo {
	f := &t.Fields[i]
	return columnInfo{
		ApexType: apexType(f.Type), Boolean: f.Type == schema.Boolean, Name: f.Name, Custom: schema.Custom(f.Name), DisplayName: f.Name,
		Insertable: t.Writeable(i), Updatable: t.Writeable(i), Join: []columnInfo{}, Number: f.Type.Number(), Text: query.KindOf(f.Type) == soql.String && !f.Type.Compound(),
	}
}

// figureColumn describes an aggregate, or what is grouped by.
func figureColumn(f soql.Figure) columnInfo {
	c := columnInfo{
		Aggregate: true, ApexType: apexTypes[f.Kind], Boolean: f.Kind == soql.Bool, Name: f.Name, DisplayName: f.Name,
		Join: []columnInfo{}, Number: f.Kind == soql.Number, Text: f.Kind == soql.String,
	}
	if f.Whole {
		c.ApexType = "Integer"
	}
	if strings.HasPrefix(f.Name, "expr") {
		c.DisplayName = strings.ToLower(string(f.Expr.Func)) + "(" + f.Expr.Path.String() + ")"
	}
	return c
}

// apexTypes are Apex's names of the kinds.
var apexTypes = map[soql.Kind]string{
	soql.String: "String", soql.Number: "Double", soql.ID: "Id", soql.Bool: "Boolean", soql.Date: "Date", soql.DateTime: "Datetime",
}

func apexType(t schema.Type) string {
	switch t {
	case schema.Int:
		return "Integer"
	case schema.Address:
		return "Address"
	case schema.Location:
		return "Location"
	}
	return apexTypes[query.KindOf(t)]
}
