package jsontree

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func parse(t testing.TB, src string) Value {
	t.Helper()
	v, err := Parse(src)
	require.NoError(t, err, src)
	return v
}

func TestTreeKeepsOrderAndDigits(t *testing.T) {
	v := parse(t, ` {"b":[1,{"x":null},"s"],"a":1.50,"a":true,"e":"","k\u00e4":-0.0e+1} `)
	var names []string
	for name := range v.Members() {
		names = append(names, name)
	}
	assert.Equal(t, []string{"b", "a", "a", "e", "kä"}, names)
	assert.Equal(t, 5, v.Len())
	assert.True(t, v.Get("a").True(), "the last one counts")
	assert.Equal(t, "-0.0e+1", v.Get("kä").Text())
	assert.Equal(t, `[1,{"x":null},"s"]`, v.Get("b").Raw())
	assert.Equal(t, String, v.Get("e").Kind())
	assert.Len(t, slices.Collect(v.Get("b").Items()), 3)
	assert.Empty(t, slices.Collect(v.Items()), "an object has no items")
}

func TestAbsentIsHarmless(t *testing.T) {
	var none Value
	assert.Equal(t, Absent, none.Get("a").Get("b").Kind())
	assert.Empty(t, none.Text())
	assert.Empty(t, none.Raw())
	assert.Zero(t, none.Len())
	assert.Empty(t, slices.Collect(none.Items()))
	assert.Empty(t, slices.Collect(none.Strings("a")))
	assert.Empty(t, parse(t, `null`).Text())
	assert.Empty(t, parse(t, `{"a":1}`).Text())
}

func TestStringsAtAnyDepth(t *testing.T) {
	v := parse(t, `{"T":"1","x":[{"T":"\u0032"},{"T":3,"y":{"T":"4"}}],"T2":"no"}`)
	assert.Equal(t, []string{"1", "2", "4"}, slices.Collect(v.Strings("T")))
	assert.Equal(t, []string{"2", "4"}, slices.Collect(v.Get("x").Strings("T")))
}

func TestErrorsSayWhere(t *testing.T) {
	for src, want := range map[string]string{
		``:                         "Unexpected end-of-input at [line:1, column:1]",
		"{\n \"a\": x}":            "Unexpected character ('x' (code 120)) at [line:2, column:7]",
		`{"a" 1}`:                  "Unexpected character ('1' (code 49)) at [line:1, column:6]",
		`[1,]`:                     "Unexpected character (']' (code 93)) at [line:1, column:4]",
		`{"a":1,}`:                 "Unexpected character ('}' (code 125)) at [line:1, column:8]",
		`01`:                       "Unexpected character ('1' (code 49)) at [line:1, column:2]",
		`"\x"`:                     "Unexpected character ('x' (code 120)) at [line:1, column:3]",
		"\"\x01\"":                 "Unexpected character ('\\x01' (code 1)) at [line:1, column:2]",
		`"abc`:                     "Unexpected end-of-input at [line:1, column:5]",
		"\"\xff\"":                 "Invalid UTF-8 at [line:1, column:1]",
		strings.Repeat("[", 1_000): "Document nesting is too deep at [line:1, column:502]",
	} {
		_, err := Parse(src)
		require.Error(t, err, src)
		assert.Equal(t, want, err.Error())
	}
}

func TestAppendString(t *testing.T) {
	for _, text := range []string{"", "plain", "\"\\/\b\f\n\r\t\x00\x1f", "ä😀\u2028", "a\xffb"} {
		var back string
		require.NoError(t, json.Unmarshal(AppendString(nil, text), &back))
		assert.Equal(t, strings.ToValidUTF8(text, "\ufffd"), back)
	}
}

// value makes of a tree what encoding/json makes of the text.
func value(v Value) any {
	switch v.Kind() {
	case Bool:
		return v.True()
	case Number:
		n, _ := strconv.ParseFloat(v.Text(), 64)
		return n
	case String:
		return v.Text()
	case Array:
		list := []any{}
		for item := range v.Items() {
			list = append(list, value(item))
		}
		return list
	case Object:
		object := map[string]any{}
		for name, member := range v.Members() {
			object[name] = value(member)
		}
		return object
	}
	return nil
}

// FuzzParse holds the tree against encoding/json: both refuse, or both read
// the same.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,2.5e3,-0,"x\n\u00e4\ud83d\ude00\ud800",true,false,null,{}],"a":{}}`, `[]`, `"\u12"`, `[1 2]`, `{"a":}`, ` 1 `, `nul`, `"\`, `{"":""}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		v, err := Parse(src)
		var want any
		wanted := json.Unmarshal([]byte(src), &want)
		if err != nil {
			message := err.Error()
			if strings.Contains(message, "UTF-8") || strings.Contains(message, "too deep") {
				return // encoding/json is more lenient there
			}
		}
		if (err == nil) != (wanted == nil) {
			if wanted != nil && strings.Contains(wanted.Error(), "cannot unmarshal number") {
				return // out of the range of float64
			}
			t.Fatalf("%q: %v, encoding/json: %v", src, err, wanted)
		}
		if err == nil {
			assert.Equal(t, want, value(v), src)
			assert.Equal(t, strings.Trim(src, " \t\r\n"), v.Raw())
		}
	})
}
