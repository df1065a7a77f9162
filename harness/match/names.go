// Package match tells which intended record a change of the target carries
// out: by the token that both carry, or, where the integration carries none,
// by key and content. It imports the two ledgers and nothing else.
package match

import (
	"slices"
	"strings"
)

// None stands for the token field of records that carry no token.
const None = "none"

// DefaultToken is the token field unless a scenario names another.
const DefaultToken = "Token__c"

// Names says in which field the records of an object carry their token. The
// zero value is DefaultToken for all.
type Names struct {
	Default string            // "" is DefaultToken, None is no field at all
	Objects map[string]string // objects that have another field, or None
	Fills   []string          // fields that the integration fills by itself, whatever the source sent
}

// Filled tells whether the integration fills a field by itself.
func (n Names) Filled(field string) bool {
	return slices.ContainsFunc(n.Fills, func(own string) bool { return strings.EqualFold(own, field) })
}

// Field is the token field of an object, "" when it has none.
func (n Names) Field(object string) string {
	field := n.Default
	if len(n.Objects) > 0 {
		if own, has := n.Objects[object]; has {
			field = own
		}
	}
	switch field {
	case "":
		return DefaultToken
	case None:
		return ""
	}
	return field
}

// Token is the token among the fields of a record, "" when there is none.
func (n Names) Token(object string, fields map[string]any) string {
	field := n.Field(object)
	if field == "" {
		return ""
	}
	token, _ := fields[field].(string)
	return token
}

// Tokenless tells whether some objects carry no token.
func (n Names) Tokenless() bool {
	if n.Default == None {
		return true
	}
	for _, field := range n.Objects {
		if field == None {
			return true
		}
	}
	return false
}
