package mocksf

import (
	"strings"
	"unicode"

	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// describeField answers what clients read about a field.
func describeField(t *store.Table, i int) map[string]any {
	f := &t.Fields[i]
	writeable := t.Writeable(i)
	d := map[string]any{
		"name": f.Name, "label": labelOf(t, i), "type": string(f.Type), "soapType": soapType(f.Type),
		"nillable": !f.Required && i >= 8 && f.Type != schema.Boolean && len(f.JoinOf) == 0, "createable": writeable, "updateable": writeable,
		"custom": schema.Custom(f.Name), "externalId": f.ExternalID, "unique": f.IsUnique(), "caseSensitive": f.CaseSensitive,
		"idLookup": f.ExternalID || f.Type == schema.ID, "nameField": isName(t, i), "autoNumber": f.AutoNumber != "",
		"defaultedOnCreate": i < 8 || f.Type == schema.Boolean || f.AutoNumber != "", "restrictedPicklist": f.Restricted,
		"referenceTo": []string{}, "relationshipName": textOrNull(f.Relationship()), "picklistValues": picklist(f),
		"length": 0, "byteLength": 0, "precision": 0, "scale": 0, "digits": 0,
	}
	if f.Targets() != nil {
		d["referenceTo"] = f.Targets()
	}
	sizes(d, f)
	for name, yes := range fieldTraits {
		d[name] = yes
	}
	d["namePointing"], d["polymorphicForeignKey"] = f.Polymorphic(), f.Polymorphic()
	for _, name := range fieldNulls {
		d[name] = nil
	}
	d["compoundFieldName"] = compound(t, f)
	if f.Type == schema.Boolean {
		d["defaultValue"] = false
	}
	for _, name := range unfit[f.Type] {
		d[name] = false
	}
	d["queryByDistance"] = f.Type.Compound()
	return d
}

// labelOf is what people call a field. Ids of other records end in ID, that of the
// record itself names the object (Field Reference Guide).
func labelOf(t *store.Table, i int) string {
	f := &t.Fields[i]
	label := orDefault(f.Label, words(f.Name))
	switch {
	case f.Label != "" || schema.Custom(f.Name):
		return label
	case i == store.FieldIsDeleted:
		return "Deleted"
	case i == store.FieldID && schema.Custom(t.Name):
		return "Record ID"
	case i == store.FieldID && (t.Name == "Task" || t.Name == "Event"):
		return "Activity ID"
	case i == store.FieldID:
		return orDefault(t.Object.Label, words(t.Name)) + " ID"
	}
	if before, ok := strings.CutSuffix(label, " Id"); ok {
		return before + " ID"
	}
	return label
}

// unfit is what cannot be done with fields of some types.
var unfit = map[schema.Type][]string{
	schema.Base64:   {"aggregatable", "filterable", "groupable", "sortable"},
	schema.Address:  {"aggregatable", "groupable", "sortable"},
	schema.Location: {"aggregatable", "groupable", "sortable"},
}

// compound is the field that a field is a part of, nil for none: Name is made
// of the names of a person, an address of its parts.
func compound(t *store.Table, f *schema.Field) any {
	for i := range t.Fields {
		whole := &t.Fields[i]
		if among(whole.JoinOf, f.Name) {
			return whole.Name
		}
		for _, c := range whole.Components() {
			if strings.EqualFold(c.Field, f.Name) {
				return whole.Name
			}
		}
	}
	return nil
}

func isName(t *store.Table, field int) bool {
	name, ok := t.NameField()
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
	case f.Type.Compound():
	case f.Type != schema.Boolean && f.Type != schema.Date && f.Type != schema.DateTime:
		d["length"], d["byteLength"] = f.MaxLength(), 3*f.MaxLength()
	}
}

// fieldTraits and fieldNulls are the same for every field of the mock.
var (
	fieldTraits = map[string]bool{
		"aggregatable": true, "aiPredictionField": false, "calculated": false, "cascadeDelete": false, "dependentPicklist": false,
		"deprecatedAndHidden": false, "displayLocationInDecimal": false, "encrypted": false, "filterable": true,
		"formulaTreatNullNumberAsZero": false, "groupable": true, "highScaleNumber": false, "htmlFormatted": false, "permissionable": true,
		"restrictedDelete": false, "searchPrefilterable": false, "sortable": true, "writeRequiresMasterRead": false,
	}
	fieldNulls = []string{
		"calculatedFormula", "controllerName", "defaultValue", "defaultValueFormula", "extraTypeInfo",
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
	case t.Compound():
		return "urn:" + string(t)
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
	for _, c := range strings.TrimSuffix(strings.TrimSuffix(name, "__c"), "__s") {
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
