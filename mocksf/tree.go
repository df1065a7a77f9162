package mocksf

import (
	"net/http"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// maxTreeDepth is how many levels of records a tree may have (REST API guide,
// sObject Tree).
const maxTreeDepth = 5

// treeNode is one record of a tree, before its parent has an id.
type treeNode struct {
	ref    string
	parent int // position of the parent, -1 at the top
	lookup string
	table  *store.Table
	record jsontree.Value
	skip   []string // members that hold children
}

// planTree flattens the trees, parents first.
func planTree(r *request) {
	t, err := r.table()
	if err != nil {
		r.bad = err
		return
	}
	var nodes []treeNode
	if nodes, r.bad = r.flatten(nil, treeNode{parent: -1, table: t}, r.json.Get("records"), 1); r.bad != nil {
		return
	}
	if len(nodes) > maxCollection {
		r.bad = apierr.TooManyRecords.New(maxCollection)
		return
	}
	for _, n := range nodes {
		r.intend(n.table.Name, 1)
	}
	r.planned = nodes
}

// flatten appends the records of a list, each followed by its children.
func (r *request) flatten(nodes []treeNode, like treeNode, records jsontree.Value, depth int) ([]treeNode, *apierr.Error) {
	if records.Kind() != jsontree.Array || depth > maxTreeDepth {
		return nil, apierr.InvalidInput.New("A tree is an array of records, at most five levels deep")
	}
	for record := range records.Items() {
		n := like
		n.record, n.ref = record, record.Get("attributes").Get("referenceId").Text()
		if n.ref == "" {
			return nil, apierr.InvalidInput.New("Every record of a tree needs attributes.referenceId")
		}
		at := len(nodes)
		nodes = append(nodes, n)
		for name, member := range record.Members() {
			list := member.Get("records")
			if list.Kind() == jsontree.Absent {
				continue
			}
			child, lookup, ok := r.org.child(n.table, name)
			if !ok {
				return nil, apierr.InvalidField.New(name, n.table.Name)
			}
			nodes[at].skip = append(nodes[at].skip, name)
			var err *apierr.Error
			if nodes, err = r.flatten(nodes, treeNode{parent: at, lookup: lookup, table: child}, list, depth+1); err != nil {
				return nil, err
			}
		}
	}
	return nodes, nil
}

// child finds the objects below t by the relationship's name.
func (o *Org) child(t *store.Table, relationship string) (child *store.Table, lookup string, ok bool) {
	for _, c := range o.store.Tables() {
		for _, f := range c.Fields {
			if f.ChildName != "" && strings.EqualFold(f.ChildName, relationship) && strings.EqualFold(f.ReferenceTo, t.Name) {
				return c, f.Name, true
			}
		}
	}
	return nil, "", false
}

// serveTree inserts all records as one unit.
func serveTree(r *request) reply {
	nodes := r.planned.([]treeNode)
	ids := make([]string, len(nodes))
	dst := []byte(`{"hasErrors":false,"results":[`)
	err := r.write(func(tx *store.Tx) *apierr.Error {
		for i, n := range nodes {
			var err *apierr.Error
			if ids[i], err = n.insert(tx, ids); err != nil {
				dst = appendTreeError(n.ref, err)
				return err
			}
		}
		return nil
	})
	if err != nil {
		return answer(http.StatusBadRequest, dst)
	}
	for i, n := range nodes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsontree.AppendString(append(dst, `{"referenceId":`...), n.ref)
		dst = append(jsontree.AppendString(append(dst, `,"id":`...), ids[i]), '}')
	}
	return answer(http.StatusCreated, append(dst, ']', '}'))
}

func (n *treeNode) insert(tx *store.Tx, ids []string) (string, *apierr.Error) {
	d, err := draft(n.table, n.record, n.skip...)
	if err != nil {
		return "", err
	}
	if n.parent >= 0 {
		if err := d.Put(n.lookup, store.Text, ids[n.parent]); err != nil {
			return "", err
		}
	}
	return tx.Insert(d)
}

func appendTreeError(ref string, err *apierr.Error) []byte {
	dst := jsontree.AppendString([]byte(`{"hasErrors":true,"results":[{"referenceId":`), ref)
	return append(appendResultError(append(dst, `,"errors":[`...), err), `]}]}`...)
}
