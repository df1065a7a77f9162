package mocksf

import (
	"net/http"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// The limits of one call (REST API guide, sObject Tree).
const (
	maxTreeDepth = 5 // levels of records
	maxTreeKinds = 5 // objects
)

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
	if nodes, r.bad = flatten(nil, treeNode{parent: -1, table: t}, r.json.Get("records"), 1); r.bad != nil {
		return
	}
	if r.bad = checkTree(nodes); r.bad != nil {
		return
	}
	for _, n := range nodes {
		r.intend(n.table.Name, 1)
	}
	r.planned = nodes
}

// checkTree holds all records of a call against its limits.
func checkTree(nodes []treeNode) *apierr.Error {
	refs, kinds := map[string]bool{}, map[*store.Table]bool{}
	for _, n := range nodes {
		if refs[n.ref] {
			return apierr.InvalidInput.New("Duplicate reference ID: '" + short(n.ref) + "'")
		}
		refs[n.ref], kinds[n.table] = true, true
	}
	switch {
	case len(nodes) > maxCollection:
		return apierr.TooManyRecords.New(maxCollection)
	case len(kinds) > maxTreeKinds:
		return apierr.LimitExceeded.New("The trees have records of more than 5 objects")
	}
	return nil
}

// flatten appends the records of a list, each followed by its children.
func flatten(nodes []treeNode, like treeNode, records jsontree.Value, depth int) ([]treeNode, *apierr.Error) {
	if records.Kind() != jsontree.Array || depth > maxTreeDepth {
		return nil, apierr.InvalidInput.New("A tree is an array of records, at most five levels deep")
	}
	for record := range records.Items() {
		n := like
		n.record, n.ref = record, record.Get("attributes").Get("referenceId").Text()
		if n.ref == "" {
			return nil, apierr.InvalidInput.New("Every record of a tree needs attributes.referenceId")
		}
		if kind := record.Get("attributes").Get("type").Text(); kind != "" && !strings.EqualFold(kind, n.table.Name) {
			return nil, apierr.InvalidInput.New("The record " + short(n.ref) + " is of type " + short(kind) + ", and its place is for " + n.table.Name)
		}
		at := len(nodes)
		nodes = append(nodes, n)
		for name, member := range record.Members() {
			list := member.Get("records")
			if list.Kind() == jsontree.Absent {
				continue
			}
			child, lookup, ok := n.table.Child(name)
			if !ok {
				return nil, apierr.InvalidField.New(name, n.table.Name)
			}
			nodes[at].skip = append(nodes[at].skip, name)
			var err *apierr.Error
			if nodes, err = flatten(nodes, treeNode{parent: at, lookup: child.Fields[lookup].Name, table: child}, list, depth+1); err != nil {
				return nil, err
			}
		}
	}
	return nodes, nil
}

// serveTree inserts all records as one unit. Each record that fails is told;
// those below it are not tried.
func serveTree(r *request) reply {
	nodes := r.planned.([]treeNode)
	ids, wrong := make([]string, len(nodes)), make([]*apierr.Error, len(nodes))
	failed := r.write(func(tx *store.Tx) (first *apierr.Error) {
		for i, n := range nodes {
			if n.parent >= 0 && ids[n.parent] == "" {
				continue
			}
			ids[i], wrong[i] = n.insert(tx, ids)
			if first == nil {
				first = wrong[i]
			}
		}
		return first
	})
	if failed != nil {
		return answer(http.StatusBadRequest, appendTreeErrors(nodes, wrong))
	}
	dst := []byte(`{"hasErrors":false,"results":[`)
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
	row, err := tx.Insert(d)
	if err != nil {
		return "", err
	}
	return row.ID(), nil
}

func appendTreeErrors(nodes []treeNode, wrong []*apierr.Error) []byte {
	dst := []byte(`{"hasErrors":true,"results":[`)
	for i, err := range wrong {
		if err == nil {
			continue
		}
		if dst[len(dst)-1] != '[' {
			dst = append(dst, ',')
		}
		dst = jsontree.AppendString(append(dst, `{"referenceId":`...), nodes[i].ref)
		dst = append(appendResultError(append(dst, `,"errors":[`...), err), "]}"...)
	}
	return append(dst, "]}"...)
}
