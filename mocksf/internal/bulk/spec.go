package bulk

import (
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// Operation is what a job does with its rows.
type Operation string

// The operations of ingest jobs, and of query jobs.
const (
	Insert     Operation = "insert"
	Update     Operation = "update"
	Upsert     Operation = "upsert"
	Delete     Operation = "delete"
	HardDelete Operation = "hardDelete" // past the recycle bin
	Read       Operation = "query"
	ReadAll    Operation = "queryAll" // deleted records too
)

// deletes tells whether rows name records that are to go.
func (o Operation) deletes() bool { return o == Delete || o == HardDelete }

// reads tells whether the operation is a query.
func (o Operation) reads() bool { return o == Read || o == ReadAll }

// Spec is what a client asks for when it creates a job. Empty texts stand for
// the defaults.
type Spec struct {
	Object              string `json:"object"`
	Operation           string `json:"operation"`
	ExternalIDFieldName string `json:"externalIdFieldName"`
	ContentType         string `json:"contentType"`
	LineEnding          string `json:"lineEnding"`
	ColumnDelimiter     string `json:"columnDelimiter"`
	AssignmentRuleID    string `json:"assignmentRuleId"`
	Query               string `json:"query"` // of a query job
}

// Reads tells whether the job is a query.
func (s Spec) Reads() bool { return Operation(s.Operation).reads() }

// order is a spec that was found good.
type order struct {
	table     *store.Table
	operation Operation
	key       int // of an upsert: the field that names the record
	form      Format
}

// check turns a spec into an order. Codes and texts: Bulk API 2.0 guide,
// Errors, upper-cased as the REST doors answer them.
func (s Spec) check(st *store.Store, l Limits) (o order, err *apierr.Error) {
	if o, err = s.rows(st, l); err != nil {
		return o, err
	}
	if s.ContentType != "" && !strings.EqualFold(s.ContentType, "CSV") {
		return o, apierr.InvalidJob.New("Unsupported contentType '" + apierr.Short(s.ContentType) + "': ingest jobs take CSV")
	}
	o.form, err = parseFormat(s.ColumnDelimiter, s.LineEnding)
	return o, err
}

// rows checks what does not depend on the form of the data.
func (s Spec) rows(st *store.Store, l Limits) (o order, err *apierr.Error) {
	if o.operation, err = s.operation(l); err != nil {
		return o, err
	}
	if s.Object == "" {
		return o, apierr.InvalidJob.New("object not specified: name the sObject to load")
	}
	var ok bool
	if o.table, ok = st.Table(s.Object); !ok {
		return o, apierr.InvalidEntity.New(apierr.Short(s.Object))
	}
	o.key, err = s.keyField(o)
	return o, err
}

func (s Spec) operation(l Limits) (Operation, *apierr.Error) {
	switch op := Operation(s.Operation); {
	case op == HardDelete && !l.HardDelete:
		return "", apierr.FeatureNotEnabled.New("hardDelete operation requires special user profile permission, please contact your system administrator")
	case op == Insert || op == Update || op == Upsert || op.deletes():
		return op, nil
	}
	return "", apierr.InvalidJob.New("Unknown operation '" + apierr.Short(s.Operation) + "': use insert, update, upsert or delete")
}

func (s Spec) keyField(o order) (int, *apierr.Error) {
	if o.operation != Upsert {
		return store.FieldID, nil // clients send the name of other operations too, empty or not
	}
	if s.ExternalIDFieldName == "" {
		return 0, apierr.InvalidJob.New("externalIdFieldName not specified: an upsert needs it")
	}
	key, err := o.table.External(s.ExternalIDFieldName)
	if err != nil {
		return 0, apierr.InvalidJob.New("Field name provided, " + apierr.Short(s.ExternalIDFieldName) + " does not match an External ID for " + o.table.Name)
	}
	return key, nil
}
