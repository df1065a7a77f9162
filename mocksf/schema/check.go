package schema

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	apiName   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
	keyPrefix = regexp.MustCompile(`^[0-9A-Za-z]{3}$`)
)

// SystemFields are the fields that every object has without listing them.
var SystemFields = []string{
	"Id", "IsDeleted", "OwnerId", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp",
}

// types are the words that Field.Type may hold; "" is String.
var types = []Type{
	"", String, TextArea, Phone, URL, Email, Picklist, MultiPicklist, Reference, Boolean, Double, Currency, Percent, Int, Date, DateTime, Base64, Location, Address,
}

// Check tells what is wrong with the schema: the first contradiction found,
// with the object and field that it is about.
func (s *Schema) Check() error {
	names, prefixes := map[string]bool{}, map[string]bool{}
	for i := range s.Objects {
		o := &s.Objects[i]
		lower := strings.ToLower(o.Name)
		switch {
		case !apiName.MatchString(o.Name):
			return fmt.Errorf("schema: object %q: a name consists of letters, digits and underscores", o.Name)
		case names[lower]:
			return fmt.Errorf("schema: object %s is there twice", o.Name)
		case o.KeyPrefix != "" && !keyPrefix.MatchString(o.KeyPrefix):
			return fmt.Errorf("schema: object %s: key prefix %q: three letters or digits are needed", o.Name, o.KeyPrefix)
		case prefixes[o.KeyPrefix]:
			return fmt.Errorf("schema: object %s: key prefix %s belongs to another object", o.Name, o.KeyPrefix)
		}
		names[lower], prefixes[o.KeyPrefix] = true, o.KeyPrefix != ""
		if err := s.checkFields(o); err != nil {
			return fmt.Errorf("schema: object %s: %w", o.Name, err)
		}
	}
	return nil
}

func (s *Schema) checkFields(o *Object) error {
	names := map[string]bool{}
	for _, name := range SystemFields {
		names[strings.ToLower(name)] = true
	}
	all := o.AllFields()
	for i := range all {
		f := &all[i]
		lower := strings.ToLower(f.Name)
		if !apiName.MatchString(f.Name) {
			return fmt.Errorf("field %q: a name consists of letters, digits and underscores", f.Name)
		}
		if names[lower] {
			return fmt.Errorf("field %s is there twice, or is a system field", f.Name)
		}
		names[lower] = true
		if err := s.checkField(o, f); err != nil {
			return fmt.Errorf("field %s: %w", f.Name, err)
		}
	}
	return nil
}

func (s *Schema) checkField(o *Object, f *Field) error {
	known := false
	for _, t := range types {
		known = known || t == f.Type
	}
	switch {
	case !known:
		return fmt.Errorf("unknown type %q", f.Type)
	case f.Type != Reference && (f.ReferenceTo != "" || f.Polymorphic()):
		return fmt.Errorf("referenceTo needs the type reference")
	case f.Type.Compound() && f.Required:
		return fmt.Errorf("a %s shows other fields: they can be required", f.Type)
	case (f.ExternalID || f.Unique) && (f.Type == Boolean || f.Type == Reference || f.Type == TextArea || f.Type == Base64 || f.Type.Compound()):
		return fmt.Errorf("a %s can be no external id and not unique", f.Type)
	}
	if f.Type == Reference {
		for _, name := range append([]string{f.ReferenceTo}, f.OrTo...) {
			if _, there := s.Object(name); !there {
				return fmt.Errorf("referenceTo %q is no object of the schema", name)
			}
		}
	}
	for _, part := range f.JoinOf {
		if !o.has(part) {
			return fmt.Errorf("joinOf names %s, which the object lacks", part)
		}
	}
	if f.SizeOf != "" && !o.has(f.SizeOf) {
		return fmt.Errorf("sizeOf names %s, which the object lacks", f.SizeOf)
	}
	return nil
}

func (o *Object) has(field string) bool {
	for i := range o.Fields {
		if strings.EqualFold(o.Fields[i].Name, field) {
			return true
		}
	}
	return false
}
