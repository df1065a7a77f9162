// Package schema describes the objects and fields of a mock org. It is data
// only: whoever rehearses against the mock writes a Schema of his own org, or
// takes Default.
package schema

import "strings"

// Type is a field type, in the words of the describe call.
type Type string

// The field types that the mock knows.
const (
	String        Type = "string"
	TextArea      Type = "textarea"
	Phone         Type = "phone"
	URL           Type = "url"
	Email         Type = "email"
	Picklist      Type = "picklist"
	MultiPicklist Type = "multipicklist"
	Reference     Type = "reference"
	Boolean       Type = "boolean"
	Double        Type = "double"
	Currency      Type = "currency"
	Percent       Type = "percent"
	Int           Type = "int"
	Date          Type = "date"
	DateTime      Type = "datetime"
	Base64        Type = "base64" // a file: written in base64, shown as the address to read it at
	Location      Type = "location"
	Address       Type = "address"
	ID            Type = "id"
)

// Number tells whether values of the type are numbers.
func (t Type) Number() bool { return t == Double || t == Currency || t == Percent || t == Int }

// Schema is what an org consists of.
type Schema struct {
	Objects []Object
}

// Object is one kind of record. The system fields Id, IsDeleted, CreatedDate,
// CreatedById, LastModifiedDate, LastModifiedById, SystemModstamp and OwnerId
// are there without being listed.
type Object struct {
	Name      string
	Label     string // "" = made from the name
	KeyPrefix string // the first three characters of its ids; "" = chosen by the org
	Fields    []Field
	ReadOnly  bool // written by the org only, such as its log files
}

// Field is one field of an object.
type Field struct {
	Name             string
	Label            string   // "" = made from the name
	Type             Type     // "" = String
	Length           int      // longest text in characters, or file in bytes; 0 = the usual one of the type
	Required         bool     // a record without it is refused (describe: nillable false)
	ExternalID       bool     // records can be found and upserted by it
	NotUnique        bool     // an external id that several records may share
	Unique           bool     // two records with one value are refused; external ids are unique unless NotUnique
	CaseSensitive    bool     // "A" and "a" are different values of a unique field
	ReferenceTo      string   // object that a Reference points at
	OrTo             []string // the other objects that a polymorphic Reference may point at
	RelationshipName string   // "" = by Salesforce's rule: AccountId -> Account, Account__c -> Account__r
	ChildName        string   // name of the relationship as seen from the parent; "" = none
	Values           []string
	Restricted       bool     // a picklist that refuses values other than Values
	JoinOf           []string // read-only: these fields of the record, joined by a space
	AutoNumber       string   // read-only: numbered by the org in this fmt format, such as "%08d"
	SizeOf           string   // read-only: the bytes of the file in this field of the record
	ReadOnly         bool     // set by the org only
}

// Object finds an object by its name, in any case.
func (s *Schema) Object(name string) (*Object, bool) {
	for i := range s.Objects {
		if strings.EqualFold(s.Objects[i].Name, name) {
			return &s.Objects[i], true
		}
	}
	return nil, false
}

// Custom tells whether an API name is one of a custom object or field, or of a
// component of one.
func Custom(name string) bool {
	return strings.HasSuffix(name, "__c") || strings.HasSuffix(name, "__s")
}

// Relationship is the name under which a lookup's parent is reached.
func (f *Field) Relationship() string {
	switch {
	case f.Type != Reference:
		return ""
	case f.RelationshipName != "":
		return f.RelationshipName
	case Custom(f.Name):
		return strings.TrimSuffix(f.Name, "__c") + "__r"
	}
	return strings.TrimSuffix(f.Name, "Id")
}

// Targets are the objects that a lookup may lead to; none for other fields.
func (f *Field) Targets() []string {
	if f.ReferenceTo == "" {
		return nil
	}
	return append([]string{f.ReferenceTo}, f.OrTo...)
}

// Polymorphic tells whether a lookup may lead to records of several objects.
func (f *Field) Polymorphic() bool { return len(f.OrTo) > 0 }

// IsUnique tells whether two records may not share a value of the field.
func (f *Field) IsUnique() bool { return f.Unique || f.ExternalID && !f.NotUnique }

// MaxLength is the longest text that the field takes, in characters; 0 = any.
func (f *Field) MaxLength() int {
	if f.Length > 0 {
		return f.Length
	}
	switch f.Type {
	case Base64:
		return 0
	case TextArea:
		return 32768
	case Phone:
		return 40
	case Email:
		return 80
	case MultiPicklist:
		return 4099
	}
	return 255
}
