package mocksf

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// describeGlobal lists the objects of the org.
func describeGlobal(r *request) reply {
	if !r.org.access.some.Load() && r.notSince(described) {
		return reply{status: http.StatusNotModified}
	}
	var list []map[string]any
	for _, t := range r.org.store.Tables() {
		if !r.hidden(t, wholeObject) {
			list = append(list, r.objectEntry(t))
		}
	}
	rep := object(map[string]any{"encoding": "UTF-8", "maxBatchSize": maxCollection, "sobjects": list})
	rep.header = http.Header{"Last-Modified": {described.Format(http.TimeFormat)}}
	return rep
}

// objectInfo answers the short description of an object.
func objectInfo(r *request) reply {
	t, err := r.table()
	if err != nil {
		return failure(err)
	}
	return object(map[string]any{"objectDescribe": r.objectEntry(t), "recentItems": json.RawMessage(r.recentItems(t))})
}

// describeObject answers all about an object and its fields.
func describeObject(r *request) reply {
	t, err := r.table()
	if err != nil {
		return failure(err)
	}
	if !r.org.access.some.Load() && r.notSince(described) {
		return reply{status: http.StatusNotModified}
	}
	d := r.objectEntry(t)
	d["fields"], d["childRelationships"] = r.describeFields(t), r.childRelationships(t)
	for _, name := range []string{"actionOverrides", "namedLayoutInfos", "supportedScopes"} {
		d[name] = []any{}
	}
	d["recordTypeInfos"] = []any{map[string]any{
		"active": true, "available": true, "defaultRecordTypeMapping": true, "developerName": "Master", "master": true,
		"name": "Master", "recordTypeId": "012000000000000AAA", "urls": map[string]string{},
	}}
	d["listviewable"], d["lookupLayoutable"], d["networkScopeFieldName"], d["compactLayoutable"] = nil, nil, nil, true
	rep := object(d)
	rep.header = http.Header{"Last-Modified": {described.Format(http.TimeFormat)}}
	return rep
}

// described is when the schema changed last: it never does.
var described = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

func (r *request) objectEntry(t *store.Table) map[string]any {
	label := orDefault(t.Object.Label, words(t.Name))
	path := r.base() + "/sobjects/" + t.Name
	d := map[string]any{
		"name": t.Name, "label": label, "labelPlural": plural(label), "keyPrefix": t.Prefix, "custom": schema.Custom(t.Name),
		"urls": map[string]string{"sobject": path, "describe": path + "/describe", "rowTemplate": path + "/{ID}"},
	}
	for name, yes := range objectTraits {
		d[name] = yes
	}
	for _, name := range []string{"createable", "updateable", "deletable", "undeletable", "triggerable"} {
		d[name] = objectTraits[name] && !t.Object.ReadOnly
	}
	return d
}

// objectTraits are the same for every object of the mock.
var objectTraits = map[string]bool{
	"activateable": false, "createable": true, "customSetting": false, "deepCloneable": false, "deletable": true,
	"deprecatedAndHidden": false, "feedEnabled": false, "hasSubtypes": false, "idEnabled": true, "isInterface": false,
	"isSubtype": false, "layoutable": true, "mergeable": false, "mruEnabled": true, "queryable": true,
	"replicateable": true, "retrieveable": true, "searchable": true, "searchLayoutable": true, "triggerable": true,
	"undeletable": true, "updateable": true,
}

// childRelationships are the lookups that lead to a table, as far as the request
// may know of them.
func (r *request) childRelationships(t *store.Table) []map[string]any {
	list := []map[string]any{}
	for _, c := range r.org.store.Tables() {
		if r.hidden(c, wholeObject) {
			continue
		}
		for i := len(schema.SystemFields); i < len(c.Fields); i++ {
			f := &c.Fields[i]
			if !strings.EqualFold(f.ReferenceTo, t.Name) || r.hidden(c, i) {
				continue
			}
			list = append(list, map[string]any{
				"childSObject": c.Name, "field": f.Name, "relationshipName": textOrNull(f.ChildName), "cascadeDelete": false,
				"restrictedDelete": false, "deprecatedAndHidden": false, "junctionIdListNames": []any{}, "junctionReferenceTo": []any{},
			})
		}
	}
	return list
}

// describeField answers what clients read about a field.
func describeField(t *store.Table, i int) map[string]any {
	f := &t.Fields[i]
	writeable := t.Writeable(i)
	d := map[string]any{
		"name": f.Name, "label": orDefault(f.Label, words(f.Name)), "type": string(f.Type), "soapType": soapType(f.Type),
		"nillable": !f.Required && i >= 8 && f.Type != schema.Boolean, "createable": writeable, "updateable": writeable,
		"custom": schema.Custom(f.Name), "externalId": f.ExternalID, "unique": f.IsUnique(), "caseSensitive": f.CaseSensitive,
		"idLookup": f.ExternalID || f.Type == schema.ID, "nameField": isName(t, i), "autoNumber": f.AutoNumber != "",
		"defaultedOnCreate": i < 8 || f.Type == schema.Boolean || f.AutoNumber != "", "restrictedPicklist": f.Restricted,
		"referenceTo": []string{}, "relationshipName": textOrNull(f.Relationship()), "picklistValues": picklist(f),
		"length": 0, "byteLength": 0, "precision": 0, "scale": 0, "digits": 0,
	}
	if f.ReferenceTo != "" {
		d["referenceTo"] = []string{f.ReferenceTo}
	}
	sizes(d, f)
	for name, yes := range fieldTraits {
		d[name] = yes
	}
	if f.Type == schema.Base64 {
		for _, name := range []string{"aggregatable", "filterable", "groupable", "sortable"} {
			d[name] = false
		}
	}
	for _, name := range fieldNulls {
		d[name] = nil
	}
	return d
}

func isName(t *store.Table, field int) bool {
	name, ok := nameField(t)
	return ok && name == field
}

func sizes(d map[string]any, f *schema.Field) {
	switch {
	case f.Type == schema.Int:
		d["digits"], d["precision"] = 9, 9
	case f.Type.Number():
		d["precision"], d["scale"] = 18, 2
	case f.Type == schema.Reference || f.Type == schema.ID:
		d["length"], d["byteLength"] = 18, 18
	case f.Type != schema.Boolean && f.Type != schema.Date && f.Type != schema.DateTime:
		d["length"], d["byteLength"] = f.MaxLength(), 3*f.MaxLength()
	}
}

// fieldTraits and fieldNulls are the same for every field of the mock.
var (
	fieldTraits = map[string]bool{
		"aggregatable": true, "aiPredictionField": false, "calculated": false, "cascadeDelete": false, "dependentPicklist": false,
		"deprecatedAndHidden": false, "displayLocationInDecimal": false, "encrypted": false, "filterable": true, "groupable": true,
		"highScaleNumber": false, "htmlFormatted": false, "namePointing": false, "permissionable": true, "polymorphicForeignKey": false,
		"queryByDistance": false, "restrictedDelete": false, "searchPrefilterable": false, "sortable": true, "writeRequiresMasterRead": false,
	}
	fieldNulls = []string{
		"calculatedFormula", "compoundFieldName", "controllerName", "defaultValue", "defaultValueFormula", "extraTypeInfo",
		"filteredLookupInfo", "inlineHelpText", "mask", "maskType", "referenceTargetField", "relationshipOrder",
	}
)

func picklist(f *schema.Field) []map[string]any {
	list := []map[string]any{}
	for _, v := range f.Values {
		list = append(list, map[string]any{"active": true, "defaultValue": false, "label": v, "validFor": nil, "value": v})
	}
	return list
}

func soapType(t schema.Type) string {
	switch {
	case t == schema.ID || t == schema.Reference:
		return "tns:ID"
	case t == schema.Int:
		return "xsd:int"
	case t.Number():
		return "xsd:double"
	case t == schema.Boolean:
		return "xsd:boolean"
	case t == schema.Date:
		return "xsd:date"
	case t == schema.DateTime:
		return "xsd:dateTime"
	case t == schema.Base64:
		return "xsd:base64Binary"
	}
	return "xsd:string"
}

func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// words makes a label out of an API name: Order_Line__c is Order Line,
// BillingCity is Billing City.
func words(name string) string {
	var b strings.Builder
	before := ' '
	for _, c := range strings.TrimSuffix(name, "__c") {
		if c == '_' {
			c = ' '
		}
		if unicode.IsUpper(c) && unicode.IsLower(before) {
			b.WriteRune(' ')
		}
		b.WriteRune(c)
		before = c
	}
	return b.String()
}
