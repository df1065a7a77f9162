package reference

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Result is what became of one transaction in one call or Bulk job.
type Result struct {
	Tx    *Transaction
	Class Class
	Cause string // why it was not delivered
}

// Sender delivers batches by the small, synchronous way. Every write in it may
// be repeated: that is why an unknown outcome needs no special care.
type Sender struct {
	Client *Client
	Path   func(object, field, value string) string
	Writes func(*Transaction) []Write
	// Read turns the answer to a batch into results, one for each transaction.
	Read func(Batch, Reply, func(*Failure) Class) []Result
}

// Send makes one attempt to deliver a batch.
func (s *Sender) Send(ctx context.Context, b Batch) []Result {
	call, err := s.call(b)
	if err != nil {
		return everyone(b, Permanent, err.Error())
	}
	reply, err := s.Client.Do(ctx, call)
	if err != nil {
		return s.failed(b, err)
	}
	return s.Read(b, reply, s.Client.Classify)
}

// failed is the result of a call that failed as a whole.
func (s *Sender) failed(b Batch, err error) []Result {
	class := s.Client.Class(err)
	if class == Permanent && s.isDelete(b) && alreadyGone(err) {
		return everyone(b, Delivered, "")
	}
	if class == Permanent && len(b.Txs) > 1 { // one of them is to blame: find out which
		for _, tx := range b.Txs {
			tx.alone = true
		}
		class = Retry
	}
	return everyone(b, class, err.Error())
}

func everyone(b Batch, class Class, cause string) []Result {
	results := make([]Result, len(b.Txs))
	for i, tx := range b.Txs {
		results[i] = Result{Tx: tx, Class: class, Cause: cause}
	}
	return results
}

// call picks the smallest kind of call that carries the batch.
func (s *Sender) call(b Batch) (Call, error) {
	switch {
	case b.Route.Kind == Units:
		return s.graphs(b)
	case len(b.Txs) > 1:
		return s.collection(b)
	}
	return s.row(s.Writes(b.Txs[0])[0])
}

// row is PATCH /sobjects/X/Field/value, or DELETE of it.
func (s *Sender) row(w Write) (Call, error) {
	path := s.Path(w.Object, w.Field, w.Value)
	if w.Delete {
		return Call{Method: http.MethodDelete, Path: path}, nil
	}
	return jsonCall(http.MethodPatch, path, w.Body(""))
}

// collection is PATCH /composite/sobjects/X/Field: up to 200 rows, each of
// which succeeds or fails by itself.
func (s *Sender) collection(b Batch) (Call, error) {
	records := make([]map[string]any, len(b.Txs))
	for i, tx := range b.Txs {
		w := s.Writes(tx)[0]
		records[i] = w.Body("")
		records[i][w.Field] = w.Value
		records[i]["attributes"] = map[string]string{"type": w.Object}
	}
	path := "/composite/sobjects/" + b.Route.Object + "/" + b.Route.Field
	return jsonCall(http.MethodPatch, path, map[string]any{"allOrNone": false, "records": records})
}

// graphs is POST /composite/graph: one graph for each transaction, all or
// nothing within the graph.
func (s *Sender) graphs(b Batch) (Call, error) {
	graphs := make([]graph, len(b.Txs))
	for i, tx := range b.Txs {
		graphs[i] = graph{ID: fmt.Sprintf("g%d", i), Nodes: s.nodes(tx)}
	}
	return jsonCall(http.MethodPost, "/composite/graph", map[string]any{"graphs": graphs})
}

type graph struct {
	ID    string `json:"graphId"`
	Nodes []node `json:"compositeRequest"`
}

type node struct {
	Method    string         `json:"method"`
	URL       string         `json:"url"`
	Reference string         `json:"referenceId"`
	Body      map[string]any `json:"body,omitempty"`
}

// nodes are the records of a unit. A child whose parent is in the same unit
// refers to the parent's node: so the order of the two is Salesforce's concern.
func (s *Sender) nodes(tx *Transaction) []node {
	var nodes []node
	references := map[[3]string]string{}
	for i, w := range s.Writes(tx) {
		if tx.isGone(i) {
			continue
		}
		n := node{Method: http.MethodPatch, Reference: fmt.Sprintf("r%d", i),
			URL: "/services/data/v" + s.Client.Version + s.Path(w.Object, w.Field, w.Value)}
		if w.Delete {
			n.Method = http.MethodDelete
		} else {
			n.Body = w.Body(parentReference(w.Parent, references))
			references[[3]string{w.Object, w.Field, w.Value}] = "@{" + n.Reference + ".id}"
		}
		nodes = append(nodes, n)
	}
	return nodes
}

func parentReference(p *Parent, references map[[3]string]string) string {
	if p == nil {
		return ""
	}
	return references[[3]string{p.Object, p.ExternalIDField, p.ExternalID}]
}

func jsonCall(method, path string, body any) (Call, error) {
	data, err := json.Marshal(body)
	return Call{Method: method, Path: path, Type: "application/json", Body: data}, err
}

func (s *Sender) isDelete(b Batch) bool {
	return len(b.Txs) == 1 && b.Route.Kind != Units && s.Writes(b.Txs[0])[0].Delete
}
