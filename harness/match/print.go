package match

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// systemFields are written by Salesforce itself (Object Reference, System
// Fields).
var systemFields = map[string]bool{
	"id": true, "ownerid": true, "recordtypeid": true, "isdeleted": true, "createddate": true, "createdbyid": true,
	"lastmodifieddate": true, "lastmodifiedbyid": true, "systemmodstamp": true, "currencyisocode": true, "attributes": true,
}

// content writes down what a record holds, in one way only: fields by name, in
// whatever case, values as Salesforce stores them. What an integration may add
// by itself is left out on both sides: the external id, lookups, system fields,
// fields that it fills, and fields without a value.
func (n Names) content(fields map[string]any, externalIDField, externalID string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		text := value(fields[name])
		lower := strings.ToLower(name)
		if text == "" || systemFields[lower] || n.Filled(name) || strings.EqualFold(name, externalIDField) || externalID != "" && text == externalID || looksLikeID(text) {
			continue
		}
		fmt.Fprintf(&b, "%s=%q;", lower, text)
	}
	return b.String()
}

// value is a field's value as text; "" is null.
func value(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		if f, err := v.Float64(); err == nil {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case int:
		return strconv.Itoa(v)
	}
	return fmt.Sprint(v)
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
