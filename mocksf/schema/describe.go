package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// description is what the mock has a use for in the reply of a describe call.
// Source: REST API Developer Guide, "sObject Describe", DescribeSObjectResult.
type description struct {
	Name       string
	Label      string
	KeyPrefix  string
	Createable bool
	Updateable bool
	Fields     []describedField
	Children   []struct {
		Object string `json:"childSObject"`
		Field  string
		Name   string `json:"relationshipName"`
	} `json:"childRelationships"`
}

type describedField struct {
	Name, Label, Type, RelationshipName, CompoundFieldName string
	Length                                                 int
	Createable, Updateable, Nillable, DefaultedOnCreate    bool
	ExternalID                                             bool `json:"externalId"`
	Unique, CaseSensitive, RestrictedPicklist, AutoNumber  bool
	ReferenceTo                                            []string
	PicklistValues                                         []struct {
		Active bool
		Value  string
	}
}

// Load reads describes of somebody's own org, and puts their objects into the
// schema: in place of those of the same names, or beside them. A path is a file
// or a folder of files in JSON, each the reply of /sobjects/NAME/describe or
// what `sf sobject describe --json` prints. An error names the file.
func (s *Schema) Load(paths ...string) error {
	var all []description
	for _, path := range paths {
		files, err := jsonFiles(path)
		if err != nil {
			return err
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			d, err := readDescribe(text)
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			all = append(all, d)
		}
	}
	s.take(all)
	return s.Check()
}

// jsonFiles is the path, or what a folder holds.
func jsonFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return []string{path}, err
	}
	files, err := filepath.Glob(filepath.Join(path, "*.json"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s holds no .json file: save the describes of your objects there", path)
	}
	return files, err
}

// readDescribe reads one describe, in the wrapping of the Salesforce CLI or
// without it.
func readDescribe(text []byte) (d description, err error) {
	var cli struct{ Result json.RawMessage }
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // as Windows shells write it
	if err := json.Unmarshal(text, &cli); err != nil {
		return d, fmt.Errorf("this is not JSON: %w", err)
	}
	if cli.Result != nil {
		text = cli.Result
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return d, fmt.Errorf("this is not the describe of an object: %w", err)
	}
	if d.Name == "" || len(d.Fields) == 0 {
		return d, errors.New("this is not the describe of an object, it has no name or no fields: save it with `sf sobject describe --sobject NAME --json`")
	}
	alone := &Schema{}
	alone.take([]description{d})
	return d, alone.Check()
}

// take puts described objects into the schema.
func (s *Schema) take(all []description) {
	for _, d := range all {
		o := d.object()
		for i := range s.Objects { // a prefix is the described object's, whoever else had it
			if s.Objects[i].KeyPrefix == o.KeyPrefix {
				s.Objects[i].KeyPrefix = ""
			}
		}
		if old, there := s.Object(d.Name); there {
			o.keepNames(old)
			*old = o
		} else {
			s.Objects = append(s.Objects, o)
		}
	}
	for _, d := range all {
		s.settleLookups(d)
	}
	for _, d := range all {
		s.nameChildren(d)
	}
}

// keepNames leaves the lookups the names that their parents knew them by.
func (o *Object) keepNames(old *Object) {
	for i := range o.Fields {
		for _, f := range old.Fields {
			if strings.EqualFold(f.Name, o.Fields[i].Name) {
				o.Fields[i].ChildName = f.ChildName
			}
		}
	}
}

// nameChildren gives the lookups that lead to an object their names there.
func (s *Schema) nameChildren(d description) {
	for _, c := range d.Children {
		child, there := s.Object(c.Object)
		if !there {
			continue
		}
		for i := range child.Fields {
			if f := &child.Fields[i]; strings.EqualFold(f.Name, c.Field) && slices.Contains(f.Targets(), d.Name) {
				f.ChildName = c.Name
			}
		}
	}
}

// settleLookups points the lookups of an object at those objects of theirs that
// the schema has. A lookup to objects that nobody described becomes a text that
// holds any id: the org has no record that it could lead to.
func (s *Schema) settleLookups(d description) {
	o, _ := s.Object(d.Name)
	for i := range o.Fields {
		f := &o.Fields[i]
		if f.Type != Reference {
			continue
		}
		f.leadTo(slices.DeleteFunc(f.Targets(), func(name string) bool { _, there := s.Object(name); return !there }))
		if f.ReferenceTo == "" {
			f.Type, f.Length, f.RelationshipName = String, 18, ""
		}
	}
}

// leadTo points a lookup at some objects.
func (f *Field) leadTo(objects []string) {
	f.ReferenceTo, f.OrTo = "", nil
	if len(objects) > 0 {
		f.ReferenceTo, f.OrTo = objects[0], objects[1:]
	}
}

// object is the described object as the mock keeps it.
func (d description) object() Object {
	o := Object{Name: d.Name, Label: d.Label, KeyPrefix: d.KeyPrefix, ReadOnly: !d.Createable && !d.Updateable}
	for _, f := range d.Fields {
		system := slices.ContainsFunc(SystemFields, func(name string) bool { return strings.EqualFold(name, f.Name) })
		if !system {
			o.Fields = append(o.Fields, f.field(d.Fields))
		}
	}
	return o
}

// field is one field as the mock keeps it; all are those of its object.
func (f describedField) field(all []describedField) Field {
	made := Field{
		Name: f.Name, Label: f.Label, Type: f.kind(), Length: f.Length, CaseSensitive: f.CaseSensitive, Restricted: f.RestrictedPicklist,
		ReadOnly: !f.Createable && !f.Updateable, ExternalID: f.ExternalID, NotUnique: f.ExternalID && !f.Unique, Unique: f.Unique,
	}
	if made.Type.Compound() {
		made.Length, made.ReadOnly = 0, false
	}
	made.Required = !f.Nillable && !f.DefaultedOnCreate && f.Createable && made.Type != Boolean
	if made.Type == Reference {
		made.RelationshipName, made.Length = f.RelationshipName, 0
		made.leadTo(f.ReferenceTo) // as far as there is something, see settleLookups
	}
	if f.AutoNumber {
		made.AutoNumber = "%08d" // the display format is not described
	}
	for _, v := range f.PicklistValues {
		if v.Active {
			made.Values = append(made.Values, v.Value)
		}
	}
	if made.ReadOnly && f.Name == "Name" {
		made.JoinOf = partsOfName(all)
	}
	return made
}

// partsOfName are the fields that a person's name is made of, in its order
// (Object Reference, Contact). Describes begin with the last name.
func partsOfName(all []describedField) (parts []string) {
	for _, name := range []string{"FirstName", "MiddleName", "LastName", "Suffix"} {
		if slices.ContainsFunc(all, func(f describedField) bool { return f.Name == name && f.CompoundFieldName == "Name" }) {
			parts = append(parts, name)
		}
	}
	return parts
}

// kind is the field's type; text for the rare ones that the mock lacks.
func (f describedField) kind() Type {
	switch {
	case f.Type == "long":
		return Int
	case f.Type == "combobox":
		return Picklist
	case slices.Contains(types, Type(f.Type)):
		return Type(f.Type)
	}
	return String
}
