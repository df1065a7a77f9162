package harness

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
	"github.com/squall-harness/squall/harness/workload"
	"github.com/squall-harness/squall/mocksf"
)

// names are the fields of somebody's own org by which Squall knows its records.
func (s *Scenario) names() workload.Names {
	return workload.Names{Fields: workload.Fields{Key: s.Source.Key, Token: s.Source.Token, Version: s.Source.Version}, Objects: s.Source.Objects}
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

// schema is the org's, with the fields that the scenario names.
func (s *Scenario) schema() *mocksf.Schema {
	org := mocksf.DefaultSchema()
	for i := range org.Objects {
		o := &org.Objects[i]
		f := s.names().Of(o.Name)
		withField(o, mocksf.Field{Name: f.Key, ExternalID: true})
		if f.Token != match.None {
			withField(o, mocksf.Field{Name: f.Token})
		}
		if f.Version != "" {
			withField(o, mocksf.Field{Name: f.Version, Type: "double"})
		}
	}
	return org
}

// withField adds a field that the object lacks; one that is there can become
// an external id.
func withField(o *mocksf.Object, f mocksf.Field) {
	for i := range o.Fields {
		if o.Fields[i].Name == f.Name {
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
	if err := s.schema().Check(); err != nil {
		return s.problem("$.source", err.Error())
	}
	return nil
}
