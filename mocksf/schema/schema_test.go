package schema

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDefaultIsSound(t *testing.T) {
	s := Default()
	require.NoError(t, s.Check())
	for _, name := range []string{"Account", "Contact", "Opportunity", "Case", "Order__c", "OrderLine__c", "Activity_Log__c"} {
		o, ok := s.Object(name)
		require.True(t, ok, name)
		assert.True(t, o.has("ext_id__c") && o.has("token__c"), name)
	}
	_, ok := s.Object("order__C")
	assert.True(t, ok, "names are taken in any case")
}

func TestCheckNamesTheMistake(t *testing.T) {
	object := func(fields ...Field) *Schema { return &Schema{Objects: []Object{{Name: "A", Fields: fields}}} }
	for want, s := range map[string]*Schema{
		"":                             object(Field{Name: "F"}, Field{Name: "A__c", Type: Reference, ReferenceTo: "a"}),
		`object "": a name`:            {Objects: []Object{{}}},
		"object a is there twice":      {Objects: []Object{{Name: "A"}, {Name: "a"}}},
		`key prefix "1": three`:        {Objects: []Object{{Name: "A", KeyPrefix: "1"}}},
		"key prefix 001 belongs":       {Objects: []Object{{Name: "A", KeyPrefix: "001"}, {Name: "B", KeyPrefix: "001"}}},
		`object A: field "a b"`:        object(Field{Name: "a b"}),
		"field f is there twice":       object(Field{Name: "F"}, Field{Name: "f"}),
		"field ID is there twice":      object(Field{Name: "ID"}),
		`field F: unknown type "blob"`: object(Field{Name: "F", Type: "blob"}),
		`referenceTo "B" is no`:        object(Field{Name: "F", Type: Reference, ReferenceTo: "B"}),
		`referenceTo "C" is no`:        object(Field{Name: "F", Type: Reference, ReferenceTo: "A", OrTo: []string{"C"}}),
		"needs the type reference":     object(Field{Name: "F", ReferenceTo: "A"}),
		"field F: referenceTo needs":   object(Field{Name: "F", OrTo: []string{"A"}}),
		"boolean can be no external":   object(Field{Name: "F", Type: Boolean, ExternalID: true}),
		"sizeOf names G":               object(Field{Name: "F", Type: Int, SizeOf: "G"}),
		"joinOf names G":               object(Field{Name: "F", JoinOf: []string{"G"}}),
	} {
		err := s.Check()
		if want == "" {
			assert.NoError(t, err)
			continue
		}
		assert.ErrorContains(t, err, want)
	}
}

func TestRelationshipNames(t *testing.T) {
	for name, want := range map[string]string{"AccountId": "Account", "Account__c": "Account__r", "OwnerId": "Owner"} {
		f := Field{Name: name, Type: Reference}
		assert.Equal(t, want, f.Relationship())
	}
	assert.Empty(t, (&Field{Name: "AccountId"}).Relationship(), "no lookup")
}
