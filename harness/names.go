package harness

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
	"github.com/squall-harness/squall/harness/workload"
	"github.com/squall-harness/squall/mocksf"
)

// names are the fields of somebody's own org by which Squall knows its records.
func (s *Scenario) names() workload.Names {
	return workload.Names{Fields: workload.Fields{Key: s.Source.Key, Token: s.Source.Token, Version: s.Source.Version}, Objects: s.Source.Objects, Fills: s.Source.Fills}
}

// transactions are those of a load, under the scenario's names.
func (s *Scenario) transactions(load workload.Spec) []history.Operation {
	ops := workload.Generate(s.Seed, load, match.DefaultToken)
	s.names().Apply(ops)
	return ops
}

// traceFields are the token fields of all objects.
func (s *Scenario) traceFields() []string {
	tokens, fields := s.names().Tokens(), map[string]bool{}
	fields[tokens.Field("")] = true
	for object := range tokens.Objects {
		fields[tokens.Field(object)] = true
	}
	delete(fields, "")
	return slices.Sorted(maps.Keys(fields))
}

// schema is the org's: the default one or what the user's own org describes,
// with every field that a transaction may fill. An error is about the describes.
func (s *Scenario) schema() (*mocksf.Schema, error) {
	org := mocksf.DefaultSchema()
	err := org.Load(s.Org.Describe...)
	for _, usual := range mocksf.DefaultSchema().Objects {
		o, _ := org.Object(usual.Name)
		for _, f := range usual.Fields {
			withField(o, f)
		}
		s.name(o)
	}
	return org, err
}

// name gives an object the fields that the scenario names.
func (s *Scenario) name(o *mocksf.Object) {
	f := s.names().Of(o.Name)
	withField(o, mocksf.Field{Name: f.Key, ExternalID: true})
	if f.Token != match.None {
		withField(o, mocksf.Field{Name: f.Token})
	}
	if f.Version != "" {
		withField(o, mocksf.Field{Name: f.Version, Type: "double"})
	}
}

// withField adds a field that the object lacks; one that is there can become
// an external id.
func withField(o *mocksf.Object, f mocksf.Field) {
	for i := range o.Fields {
		if strings.EqualFold(o.Fields[i].Name, f.Name) {
			o.Fields[i].ExternalID = o.Fields[i].ExternalID || f.ExternalID
			return
		}
	}
	o.Fields = append(o.Fields, f)
}

var apiName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// checkNames holds the names of fields against what Salesforce takes, and
// against each other.
func (s *Scenario) checkNames() error {
	for _, object := range append([]string{""}, slices.Sorted(maps.Keys(s.Source.Objects))...) {
		path := "$.source"
		if object != "" {
			path += ".objects." + object
			if _, known := mocksf.DefaultSchema().Object(object); !known {
				return s.problem(path, fmt.Sprintf("source.objects: the org has no object %q", object))
			}
		}
		f := s.names().Of(object)
		for _, part := range []struct{ key, name string }{{"key", f.Key}, {"token", f.Token}, {"version", f.Version}} {
			if !apiName.MatchString(part.name) && (part.key != "version" || part.name != "") {
				return s.problem(path+"."+part.key, fmt.Sprintf("%s.%s is %q: write the API name of a field, such as External_Id__c", path[2:], part.key, part.name))
			}
		}
		if f.Key == f.Token || f.Token == f.Version || f.Key == f.Version {
			return s.problem(path, fmt.Sprintf("key, token and version must be fields of their own, and they are %q, %q and %q", f.Key, f.Token, f.Version))
		}
	}
	for i, field := range s.Source.Fills {
		if !apiName.MatchString(field) {
			return s.problem(fmt.Sprintf("$.source.fills[%d]", i), fmt.Sprintf("source.fills has %q: write the API names of fields, such as [Last_Sync__c]", field))
		}
	}
	return s.checkSchema()
}

// checkSchema tells whether the org can be as its describes and the names of
// the source say.
func (s *Scenario) checkSchema() error {
	org, err := s.schema()
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a saved run is judged without the files
		return s.problem("$.org.describe", fmt.Sprintf("org.describe: %v", err))
	}
	if err := org.Check(); err != nil {
		return s.problem("$.source", err.Error())
	}
	return nil
}
