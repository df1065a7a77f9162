package mocksf_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// Clients with types of their own (Rust's, most of all) refuse a description in
// which a member is missing. These are all that live orgs send, by replies that
// tests of clients have recorded.
const (
	entryMembers = "activateable associateEntityType associateParentEntity createable custom customSetting deepCloneable deletable deprecatedAndHidden " +
		"feedEnabled hasSubtypes isInterface isSubtype keyPrefix label labelPlural layoutable mergeable mruEnabled name queryable " +
		"replicateable retrieveable searchable triggerable undeletable updateable urls"
	objectMembers = entryMembers + " actionOverrides childRelationships compactLayoutable defaultImplementation extendedBy extendsInterfaces fields " +
		"implementedBy implementsInterfaces listviewable lookupLayoutable namedLayoutInfos networkScopeFieldName recordTypeInfos searchLayoutable " +
		"sobjectDescribeOption supportedScopes"
	urlMembers = "approvalLayouts compactLayouts defaultValues describe layouts listviews quickActions rowTemplate sobject " +
		"uiDetailTemplate uiEditTemplate uiNewRecord"
	fieldMembers = "aggregatable aiPredictionField autoNumber byteLength calculated calculatedFormula cascadeDelete caseSensitive compoundFieldName " +
		"controllerName createable custom defaultValue defaultValueFormula defaultedOnCreate dependentPicklist deprecatedAndHidden digits " +
		"displayLocationInDecimal encrypted externalId extraTypeInfo filterable filteredLookupInfo formulaTreatNullNumberAsZero groupable " +
		"highScaleNumber htmlFormatted idLookup inlineHelpText label length mask maskType name nameField namePointing nillable permissionable " +
		"picklistValues polymorphicForeignKey precision queryByDistance referenceTargetField referenceTo relationshipName relationshipOrder " +
		"restrictedDelete restrictedPicklist scale searchPrefilterable soapType sortable type unique updateable writeRequiresMasterRead"
)

// missing are the members that an object lacks.
func missing(members string, object map[string]json.RawMessage) []string {
	return slices.DeleteFunc(strings.Fields(members), func(name string) bool { return object[name] != nil })
}

func TestDescriptionsLackNothing(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	var all struct {
		Sobjects []map[string]json.RawMessage
	}
	require.NoError(t, json.Unmarshal([]byte(d.do("GET", "sobjects", nil).body), &all))
	var object map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(d.do("GET", "sobjects/Contact/describe", nil).body), &object))
	var fields []map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(object["fields"], &fields))
	var urls map[string]string
	require.NoError(t, json.Unmarshal(object["urls"], &urls))
	assert.Empty(t, missing(entryMembers, all.Sobjects[0]))
	assert.Empty(t, missing(objectMembers, object))
	for _, f := range fields {
		assert.Empty(t, missing(fieldMembers, f))
	}
	assert.ElementsMatch(t, strings.Fields(urlMembers), slices.Collect(maps.Keys(urls)))
	assert.Equal(t, []string{"/services/data/v67.0/sobjects/Contact/{ID}", d.url + "/003/e"}, []string{urls["rowTemplate"], urls["uiNewRecord"]})
	assert.Contains(t, string(object["recordTypeInfos"]), `"layout":"/services/data/v67.0/sobjects/Contact/describe/layouts/012000000000000AAA"`)
	assert.JSONEq(t, `[{"name":"everything","label":"All contacts"}]`, string(object["supportedScopes"]))
}

// What an org describes, another one can be made of: its describes are the same.
func TestDescribesMakeTheSameOrg(t *testing.T) {
	d, folder := openDoor(t, mocksf.Config{}), t.TempDir()
	want, files := map[string]string{}, []string(nil)
	for _, o := range mocksf.DefaultSchema().Objects {
		want[o.Name] = d.do("GET", "sobjects/"+o.Name+"/describe", nil).body
		files = append(files, filepath.Join(folder, o.Name+".json"))
		require.NoError(t, os.WriteFile(files[len(files)-1], []byte(want[o.Name]), 0o600))
	}
	loaded := &mocksf.Schema{}
	require.NoError(t, loaded.Load(files...))
	again := openDoor(t, mocksf.Config{Schema: loaded})
	for name, text := range want {
		assert.JSONEq(t, strings.ReplaceAll(text, d.url, again.url), again.do("GET", "sobjects/"+name+"/describe", nil).body, name)
	}
	again.create("Contact", `{"LastName":"Lee","FirstName":"Ann"}`)
	assert.Equal(t, "Ann Lee", again.query("SELECT Name FROM Contact").Records[0]["Name"])
}
