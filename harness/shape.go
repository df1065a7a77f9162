package harness

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// misfit is what does not fit in a YAML text, and where. Line and column count
// from 1.
type misfit struct {
	line, column int
	text         string
}

// Error is the text alone: whoever knows the file's name adds the place.
func (m *misfit) Error() string { return m.text }

func misfitAt(t *token.Token, format string, args ...any) *misfit {
	return &misfit{t.Position.Line, t.Position.Column, fmt.Sprintf(format, args...)}
}

var typeOfDuration = reflect.TypeFor[time.Duration]()

// fit holds a YAML tree against the Go type that it is decoded into, so that
// what does not fit is told in the words of the file and at its place. key is
// the name of the value. Aliases are left to the decoder.
func fit(key string, node ast.Node, t reflect.Type) *misfit {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n := node.(type) {
	case *ast.AnchorNode:
		return fit(key, n.Value, t)
	case *ast.TagNode:
		return fit(key, n.Value, t)
	case *ast.AliasNode:
		return nil
	case *ast.NullNode:
		return misfitAt(n.GetToken(), "%s has no value; leave the key out to get the default", key)
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return fitGroup(key, node, t)
	case reflect.Slice:
		return fitList(key, node, t)
	case reflect.Interface:
		return nil
	}
	return fitScalar(key, node, t)
}

func fitGroup(key string, node ast.Node, t reflect.Type) *misfit {
	group, ok := node.(*ast.MappingNode)
	if !ok {
		return misfitAt(node.GetToken(), "%s must be a group of keys, each written as key: value", key)
	}
	for _, v := range group.Values {
		if v.Key.IsMergeKey() {
			continue
		}
		name := v.Key.GetToken()
		inner, known := memberType(t, name.Value)
		if !known {
			return misfitAt(name, "unknown key %q%s", name.Value, didYouMean(name.Value))
		}
		if m := fit(name.Value, v.Value, inner); m != nil {
			return m
		}
	}
	return nil
}

// memberType is the type of the value under a key of a struct or map.
func memberType(t reflect.Type, key string) (reflect.Type, bool) {
	if t.Kind() == reflect.Map {
		return t.Elem(), true
	}
	for f := range t.Fields() {
		if yamlName(f) == key {
			return f.Type, true
		}
	}
	return nil, false
}

// yamlName is the key of a struct field; "" when it has none.
func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return strings.Trim(name, "-")
}

func fitList(key string, node ast.Node, t reflect.Type) *misfit {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		return misfitAt(start(node), "%s must be a list, written as [a, b] or as lines that begin with -", key)
	}
	for _, v := range list.Values {
		if m := fit(key, v, t.Elem()); m != nil {
			return m
		}
	}
	return nil
}

// start is the first token of a node: that of a block of keys is a colon.
func start(node ast.Node) *token.Token {
	if group, ok := node.(*ast.MappingNode); ok && len(group.Values) > 0 && !group.IsFlowStyle {
		return group.Values[0].Key.GetToken()
	}
	return node.GetToken()
}

func fitScalar(key string, node ast.Node, t reflect.Type) *misfit {
	at := start(node)
	if _, scalar := node.(ast.ScalarNode); !scalar {
		return misfitAt(at, "%s must be a single value", key)
	}
	if t == typeOfDuration {
		if _, err := time.ParseDuration(at.Value); err != nil || node.Type() == ast.IntegerType {
			return misfitAt(at, "%s: %q is no duration: write a number with a unit, such as 500ms, 1.5s or 2m", key, at.Value)
		}
		return nil
	}
	if what := numberWanted(node, t); what != "" {
		return misfitAt(at, "%s: %q is not %s", key, at.Value, what)
	}
	return nil
}

// numberWanted says which number a value of type t must be, "" when the node is
// one or when t takes any text.
func numberWanted(node ast.Node, t reflect.Type) string {
	switch t.Kind() {
	case reflect.Float64:
		if node.Type() != ast.IntegerType && node.Type() != ast.FloatType {
			return "a number"
		}
	case reflect.Int, reflect.Uint64:
		n, ok := node.(*ast.IntegerNode)
		if !ok {
			return "a whole number"
		}
		_, negative := n.Value.(int64)
		large, _ := n.Value.(uint64)
		if negative && t.Kind() == reflect.Uint64 {
			return "a whole number from 0 on"
		}
		if large > math.MaxInt64 && t.Kind() == reflect.Int {
			return "a number of a sensible size"
		}
	}
	return ""
}
