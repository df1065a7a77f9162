package store

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/schema"
)

// Kind tells in which form a value arrives.
type Kind uint8

// The kinds of values. A Cell is text out of a CSV file, which says nothing
// about its type.
const (
	Null Kind = iota
	Text
	Number
	Bool
	Cell
)

// form checks a text that is not empty against a field, and returns the text
// under which the store keeps it.
type form func(f *schema.Field, kind Kind, text string) (string, *apierr.Error)

// formOf is the form of a field's values.
func formOf(f *schema.Field) form {
	switch t := f.Type; {
	case t.Number():
		return number
	case t == schema.Boolean:
		return boolean
	case t == schema.Date:
		return date
	case t == schema.DateTime:
		return instant
	case t == schema.Reference || t == schema.ID:
		return identifier
	case t == schema.Base64:
		return file
	case t == schema.Email || f.Restricted:
		return strict
	}
	return words
}

// canonical checks a value against its field and returns the text under which
// the store keeps it; "" is null.
func (t *Table) canonical(field int, kind Kind, text string) (string, *apierr.Error) {
	if kind == Null || text == "" {
		return "", nil
	}
	return t.traits[field].form(&t.Fields[field], kind, text)
}

// mistyped is the error for a value of the wrong type: JSON bodies fail in the
// org's parser, CSV cells in the record.
func mistyped(f *schema.Field, kind Kind, want, text string) *apierr.Error {
	if kind == Cell {
		return apierr.WrongCellType.New(f.Name, text).On(f.Name)
	}
	return apierr.JSONParser.New("Cannot deserialize instance of " + want + " from VALUE_STRING value " + text +
		" or request may be missing a required field")
}

func number(f *schema.Field, kind Kind, text string) (string, *apierr.Error) {
	if kind != Bool && f.Type != schema.Int && plain(text) {
		return text, nil
	}
	if kind == Bool || strings.Trim(text, "0123456789+-.eE") != "" { // no Inf, NaN or 0x1p4
		return "", mistyped(f, kind, string(f.Type), text)
	}
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case math.IsInf(n, 0) || math.Abs(n) >= 1e18:
		return "", apierr.OutOfRange.New(f.Name, text).On(f.Name)
	case err != nil:
		return "", mistyped(f, kind, string(f.Type), text)
	case f.Type == schema.Int && (n != math.Trunc(n) || math.Abs(n) > math.MaxInt32):
		return "", mistyped(f, kind, string(f.Type), text)
	}
	return strconv.FormatFloat(n+0, 'f', -1, 64), nil
}

// plain tells whether a number is written as the store writes it, and so short
// that a float64 keeps every digit: then there is nothing to convert. A
// float64 tells all decimals of up to 15 digits apart (IEEE 754).
func plain(text string) bool {
	whole, fraction, broken := strings.Cut(text, ".")
	if len(text) > 15 || broken && strings.TrimRight(fraction, "0") != fraction {
		return false
	}
	return allDigits(whole) && (!broken || allDigits(fraction)) && (whole == "0" || whole[0] != '0')
}

func allDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

func boolean(f *schema.Field, kind Kind, text string) (string, *apierr.Error) {
	switch strings.ToLower(text) {
	case "true":
		return "true", nil
	case "false":
		return "false", nil
	case "1", "0":
		if kind == Cell {
			return strconv.FormatBool(text == "1"), nil
		}
	}
	return "", mistyped(f, kind, "boolean", text)
}

func date(f *schema.Field, kind Kind, text string) (string, *apierr.Error) {
	day := text
	if len(text) > len(DateLayout) && text[len(DateLayout)] == 'T' {
		day = text[:len(DateLayout)] // a date and time where a date is wanted
	}
	if _, err := time.Parse(DateLayout, day); err != nil || kind != Cell && fractionDigits(text) > 3 {
		return "", mistyped(f, kind, "date", text)
	}
	return day, nil
}

// fractionDigits counts the digits of the fraction of a second. The parser of
// live orgs does not take a time for a date that has more than milliseconds, as
// .NET writes it (Force.com Toolkit for .NET, pull request 127).
func fractionDigits(text string) int {
	_, fraction, _ := strings.Cut(text, ".")
	return len(fraction) - len(strings.TrimLeft(fraction, "0123456789"))
}

// instants are the layouts of ISO 8601 in use; Go's parser takes fractions of
// a second with any of them.
var instants = []string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", DateLayout}

func instant(f *schema.Field, kind Kind, text string) (string, *apierr.Error) {
	for _, layout := range instants {
		if at, err := time.Parse(layout, text); err == nil {
			return Stamp(at), nil
		}
	}
	return "", mistyped(f, kind, "datetime", text)
}

func identifier(f *schema.Field, _ Kind, text string) (string, *apierr.Error) {
	id, ok := LongID(text)
	if !ok {
		return "", apierr.MalformedID.New(f.Name, text).On(f.Name)
	}
	return id, nil
}

// file checks the base64 form of a file, which may be broken into lines.
func file(f *schema.Field, kind Kind, text string) (string, *apierr.Error) {
	text = lineBreaks.Replace(text)
	switch {
	case kind == Number || kind == Bool || !inBase64(text):
		return "", mistyped(f, kind, "base64", apierr.Short(text))
	case f.Length > 0 && fileSize(text) > f.Length:
		return "", apierr.TooLong.New(f.Name, apierr.Short(text), f.Length).On(f.Name)
	}
	return text, nil
}

var lineBreaks = strings.NewReplacer("\r", "", "\n", "")

// inBase64 tells whether a text is one in base64, without decoding it: files are
// large.
func inBase64(text string) bool {
	figures := strings.TrimRight(text, "=")
	return len(text)%4 == 0 && len(text)-len(figures) <= 2 && strings.IndexFunc(figures, notInBase64) < 0
}

func notInBase64(c rune) bool {
	return (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '+' && c != '/'
}

// fileSize is how many bytes a text in base64 stands for.
func fileSize(text string) int {
	return len(text)/4*3 - strings.Count(text[max(0, len(text)-2):], "=")
}

// words is a text. Salesforce keeps none with whitespace around it (Apex guide,
// Primitive Data Types).
func words(f *schema.Field, _ Kind, text string) (string, *apierr.Error) {
	text = trim(text)
	if longest := f.Length; len(text) > longest && utf8.RuneCountInString(text) > longest {
		return "", apierr.TooLong.New(f.Name, text, longest).On(f.Name)
	}
	return text, nil
}

// trim takes off what is a space or less, which is one byte in UTF-8: to read
// runes takes a tenth of the time of bulk ingest.
func trim(text string) string {
	for text != "" && text[0] <= ' ' {
		text = text[1:]
	}
	for text != "" && text[len(text)-1] <= ' ' {
		text = text[:len(text)-1]
	}
	return text
}

// strict is a text of which more counts than the length. Salesforce keeps no
// e-mail address in capitals (replies of live orgs).
func strict(f *schema.Field, kind Kind, text string) (string, *apierr.Error) {
	if f.Type == schema.Email {
		text = strings.ToLower(text)
	}
	text, err := words(f, kind, text)
	switch {
	case err != nil || text == "":
		return "", err
	case f.Type == schema.Email && !address(text):
		return "", apierr.InvalidEmail.New(f.Name, text).On(f.Name)
	case f.Restricted && !listed(f, text):
		return "", apierr.BadPicklist.New(f.Name, text).On(f.Name)
	}
	return text, nil
}

func address(text string) bool {
	name, host, ok := strings.Cut(text, "@")
	return ok && name != "" && strings.Contains(strings.Trim(host, "."), ".") && !strings.ContainsAny(text, " \t\r\n,;") &&
		!strings.Contains(host, "@")
}

func listed(f *schema.Field, text string) bool {
	for part := range strings.SplitSeq(text, ";") {
		found := false
		for _, v := range f.Values {
			found = found || strings.EqualFold(v, part)
		}
		if !found {
			return false
		}
	}
	return true
}
