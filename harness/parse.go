package harness

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Setting overrides one key of a scenario, for example {"load.rate", "50"}.
type Setting struct{ Key, Value string }

// ReadScenario reads a scenario file. Errors name file, line and column.
func ReadScenario(path string, set ...Setting) (*Scenario, error) {
	text, err := os.ReadFile(path)
	if why, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, fmt.Errorf("cannot read the scenario %s: %w", path, why.Err)
	}
	return ParseScenario(path, text, set...)
}

// ParseScenario reads the text of a scenario; name stands for it in messages.
// Unknown keys, wrong types and rules that are broken are errors that name
// line and column and say what to write instead.
func ParseScenario(name string, text []byte, set ...Setting) (*Scenario, error) {
	s := defaults()
	s.file, s.text = name, text
	if m := s.decode(text); m != nil {
		return nil, fmt.Errorf("%s:%d:%d: %w", name, m.line, m.column, m)
	}
	written := s
	for _, o := range set {
		if m := s.override(o); m != nil {
			return nil, fmt.Errorf("--set %s=%s: %w", o.Key, o.Value, m)
		}
	}
	if err := s.check(); err != nil {
		if len(set) > 0 && written.check() == nil { // the file is not to blame
			err = fmt.Errorf("with --set: %w", err)
		}
		return nil, err
	}
	return &s, nil
}

// decode lays the keys of a YAML text over the scenario.
func (s *Scenario) decode(text []byte) *misfit {
	if bytes.IndexByte(text, 0) >= 0 || !utf8.Valid(text) {
		return &misfit{1, 1, "this is no text file; a scenario is written in YAML"}
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return explain(err)
	}
	docs := slices.DeleteFunc(file.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil })
	switch {
	case len(docs) == 0:
		return &misfit{1, 1, "the scenario is empty"}
	case len(docs) > 1:
		return misfitAt(start(docs[1].Body), "a second document begins here: a file holds one scenario")
	}
	if m := fit("a scenario", docs[0].Body, reflect.TypeFor[Scenario]()); m != nil {
		return m
	}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(s); err != nil {
		return explain(err)
	}
	return nil
}

// explain places what the YAML library found.
func explain(err error) *misfit {
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil {
		return &misfit{1, 1, err.Error()}
	}
	text := at.GetMessage()
	if strings.Contains(text, "'\t'") {
		text = "there is a tab here: YAML takes spaces only"
	}
	return misfitAt(at.GetToken(), "%s", text)
}

// override lays one key=value from the command line over the scenario. The
// decoder replaces maps as a whole; their other keys stay here too.
func (s *Scenario) override(o Setting) *misfit {
	var doc strings.Builder
	for i, part := range strings.Split(o.Key, ".") {
		doc.WriteString("\n" + strings.Repeat("  ", i) + part + ":")
	}
	env, minima := s.Subject.Env, s.Expect.Minima
	s.Subject.Env, s.Expect.Minima = nil, nil
	m := s.decode([]byte(doc.String() + " " + o.Value + "\n"))
	s.Subject.Env, s.Expect.Minima = merged(env, s.Subject.Env), merged(minima, s.Expect.Minima)
	return m
}

func merged[V any](below, above map[string]V) map[string]V {
	if len(below) == 0 {
		return above
	}
	all := maps.Clone(below)
	maps.Copy(all, above)
	return all
}

// problem is an error at the place of a YAML path.
func (s *Scenario) problem(path, text string) error {
	line, column := position(s.text, path)
	return fmt.Errorf("%s:%d:%d: %s", s.file, line, column, text)
}

// position finds a YAML path in the text; where the key is not written, that
// of the nearest parent that is.
func position(text []byte, path string) (line, column int) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return 1, 1
	}
	for path != "$" {
		if node := find(file, path); node != nil {
			return node.GetToken().Position.Line, node.GetToken().Position.Column
		}
		path = path[:strings.LastIndexAny(path, ".[")]
	}
	return 1, 1
}

func find(file *ast.File, path string) ast.Node {
	p, err := yaml.PathString(path)
	if err != nil {
		return nil
	}
	node, err := p.FilterFile(file)
	if err != nil {
		return nil
	}
	return node
}
