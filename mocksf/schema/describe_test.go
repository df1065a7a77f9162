package schema

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const describes = "testdata/describes"

func fieldOf(t *testing.T, s *Schema, object, name string) Field {
	t.Helper()
	o, ok := s.Object(object)
	require.True(t, ok, object)
	for _, f := range o.Fields {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("%s has no field %s", object, name)
	return Field{}
}

func TestDescribedObjectsAreAsTheirOrgHasThem(t *testing.T) {
	s := Default()
	require.NoError(t, s.Load(describes))
	for name, want := range map[string]Field{
		"Name":           {Name: "Name", Label: "Project No", Type: String, Length: 80, AutoNumber: "%08d", ReadOnly: true},
		"Project_Key__c": {Name: "Project_Key__c", Label: "Project Key", Type: String, Length: 40, ExternalID: true, Unique: true},
		"Customer__c": {Name: "Customer__c", Label: "Customer", Type: Reference, Required: true, ReferenceTo: "Account", OrTo: []string{},
			RelationshipName: "Customer__r", ChildName: "Projects__r"},
		"Region__c":     {Name: "Region__c", Label: "Region", Type: String, Length: 18}, // nobody described what it leads to
		"Stage__c":      {Name: "Stage__c", Label: "Stage", Type: Picklist, Length: 255, Values: []string{"Draft", "Running"}, Restricted: true},
		"Started_At__c": {Name: "Started_At__c", Label: "Started At", Type: String},
		"Margin__c":     {Name: "Margin__c", Label: "Margin", Type: Percent, ReadOnly: true},
		"Is_Open__c":    {Name: "Is_Open__c", Label: "Open", Type: Boolean},
	} {
		assert.Equal(t, want, fieldOf(t, s, "Project__c", name))
	}
	project, _ := s.Object("project__c")
	assert.Len(t, project.Fields, 8, "no system fields")
	assert.True(t, fieldOf(t, s, "Account", "Legacy_No__c").NotUnique)
	assert.Equal(t, "Contacts", fieldOf(t, s, "Contact", "AccountId").ChildName)
	assert.Equal(t, []string{"FirstName", "LastName"}, fieldOf(t, s, "Contact", "Name").JoinOf, "in the order of the name, which is not that of the describe")
	account, _ := s.Object("Account")
	assert.Len(t, account.Fields, 6, "in place of the default's")
}

func TestAPrefixIsTheDescribedObjects(t *testing.T) {
	s := &Schema{Objects: []Object{{Name: "Other__c", KeyPrefix: "a00"}}}
	require.NoError(t, s.Load(filepath.Join(describes, "Project__c.json")))
	other, _ := s.Object("Other__c")
	assert.Empty(t, other.KeyPrefix, "the org chooses another")
}

// What a parent calls its children is said by its own describe; where there is
// none, the name that they had stays.
func TestChildrenKeepTheirNameWithoutADescribeOfTheParent(t *testing.T) {
	s := Default()
	require.NoError(t, s.Load(filepath.Join(describes, "Contact.json")))
	assert.Equal(t, "Contacts", fieldOf(t, s, "Contact", "AccountId").ChildName)
}

// The last describe of an object counts, whatever others of it there are.
func TestAnObjectThatIsDescribedTwice(t *testing.T) {
	var files []string
	for i, fields := range []string{"", `,{"name":"Up__c","type":"reference","referenceTo":["A__c"]}`} {
		files = append(files, filepath.Join(t.TempDir(), "a.json"))
		require.NoError(t, os.WriteFile(files[i], []byte(`{"name":"A__c","fields":[{"name":"B__c"}`+fields+`]}`), 0o600))
	}
	s := Default()
	require.NoError(t, s.Load(files...))
	assert.Equal(t, "A__c", fieldOf(t, s, "A__c", "Up__c").ReferenceTo)
}

func TestWhatIsNoDescribeIsRefusedByName(t *testing.T) {
	empty := t.TempDir()
	for text, want := range map[string]string{
		`[`:                                  "this is not JSON",
		`{"status": 1, "name": "NOT_FOUND"}`: "it has no name or no fields: save it with `sf sobject describe",
		`{"name": "X__c", "fields": 5}`:      "this is not the describe of an object",
		`{"name": "X__c", "fields": [{"name": "A b", "type": "string"}]}`: `object X__c: field "A b": a name consists of`,
	} {
		file := filepath.Join(t.TempDir(), "x.json")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		assert.ErrorContains(t, Default().Load(file), want)
		assert.ErrorContains(t, Default().Load(file), file)
	}
	assert.ErrorIs(t, Default().Load("nowhere.json"), os.ErrNotExist)
	assert.ErrorContains(t, Default().Load(empty), empty+" holds no .json file")
}

// Whatever a file says, the schema stays one that an org can have, or the file
// is refused.
func FuzzDescribe(f *testing.F) {
	for _, text := range []string{ // short ones: the fuzzer shrinks long ones for minutes
		`{"result":{"name":"A__c","keyPrefix":"a00","fields":[{"name":"B__c","type":"reference","referenceTo":["A__c"],"relationshipName":"B__r"}]}}`,
		`{"name":"Contact","fields":[{"name":"Name","type":"string"},{"name":"LastName","compoundFieldName":"Name"}],"childRelationships":[{"childSObject":"Contact","field":"AccountId"}]}`,
		`{"name":"A","fields":[{"name":"P","type":"picklist","picklistValues":[{"active":true,"value":"x"}]},{"name":"K","externalId":true,"unique":true,"length":-1}]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := readDescribe(text)
		if err != nil {
			return
		}
		s := Default()
		s.take([]description{d})
		require.NoError(t, s.Check())
		_, there := s.Object(d.Name)
		assert.True(t, there)
	})
}
