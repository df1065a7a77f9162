package mocksf

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// Rules are what the administrators of an org set up to keep records in order,
// as Go functions. They hold for every way into the org. On one record
// triggers come first, then validations, then duplicate rules (Apex Developer
// Guide, Triggers and Order of Execution). Object names are taken in any case;
// one that the org lacks is a mistake, and New panics.
type Rules struct {
	Validations []Validation
	Duplicates  []DuplicateRule
	Triggers    []Trigger
}

// Validation is a validation rule: a record that it rejects fails with
// FIELD_CUSTOM_VALIDATION_EXCEPTION. It is not asked about deletions.
type Validation struct {
	Object string
	// Reject may be called from several goroutines, one at a time, and must not
	// call the org. A panic fails the call, or the bulk job, with
	// UNKNOWN_EXCEPTION.
	Reject  func(RecordChange) bool
	Message string
	Field   string // that the message stands at; "" is the top of the page
}

// DuplicateRule finds records that have the same values in all of its fields,
// none of them empty, in any case. A write that would make a second one fails
// with DUPLICATES_DETECTED. Records of one call are not compared with each
// other (Salesforce Help, Things to Know About Duplicate Rules).
type DuplicateRule struct {
	Object string
	Fields []string
	// Alert lets the record through when the request has the header
	// Sforce-Duplicate-Rule-Header: allowSave=true; otherwise nothing does.
	Alert bool
}

// Trigger is a before trigger. Its cost is service time of a request or bulk
// chunk that writes records of the object: Chunk for every 200 of them begun,
// Record for each.
type Trigger struct {
	Object string
	Chunk  time.Duration
	Record time.Duration
	// Run is told each record that is written or deleted, and may change it with
	// RecordChange.Set; nil for a trigger that only takes time. Its error fails the record: as
	// FIELD_CUSTOM_VALIDATION_EXCEPTION, as addError does, with the error's
	// text. A panic is an exception that nobody caught,
	// CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY. It may be called from several
	// goroutines, one at a time, and must not call the org.
	Run func(RecordChange) error
}

// RecordChange is a record that is about to be written or deleted.
type RecordChange struct {
	Op     commitlog.Op
	Object string
	w      store.Write
	before bool // the record can be changed
}

// ID is the record's id, which is known before a record is inserted.
func (c RecordChange) ID() string {
	if c.w.New != nil {
		return c.w.New.ID()
	}
	return c.w.Old.ID()
}

// New is the value that a field will have: string, float64, bool or nil; nil
// too for a field that the object lacks, and when the record is deleted.
func (c RecordChange) New(field string) any { return valueOf(c.w.Table, c.w.New, field) }

// Old is the value that a field has now; nil when the record is inserted.
func (c RecordChange) Old(field string) any { return valueOf(c.w.Table, c.w.Old, field) }

// Set gives a field another value before the record is written, as a before
// trigger does: a string, a number, a bool, a time, or nil. A required field may
// be filled so. It works within Trigger.Run, unless the record is deleted; a
// trigger that returns the error fails the record with it.
func (c RecordChange) Set(field string, value any) error {
	i, ok := c.w.Table.Field(field)
	if !ok {
		return apierr.InvalidField.New(field, c.Object)
	}
	if c.Op == commitlog.Delete || !c.before {
		return fmt.Errorf("mocksf: %s.%s cannot be set: only a trigger on records that are inserted or updated may", c.Object, field)
	}
	kind, text := plain(value)
	if err := c.w.Set(i, kind, text); err != nil {
		return err
	}
	return nil
}

func valueOf(t *store.Table, row *store.Row, field string) any {
	i, ok := t.Field(field)
	if !ok || row == nil {
		return nil
	}
	return row.Value(i)
}

// tableRules are the rules of one object.
type tableRules struct {
	validations []Validation
	duplicates  []duplicateRule
	triggers    []Trigger
}

type duplicateRule struct {
	fields []int
	alert  bool
}

// rulebook sorts the rules by their objects.
func (o *Org) rulebook(r Rules) map[*store.Table]*tableRules {
	book := map[*store.Table]*tableRules{}
	of := func(object string) (*store.Table, *tableRules) {
		t, ok := o.store.Table(object)
		if !ok {
			panic("mocksf: a rule is about " + object + ", which is no object of the org")
		}
		if book[t] == nil {
			book[t] = &tableRules{}
		}
		return t, book[t]
	}
	for _, v := range r.Validations {
		_, rules := of(v.Object)
		rules.validations = append(rules.validations, v)
	}
	for _, d := range r.Duplicates {
		t, rules := of(d.Object)
		rules.duplicates = append(rules.duplicates, newDuplicateRule(t, d))
	}
	for _, g := range r.Triggers {
		t, rules := of(g.Object)
		rules.triggers = append(rules.triggers, g)
		if g.Run != nil {
			t.Amend()
		}
	}
	return book
}

func newDuplicateRule(t *store.Table, d DuplicateRule) duplicateRule {
	rule := duplicateRule{alert: d.Alert}
	for _, name := range d.Fields {
		i, ok := t.Field(name)
		if !ok {
			panic("mocksf: a duplicate rule is about " + t.Name + "." + name + ", which is no field")
		}
		rule.fields = append(rule.fields, i)
	}
	if len(rule.fields) == 0 {
		panic("mocksf: a duplicate rule of " + t.Name + " has no fields")
	}
	t.Watch(rule.fields[0])
	return rule
}

// cost is how long the triggers take over n records of a table.
func (o *Org) cost(t *store.Table, n int) (d time.Duration) {
	rules := o.rules[t]
	if rules == nil || n <= 0 {
		return 0
	}
	for _, g := range rules.triggers {
		d += time.Duration((n+maxCollection-1)/maxCollection)*g.Chunk + time.Duration(n)*g.Record
	}
	return d
}

// fire runs the triggers on a record.
func (rules *tableRules) fire(w store.Write) *apierr.Error {
	for _, g := range rules.triggers {
		if err := g.fire(RecordChange{w.Op(), w.Table.Name, w, true}); err != nil {
			return err
		}
	}
	return nil
}

// check is what the other rules say about a record that is not deleted.
func (rules *tableRules) check(tx *store.Tx, w store.Write) *apierr.Error {
	change := RecordChange{w.Op(), w.Table.Name, w, false}
	for _, v := range rules.validations {
		if v.Reject(change) {
			return broken(v)
		}
	}
	for _, d := range rules.duplicates {
		if (!d.alert || !tx.Author().AllowDuplicates) && d.finds(tx, w) {
			return apierr.DuplicateFound.New()
		}
	}
	return nil
}

func broken(v Validation) *apierr.Error {
	err := apierr.RuleBroken.New(v.Message)
	if v.Field == "" {
		return err.On([]string{}...)
	}
	return err.On(v.Field)
}

// fire runs a trigger on one record.
func (g Trigger) fire(c RecordChange) (failed *apierr.Error) {
	if g.Run == nil {
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			failed = apierr.TriggerFailed.New(fmt.Sprintf("%sTrigger: execution of Before%s\n\ncaused by: %v", g.Object, title(string(c.Op)), p))
		}
	}()
	err := g.Run(c)
	if refused := (*apierr.Error)(nil); errors.As(err, &refused) {
		return refused
	}
	if err != nil {
		return apierr.RuleBroken.New(err.Error())
	}
	return nil
}

func title(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// finds tells whether another record, not written by this unit, has the same
// values.
func (d duplicateRule) finds(tx *store.Tx, w store.Write) bool {
	for _, f := range d.fields {
		if w.New.Text(f) == "" {
			return false
		}
	}
	for _, row := range tx.Find(w.Table, d.fields[0], w.New.Text(d.fields[0])) {
		if row.ID() != w.New.ID() && !tx.Fresh(row) && d.same(row, w.New) {
			return true
		}
	}
	return false
}

func (d duplicateRule) same(a, b *store.Row) bool {
	for _, f := range d.fields {
		if !strings.EqualFold(a.Text(f), b.Text(f)) {
			return false
		}
	}
	return true
}
