package harness

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/squall-harness/squall/harness/fault"
	"github.com/squall-harness/squall/harness/verify"
)

// Setting overrides one key of a scenario, for example {"load.rate", "50"}.
type Setting struct{ Key, Value string }

// ReadScenario reads a scenario file. Errors name file, line and column.
func ReadScenario(path string, set ...Setting) (*Scenario, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	return ParseScenario(path, text, set...)
}

// ParseScenario reads the text of a scenario; name stands for it in messages.
// Unknown keys, wrong types and rules that are broken are errors that name
// line and column and say what to write instead.
func ParseScenario(name string, text []byte, set ...Setting) (*Scenario, error) {
	s := defaults()
	s.file, s.text = name, text
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, fmt.Errorf("%s:1:1: the scenario is empty", name)
	}
	if err := s.decode(text); err != nil {
		return nil, err
	}
	for _, o := range set {
		if err := s.override(o); err != nil {
			return nil, err
		}
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return &s, nil
}

func (s *Scenario) decode(text []byte) error {
	err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(s)
	if err == nil {
		return nil
	}
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil {
		return fmt.Errorf("%s: %w", s.file, err)
	}
	p := at.GetToken().Position
	return fmt.Errorf("%s:%d:%d: %s", s.file, p.Line, p.Column, explain(at, at.GetToken().Value))
}

// explain says what the YAML library found, with the fix.
func explain(err yaml.Error, key string) string {
	var unknown *yaml.UnknownFieldError
	if errors.As(err, &unknown) {
		return fmt.Sprintf("unknown key %q%s", key, didYouMean(key))
	}
	var mismatch *yaml.TypeError
	if !errors.As(err, &mismatch) {
		return err.GetMessage()
	}
	if mismatch.DstType == typeOfDuration {
		return fmt.Sprintf("%q is no duration: write a number with a unit, such as 500ms, 1.5s or 2m", key)
	}
	return fmt.Sprintf("%s%q is not %s", keyBefore(err.GetToken()), key, kindInWords(mismatch.DstType.Kind()))
}

// keyBefore names the key of a value, for example "rate: ".
func keyBefore(t *token.Token) string {
	if t.Prev == nil || t.Prev.Prev == nil || t.Prev.Type != token.MappingValueType {
		return ""
	}
	return t.Prev.Prev.Value + ": "
}

func kindInWords(k reflect.Kind) string {
	switch k {
	case reflect.Float64:
		return "a number"
	case reflect.Int, reflect.Uint64:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "a group of keys"
	}
	return "a " + k.String()
}

// override lays one key=value from the command line over the scenario.
func (s *Scenario) override(o Setting) error {
	parts := strings.Split(o.Key, ".")
	doc := ""
	for i, part := range parts {
		doc += strings.Repeat("  ", i) + part + ":"
		if i < len(parts)-1 {
			doc += "\n"
		}
	}
	before := *s
	s.file = "--set " + o.Key
	err := s.decode([]byte(doc + " " + o.Value + "\n"))
	s.file = before.file
	return err
}

// check holds the rules that the types cannot say.
func (s *Scenario) check() error {
	if s.Name == "" {
		return s.problem("$", "name is missing: give the scenario a short name")
	}
	if p := s.Load.Check(); p != nil {
		return s.problem("$.load."+p.Key, p.Text)
	}
	if err := s.checkTimes(); err != nil {
		return err
	}
	if err := s.checkWords(); err != nil {
		return err
	}
	return s.checkFaults()
}

func (s *Scenario) checkTimes() error {
	for _, t := range []struct {
		key string
		d   time.Duration
	}{
		{"org.call", s.Org.Call}, {"org.record", s.Org.Record}, {"org.bulkStart", s.Org.BulkStart}, {"org.bulkChunk", s.Org.BulkChunk},
		{"org.tokenLife", s.Org.TokenLife}, {"subject.ready", s.Subject.Ready}, {"subject.grace", s.Subject.Grace},
		{"source.timeout", s.Source.Timeout}, {"expect.drained", s.Expect.Drained}, {"expect.quiet", s.Expect.Quiet},
	} {
		if t.d < 0 {
			return s.problem("$."+t.key, fmt.Sprintf("%s is %v: a duration cannot be negative", t.key, t.d))
		}
	}
	return nil
}

func (s *Scenario) checkWords() error {
	if !strings.HasPrefix(s.Source.Path, "/") {
		return s.problem("$.source.path", fmt.Sprintf("source.path is %q: it must begin with a slash", s.Source.Path))
	}
	if _, err := template.New("body").Parse(s.Source.Body); err != nil {
		return s.problem("$.source.body", "source.body is no Go template: "+err.Error())
	}
	for name, value := range s.Subject.Env {
		if _, err := template.New(name).Parse(value); err != nil {
			return s.problem("$.subject.env", fmt.Sprintf("subject.env.%s is no Go template: %v", name, err))
		}
	}
	for g := range s.Expect.Minima {
		if !slices.Contains(verify.Guarantees, verify.Guarantee(g)) {
			return s.problem("$.expect.minima", fmt.Sprintf("%q is no guarantee; they are: %s", g, guaranteeList()))
		}
	}
	for _, g := range s.Expect.NotClaimed {
		if !slices.Contains(verify.Guarantees, g) {
			return s.problem("$.expect.notClaimed", fmt.Sprintf("%q is no guarantee; they are: %s", g, guaranteeList()))
		}
	}
	return nil
}

func guaranteeList() string {
	names := make([]string, len(verify.Guarantees))
	for i, g := range verify.Guarantees {
		names[i] = string(g)
	}
	return strings.Join(names, ", ")
}

func (s *Scenario) checkFaults() error {
	for i := range s.Faults {
		if err := fault.CheckAll(s.Faults[:i+1], s.Load.For); err != nil {
			return s.problem(fmt.Sprintf("$.faults[%d]", i), err.Error())
		}
	}
	return nil
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
