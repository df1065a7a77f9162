package reference

import (
	"fmt"
	"net/url"
	"strings"
)

// Write is one record as Salesforce is asked to write it: an upsert of Fields
// under Field = Value, or a delete of the record found there.
type Write struct {
	Object string
	Field  string // external id field
	Value  string // external id
	Parent *Parent
	Fields map[string]any
	Delete bool
}

// defaultExternalID is the external id field of records that name none.
const defaultExternalID = "Ext_Id__c"

// Writes says how a transaction is written, record by record.
//
// A record without an external id is an insert, and an insert cannot be
// repeated: after a lost answer nobody knows whether the record exists, and
// asking first ("is it there?") races with the call that is still under way.
// So it is upserted under an external id made of the transaction's id and the
// record's position, for example t-000042.0: a repetition finds the record of
// the first attempt and changes nothing. Salesforce enforces that the id is
// unique, which no bookkeeping on this side could.
func Writes(tx *Transaction) []Write {
	writes := make([]Write, len(tx.Records))
	for i, r := range tx.Records {
		w := Write{Object: r.Object, Field: r.ExternalIDField, Value: r.ExternalID,
			Parent: r.Parent, Fields: r.Fields, Delete: r.Op == "delete"}
		if w.Field == "" {
			w.Field = defaultExternalID
		}
		if w.Value == "" {
			w.Value = fmt.Sprintf("%s.%d", tx.ID, i)
		}
		writes[i] = w
	}
	return writes
}

// Path is the path of the record below /services/data/vXX.0. An external id
// is data: every character that means something in a URL is escaped, the plus
// sign too, which some servers read as a space.
func Path(object, field, value string) string {
	escaped := strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
	return "/sobjects/" + object + "/" + field + "/" + escaped
}

// Body is the JSON object for an upsert whose external id is in the path: the
// external id field itself must not be in it then. parent is the value of the
// lookup field; "" looks the parent up by its external id.
func (w Write) Body(parent string) map[string]any {
	body := make(map[string]any, len(w.Fields)+2)
	for name, value := range w.Fields {
		if !strings.EqualFold(name, w.Field) {
			body[name] = value
		}
	}
	switch {
	case w.Parent == nil:
	case parent != "":
		body[w.Parent.Field] = parent
	default:
		body[Relationship(w.Parent.Field)] = map[string]any{w.Parent.ExternalIDField: w.Parent.ExternalID}
	}
	return body
}

// Relationship is the name under which a lookup field's record is addressed:
// Account__c becomes Account__r, AccountId becomes Account (Salesforce Object
// Reference, Relationship Fields).
func Relationship(field string) string {
	if base, custom := strings.CutSuffix(field, "__c"); custom {
		return base + "__r"
	}
	return strings.TrimSuffix(field, "Id")
}
