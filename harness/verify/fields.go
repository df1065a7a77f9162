package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// systemFields are written by Salesforce itself or stand for the record, not
// for data of the source (Object Reference, System Fields).
var systemFields = map[string]bool{
	"id": true, "ownerid": true, "recordtypeid": true, "isdeleted": true, "createddate": true, "createdbyid": true,
	"lastmodifieddate": true, "lastmodifiedbyid": true, "systemmodstamp": true, "currencyisocode": true, "attributes": true,
}

// verbatim tells whether a change carries every intended field with its value,
// and no others but those of extras.
func verbatim(rec *history.Record, change *commitlog.Change) bool {
	for field, want := range rec.Fields {
		if got, written := change.Fields[field]; !written || !equal(want, got) {
			return false
		}
	}
	return len(rec.Fields)+extras(rec, change) == len(change.Fields)
}

// extras counts the two fields that a change may well carry beside the intended
// ones: the external id and the lookup.
func extras(rec *history.Record, change *commitlog.Change) int {
	n := 0
	if beside(rec, change, rec.ExternalIDField) {
		n++
	}
	if p := rec.Parent; p != nil && p.Field != rec.ExternalIDField && beside(rec, change, p.Field) {
		n++
	}
	return n
}

// beside tells whether a field was written without being intended.
func beside(rec *history.Record, change *commitlog.Change, field string) bool {
	_, intended := rec.Fields[field]
	_, written := change.Fields[field]
	return written && !intended
}

// allowed tells whether a change may write this field: what was intended, the
// external id, lookups, system fields, those that the integration fills by
// itself, clearing what nobody asked about, and what the record held before.
func (d *damage) allowed(e *effect, field string, got any) bool {
	rec := d.intents[e.intent].rec
	if _, intended := rec.Fields[field]; intended || blank(got) {
		return true
	}
	if rec.Parent != nil && strings.EqualFold(field, rec.Parent.Field) {
		return true
	}
	text, _ := got.(string)
	if text != "" && (text == d.changeOf(e).ExternalID || looksLikeID(text)) {
		return true
	}
	if strings.EqualFold(field, rec.ExternalIDField) || systemFields[strings.ToLower(field)] || d.names.Filled(field) {
		return true
	}
	_, intended := written(rec.Fields, field)
	return intended || equal(d.before(e, field), got)
}

// looksLikeID tells whether a text has the form of a record's id, which is how
// lookups are written: 18 letters and digits.
func looksLikeID(s string) bool {
	if len(s) != 18 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// pointsRight tells whether the lookup holds the id of the intended parent.
func (d *damage) pointsRight(e *effect) bool {
	p := d.intents[e.intent].rec.Parent
	id, _ := d.value(e, p.Field).(string)
	name, known := d.known[id]
	return known && name.externalID == p.ExternalID && strings.EqualFold(name.object, p.Object)
}

// differences describes what e got wrong, fields in alphabetical order.
func (d *damage) differences(e *effect) []string {
	rec, change := d.intents[e.intent].rec, d.changeOf(e)
	var parts []string
	for _, field := range slices.Sorted(maps.Keys(rec.Fields)) {
		if want := rec.Fields[field]; !d.same(want, e, field) {
			parts = append(parts, fmt.Sprintf("%s: want %s, got %s", field, shown(want), shown(d.value(e, field))))
		}
	}
	if rec.Parent != nil && !d.pointsRight(e) {
		parts = append(parts, d.wrongParent(e))
	}
	for _, field := range slices.Sorted(maps.Keys(change.Fields)) {
		if !d.allowed(e, field, change.Fields[field]) {
			parts = append(parts, fmt.Sprintf("%s: want nothing, got %s", field, shown(change.Fields[field])))
		}
	}
	return parts
}

func (d *damage) wrongParent(e *effect) string {
	p := d.intents[e.intent].rec.Parent
	got := d.value(e, p.Field)
	id, _ := got.(string)
	want := target{p.Object, p.ExternalID}.name()
	if name, known := d.known[id]; known {
		return fmt.Sprintf("%s: want %s, got %s", p.Field, want, name.name())
	}
	return fmt.Sprintf("%s: want %s, got %s", p.Field, want, shown(got))
}

// equal compares values as Salesforce would store them: numbers by value,
// texts exactly, and an empty text is null.
func equal(want, got any) bool {
	if w, ok := want.(string); ok && w != "" {
		g, ok := got.(string)
		return ok && w == g
	}
	if blank(want) || blank(got) {
		return blank(want) && blank(got)
	}
	a, isNumber := number(want)
	b, alsoNumber := number(got)
	if isNumber || alsoNumber {
		return isNumber && alsoNumber && a == b
	}
	return reflect.DeepEqual(want, got)
}

func blank(v any) bool { return v == nil || v == "" }

// number reads a value that JSON, CSV or Go code may have left in any of the
// numeric types.
func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	}
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return float64(r.Int()), true
	case r.CanUint():
		return float64(r.Uint()), true
	case r.CanFloat():
		return r.Float(), true
	}
	return 0, false
}
