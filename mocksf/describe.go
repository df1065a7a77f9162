package mocksf

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// describeGlobal lists the objects of the org.
func describeGlobal(r *request) reply {
	if !r.org.access.some.Load() && r.notSince(described) {
		return reply{status: http.StatusNotModified, header: changedAt(described)}
	}
	var list []map[string]any
	for _, t := range r.org.store.Tables() {
		if !r.hidden(t, wholeObject) {
			list = append(list, r.objectEntry(t))
		}
	}
	rep := object(map[string]any{"encoding": "UTF-8", "maxBatchSize": maxCollection, "sobjects": list})
	rep.header = changedAt(described)
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
		return reply{status: http.StatusNotModified, header: changedAt(described)}
	}
	d := r.objectEntry(t)
	d["fields"], d["childRelationships"] = r.describeFields(t), r.childRelationships(t)
	d["actionOverrides"], d["namedLayoutInfos"], d["compactLayoutable"], d["sobjectDescribeOption"] = []any{}, []any{}, true, "FULL"
	d["supportedScopes"] = []any{map[string]string{"name": "everything", "label": "All " + strings.ToLower(d["labelPlural"].(string))}}
	d["recordTypeInfos"] = []any{map[string]any{
		"active": true, "available": true, "defaultRecordTypeMapping": true, "developerName": "Master", "master": true,
		"name": "Master", "recordTypeId": masterRecordType,
		"urls": map[string]string{"layout": r.base() + "/sobjects/" + t.Name + "/describe/layouts/" + masterRecordType},
	}}
	for _, name := range objectNulls {
		d[name] = nil
	}
	rep := object(d)
	rep.header = changedAt(described)
	return rep
}

// described is when the schema changed last: it never does.
var described = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

func (r *request) objectEntry(t *store.Table) map[string]any {
	label := orDefault(t.Object.Label, words(t.Name))
	d := map[string]any{
		"name": t.Name, "label": label, "labelPlural": plural(label), "keyPrefix": t.Prefix, "custom": schema.Custom(t.Name),
		"urls": r.objectURLs(t), "associateEntityType": nil, "associateParentEntity": nil,
	}
	for name, yes := range objectTraits {
		d[name] = yes
	}
	for _, name := range []string{"createable", "updateable", "deletable", "undeletable", "triggerable"} {
		d[name] = objectTraits[name] && !t.Object.ReadOnly
	}
	return d
}

// objectURLs are all that live orgs list (recorded replies in tests of clients,
// v44.0 to v61.0): clients with types of their own refuse a description that
// misses one. Those of layouts, list views and actions lead nowhere here.
func (r *request) objectURLs(t *store.Table) map[string]string {
	path, page := r.base()+"/sobjects/"+t.Name, r.org.instanceURL(r.http)+"/"
	return map[string]string{
		"sobject": path, "describe": path + "/describe", "rowTemplate": path + "/{ID}",
		"layouts": path + "/describe/layouts", "compactLayouts": path + "/describe/compactLayouts",
		"approvalLayouts": path + "/describe/approvalLayouts", "listviews": path + "/listviews", "quickActions": path + "/quickActions",
		"defaultValues":    path + "/defaultValues?recordTypeId&fields",
		"uiDetailTemplate": page + "{ID}", "uiEditTemplate": page + "{ID}/e", "uiNewRecord": page + t.Prefix + "/e",
	}
}

// masterRecordType is the id of the record type that objects have without any.
const masterRecordType = "012000000000000AAA"

// objectNulls are what a description says only of objects that the mock has not.
var objectNulls = []string{
	"defaultImplementation", "extendedBy", "extendsInterfaces", "implementedBy", "implementsInterfaces", "listviewable",
	"lookupLayoutable", "networkScopeFieldName",
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
			if !among(f.Targets(), t.Name) || r.hidden(c, i) {
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
