package soql

import (
	"regexp"
	"strings"
)

// key is what equal values of a kind have in common.
func key(kind Kind, v any) any {
	if s, ok := v.(string); ok && kind != ID {
		return strings.ToLower(s)
	}
	return v
}

// wanted is the normal form of a literal for values of a kind.
func wanted(kind Kind, l Literal) any { return normal(kind, l.value()) }

var idShape = regexp.MustCompile(`^([0-9A-Za-z]{15}|[0-9A-Za-z]{18})$`)

// kindNames are the words of Salesforce's messages about wrong literals.
var kindNames = map[Kind]string{String: "string", Number: "double", Bool: "boolean", Date: "date", DateTime: "dateTime", ID: "id"}

// suits checks the literal and the operator against the operand's type.
func (b *binding) suits(o operand, c Compare) error {
	l, text := c.Value, b.query.Text
	ordered := c.Op != Eq && c.Op != Ne
	fits := l.Kind == o.kind || l.Kind == String && o.kind == ID || l.Kind == Relative && (o.kind == Date || o.kind == DateTime)
	switch {
	case c.Expr.Func == distance && c.Op != Lt && c.Op != Gt:
		return fail(InvalidFilter, text, c.Expr.Path[0].Pos, "DISTANCE can be compared with < and > only")
	case l.Kind == Null && ordered:
		return fail(InvalidFilter, text, l.Pos, "invalid operator: null can be compared with = and != only")
	case l.Kind == Null:
		return nil
	case !fits && (o.kind == String || o.kind == ID):
		return fail(InvalidField, text, l.Pos, "value of filter criterion for field '%s' must be of type %s and should be enclosed in quotes", o.name, kindNames[o.kind])
	case !fits:
		return fail(InvalidField, text, l.Pos, "value of filter criterion for field '%s' must be of type %s and should not be enclosed in quotes", o.name, kindNames[o.kind])
	case c.Op == Like && o.kind != String, ordered && o.kind == Bool:
		return fail(InvalidFilter, text, c.Expr.Path[len(c.Expr.Path)-1].Pos, "invalid operator on %s field", kindNames[o.kind])
	case o.kind == ID && l.Text != "" && !idShape.MatchString(l.Text):
		return fail(InvalidFilter, text, l.Pos, "invalid ID field: %s", l.Text)
	}
	return nil
}
