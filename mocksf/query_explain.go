package mocksf

import (
	"github.com/squall-harness/squall/mocksf/internal/query"
	"github.com/squall-harness/squall/mocksf/internal/soql"
)

// queryPlan is the only plan that the mock considers: an index, or all rows.
type queryPlan struct {
	Cardinality  int        `json:"cardinality"`
	Fields       []string   `json:"fields"`
	Operation    string     `json:"leadingOperationType"`
	Notes        []planNote `json:"notes"`
	RelativeCost float64    `json:"relativeCost"`
	Records      int        `json:"sobjectCardinality"`
	Object       string     `json:"sobjectType"`
}

// planNote says why an index was not used.
type planNote struct {
	Description string   `json:"description"`
	Fields      []string `json:"fields"`
	Table       string   `json:"tableEnumOrId"`
}

// explain answers how a query would run (REST API guide, Get Feedback on Query
// Performance).
func (r *request) explain(q *soql.Query, tables query.Tables) reply {
	plan, err := soql.Explain(q, tables)
	if err != nil {
		return queryFailure(err)
	}
	p := queryPlan{
		Cardinality: plan.Rows, Fields: plan.Fields, Operation: "Index", Notes: []planNote{},
		Records: plan.Total, Object: plan.Object, RelativeCost: float64(plan.Rows) / float64(max(plan.Total, 1)),
	}
	if !plan.Index {
		p.Fields, p.Operation = []string{}, "TableScan"
		p.Notes = append(p.Notes, planNote{"Not considering filter for optimization because unindexed", []string{}, plan.Object})
	}
	return object(map[string]any{"plans": []queryPlan{p}, "sourceQuery": q.Text})
}
