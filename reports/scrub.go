package reports

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"unicode"
)

// maxText is how many characters of one value a report shows.
const maxText = 2000

// scrub returns a copy of s that may be shown to anybody: in every text in it
// secrets are hidden, characters that would trick the reader's eye or terminal
// are spelled out, and very long values are cut. Walking over all of it makes
// sure that no field is forgotten.
func scrub(s Summary) Summary {
	return scrubValue(reflect.ValueOf(s)).Interface().(Summary)
}

func scrubValue(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		out.SetString(shown(v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(scrubValue(v.Field(i)))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(scrubValue(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(scrubValue(v.Index(i)))
			}
		}
	}
	return out
}

func shown(text string) string {
	return visible(hideSecrets(shorten(text, maxText)))
}

// visible spells out control characters, characters that change the direction
// of text, and bytes that are no UTF-8. Line ends and tabs stay.
func visible(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if strings.IndexFunc(text, mustSpell) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if mustSpell(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// mustSpell tells the categories Cc (control) and Cf (format: directions, zero
// width, tags) of the Unicode standard, but for line ends and tabs.
func mustSpell(r rune) bool {
	return r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf)
}

func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most]) + fmt.Sprintf("… (%s characters)", thousands(len(runes)))
}

// secrets match what must not leave the machine in a report: bearer tokens,
// Salesforce session ids (they begin with the org's id, 00D..., and an
// exclamation mark), and values of settings whose name says that they are secret.
var secrets = []*regexp.Regexp{
	regexp.MustCompile(`(?i)(\bbearer\s+)[^\s"']+`),
	regexp.MustCompile(`()\b00D[0-9A-Za-z]{12,15}![0-9A-Za-z._]+`),
	regexp.MustCompile(`(?i)((?:password|passwd|secret|access_token|refresh_token|api[_-]?key)["']?\s*[=:]\s*["']?)[^\s"',;&}]+`),
}

func hideSecrets(text string) string {
	for _, secret := range secrets {
		text = secret.ReplaceAllString(text, "${1}[hidden]")
	}
	return text
}
