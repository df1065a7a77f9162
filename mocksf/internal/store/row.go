package store

import (
	"strconv"
	"time"

	"github.com/squall-harness/squall/mocksf/schema"
)

// Layout of date and time values: milliseconds, which are always 0 (see Stamp),
// and a zone without a colon.
const (
	DateTimeLayout = "2006-01-02T15:04:05.000-0700"
	DateLayout     = "2006-01-02"
)

// Row is one state of one record. It never changes: a write makes a new one,
// so a row that was read in a transaction may be used after it.
type Row struct {
	table    *Table
	values   packed
	created  int64 // Unix milliseconds
	modified int64
	n        uint32 // counting part of the id
	lsn      uint32 // of the commit that wrote it; 0 for what the org was delivered with
	deleted  bool
}

// Table is the table that the row belongs to.
func (r *Row) Table() *Table { return r.table }

// ID is the record's id of 18 characters.
func (r *Row) ID() string { return MakeID(r.table.Prefix, r.n) }

// Sequence is the counting part of the record's id, see MakeID.
func (r *Row) Sequence() uint32 { return r.n }

// Deleted tells whether the record is in the recycle bin.
func (r *Row) Deleted() bool { return r.deleted }

// LiveIn tells whether the record is one of t that is not deleted; nil is none.
func (r *Row) LiveIn(t *Table) bool { return alive(r) && r.table == t }

func alive(r *Row) bool { return r != nil && !r.deleted }

// LSN is the number of the commit that wrote this state; 0 for what the org was
// delivered with. In an open unit it is the number that the unit will get.
func (r *Row) LSN() uint64 { return uint64(r.lsn) }

// ExternalID is the value of the first external id field that holds one.
func (r *Row) ExternalID() string { return r.externalID(FieldID) }

// Text returns the value of a field as text: numbers in plain decimals, dates
// in Salesforce's layouts, booleans as true or false; "" is null.
func (r *Row) Text(field int) string {
	if field < systemFields {
		return r.systemText(field)
	}
	f := &r.table.Fields[field]
	if len(f.JoinOf) > 0 {
		return r.joined(f)
	}
	text := r.values.get(field)
	switch {
	case text != "":
		return text
	case f.Type == schema.Boolean:
		return "false"
	case f.SizeOf != "":
		return r.size(f)
	}
	return ""
}

// size is how many bytes a file of the record has.
func (r *Row) size(f *schema.Field) string {
	i, ok := r.table.Field(f.SizeOf)
	if !ok {
		return ""
	}
	return strconv.Itoa(fileSize(r.values.get(i)))
}

func (r *Row) systemText(field int) string {
	switch field {
	case FieldID:
		return r.ID()
	case FieldIsDeleted:
		return strconv.FormatBool(r.deleted)
	case FieldCreatedDate:
		return dateTime(r.created)
	case FieldLastModifiedDate, FieldSystemModstamp:
		return dateTime(r.modified)
	}
	if owner := r.values.get(field); owner != "" {
		return owner
	}
	return AdminID
}

func dateTime(ms int64) string { return Stamp(time.UnixMilli(ms)) }

// Stamp is a time as records, jobs and answers have it. Salesforce keeps whole
// seconds and shows milliseconds all the same (replies of live orgs), so two
// writes may well have one LastModifiedDate.
func Stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(DateTimeLayout) }

// moment is a time in the Unix milliseconds of a Row.
func moment(t time.Time) int64 { return t.Unix() * 1000 }

func (r *Row) joined(f *schema.Field) string {
	text := ""
	for _, name := range f.JoinOf {
		i, ok := r.table.Field(name)
		if !ok {
			continue
		}
		if part := r.values.get(i); part != "" && text != "" {
			text += " " + part
		} else {
			text += part
		}
	}
	return text
}

// Value returns the value of a field: string, float64, bool, or nil for null.
// Dates are text whose order is the order of time.
func (r *Row) Value(field int) any { return typed(&r.table.Fields[field], r.Text(field)) }

// Instant returns the time that a system field holds, in Unix milliseconds; ok
// is false for other fields.
func (r *Row) Instant(field int) (ms int64, ok bool) {
	switch field {
	case FieldCreatedDate:
		return r.created, true
	case FieldLastModifiedDate, FieldSystemModstamp:
		return r.modified, true
	}
	return 0, false
}

// typed turns the text of a value into the Go value of the field's type.
func typed(f *schema.Field, text string) any {
	switch {
	case f.Type == schema.Boolean:
		return text == "true"
	case text == "":
		return nil
	case f.Type.Number():
		n, _ := strconv.ParseFloat(text, 64) // checked when it was written
		return n
	}
	return text
}
