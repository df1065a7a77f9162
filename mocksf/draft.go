package mocksf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// kinds maps what JSON says about a value to what the store wants to know.
var kinds = [...]store.Kind{
	jsontree.Absent: store.Null, jsontree.Null: store.Null, jsontree.Bool: store.Bool,
	jsontree.Number: store.Number, jsontree.String: store.Text,
}

// draft reads a record in JSON. The members named in skip are left out; they
// belong to the envelope.
func draft(t *store.Table, record jsontree.Value, skip ...string) (*store.Draft, *apierr.Error) {
	switch record.Kind() {
	case jsontree.Object:
	case jsontree.Absent:
		return nil, apierr.NoBody.New()
	default:
		return nil, apierr.JSONParser.New("Cannot deserialize a record of type " + t.Name + ": an object is expected")
	}
	d := store.NewDraft(t, record.Len()+1)
	for name, value := range record.Members() {
		if name == "attributes" || among(skip, name) {
			continue
		}
		if err := put(d, name, value); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func put(d *store.Draft, name string, value jsontree.Value) *apierr.Error {
	i, isField := d.Table.Field(name)
	switch kind := value.Kind(); {
	case kind < jsontree.Array:
		return placed(d.Put(name, kinds[kind], value.Text()), value)
	case isField && !d.Table.Fields[i].Type.Compound():
		return placed(apierr.JSONParser.New("Cannot deserialize instance of "+string(d.Table.Fields[i].Type)+" from "+opening[kind]+
			" or request may be missing a required field"), value)
	case kind == jsontree.Object:
		return putParent(d, name, value)
	}
	return apierr.InvalidField.New(name, d.Table.Name)
}

// opening says, in the words of live orgs, what begins where a plain value is
// expected.
var opening = map[jsontree.Kind]string{jsontree.Array: "START_ARRAY value [", jsontree.Object: "START_OBJECT value {"}

// placed says of an error of the parser where it happened.
func placed(err *apierr.Error, value jsontree.Value) *apierr.Error {
	if err == nil || err.Code != apierr.JSONParser.Code {
		return err
	}
	line, column := value.Where()
	return apierr.JSONParser.New(fmt.Sprintf("%s at [line:%d, column:%d]", err.Message, line, column))
}

// putParent reads a parent named by its external id:
// "Account__r": {"Ext_Id__c": "a-1"}, with an attributes member, which has to
// name the object where there are several.
func putParent(d *store.Draft, name string, value jsontree.Value) *apierr.Error {
	field, key := "", jsontree.Value{}
	for member, v := range value.Members() {
		if member != "attributes" {
			field, key = member, v
		}
	}
	if field == "" || key.Kind() >= jsontree.Array {
		return apierr.InvalidField.New(name, d.Table.Name)
	}
	object := value.Get("attributes").Get("type").Text()
	if _, parents, _ := d.Table.Relationship(name); len(parents) < 2 {
		object = ""
	}
	return d.PutParent(name, object, field, kinds[key.Kind()], key.Text())
}

// among tells whether a name is in a list, in any case.
func among(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// memberText is the text of a member whose name is taken in any case, as with
// the Id of a record.
func memberText(record jsontree.Value, name string) string {
	for member, v := range record.Members() {
		if strings.EqualFold(member, name) && v.Kind() < jsontree.Array {
			return v.Text()
		}
	}
	return ""
}
