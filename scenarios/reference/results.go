package reference

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Read turns the answer to a batch into results. A status of 200 says that the
// call worked, not that its rows did: each row and each graph is looked at.
func Read(b Batch, reply Reply, classify func(*Failure) Class) []Result {
	switch {
	case b.Route.Kind == Units:
		return readGraphs(b, reply, classify)
	case len(b.Txs) > 1:
		return readCollection(b, reply, classify)
	}
	return readRow(b, reply)
}

// readRow believes 201 and 204, and 200 with a JSON body: a proxy's page has
// status 200 too.
func readRow(b Batch, reply Reply) []Result {
	if reply.Status == http.StatusOK && reply.Type != "application/json" {
		return unreadable(b, fmt.Errorf("answer is %q, not JSON", reply.Type))
	}
	return everyone(b, Delivered, "")
}

// unreadable is the result when nobody can tell what the answer means.
func unreadable(b Batch, err error) []Result {
	return everyone(b, Retry, "unreadable answer: "+err.Error())
}

func readCollection(b Batch, reply Reply, classify func(*Failure) Class) []Result {
	var rows []struct {
		Success bool       `json:"success"`
		Errors  []apiError `json:"errors"`
	}
	if err := reply.decode(&rows); err != nil {
		return unreadable(b, err)
	}
	if len(rows) != len(b.Txs) {
		return unreadable(b, fmt.Errorf("%d results for %d rows", len(rows), len(b.Txs)))
	}
	results := everyone(b, Delivered, "")
	for i, row := range rows { // results come in the order of the request
		if !row.Success {
			results[i].Class, results[i].Cause = judge(rowFailure(row.Errors), classify)
		}
	}
	return results
}

// graphAnswer is one graph of the answer of /composite/graph.
type graphAnswer struct {
	ID         string `json:"graphId"`
	Successful bool   `json:"isSuccessful"`
	Response   struct {
		Nodes []nodeAnswer `json:"compositeResponse"`
	} `json:"graphResponse"`
}

type nodeAnswer struct {
	Reference string          `json:"referenceId"`
	Status    int             `json:"httpStatusCode"`
	Body      json.RawMessage `json:"body"` // an array of errors when the node failed
}

func readGraphs(b Batch, reply Reply, classify func(*Failure) Class) []Result {
	var answer struct {
		Graphs []graphAnswer `json:"graphs"`
	}
	if err := reply.decode(&answer); err != nil {
		return unreadable(b, err)
	}
	byID := map[string]graphAnswer{}
	for _, g := range answer.Graphs {
		byID[g.ID] = g
	}
	results := everyone(b, Retry, "no answer for this graph")
	for i, tx := range b.Txs {
		if g, ok := byID[fmt.Sprintf("g%d", i)]; ok {
			results[i].Class, results[i].Cause = g.outcome(tx, classify)
		}
	}
	return results
}

func (g graphAnswer) outcome(tx *Transaction, classify func(*Failure) Class) (Class, string) {
	if g.Successful {
		return Delivered, ""
	}
	reference, failure := g.culprit()
	if tx.forgetGone(reference, failure) {
		return Retry, "a record to delete is gone already"
	}
	return judge(failure, classify)
}

// culprit is the node that really failed. The others only say that they were
// rolled back with it.
func (g graphAnswer) culprit() (reference string, failure *Failure) {
	failure = &Failure{Code: "PROCESSING_HALTED", Message: "the graph was not processed"}
	for _, n := range g.Response.Nodes {
		var entries []apiError
		if json.Unmarshal(n.Body, &entries) != nil || len(entries) == 0 {
			continue
		}
		if code := entries[0].code(); code != "PROCESSING_HALTED" && code != "ALL_OR_NONE_OPERATION_ROLLED_BACK" {
			f := rowFailure(entries)
			f.Status = n.Status
			return n.Reference, f
		}
	}
	return "", failure
}

func rowFailure(entries []apiError) *Failure {
	if len(entries) == 0 {
		return &Failure{Code: "UNKNOWN_EXCEPTION", Message: "refused without a reason"}
	}
	return &Failure{Code: entries[0].code(), Message: entries[0].Message}
}

func judge(f *Failure, classify func(*Failure) Class) (Class, string) { return classify(f), f.Error() }

// alreadyGone tells whether a delete failed because there is nothing to delete:
// its goal is reached, most likely by an attempt whose answer was lost.
func alreadyGone(err error) bool {
	var f *Failure
	return errors.As(err, &f) && (f.Code == "NOT_FOUND" || f.Code == "ENTITY_IS_DELETED")
}

// forgetGone leaves a delete that found nothing out of the unit's next attempt.
func (tx *Transaction) forgetGone(reference string, f *Failure) bool {
	var i int
	if _, err := fmt.Sscanf(reference, "r%d", &i); err != nil || !alreadyGone(f) || i >= len(tx.gone) {
		return false
	}
	tx.gone[i] = tx.Records[i].Op == "delete"
	return tx.gone[i]
}

func (tx *Transaction) isGone(i int) bool { return i < len(tx.gone) && tx.gone[i] }
