package workload

import (
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/harness/match"
)

// Fields names the fields of an object by which Squall knows its records.
type Fields struct {
	Key     string `yaml:"key"`     // external id: the business key
	Token   string `yaml:"token"`   // copied verbatim and unique per version; match.None is none
	Version string `yaml:"version"` // holds the version number; "" is none
}

// DefaultFields are those that Generate writes.
var DefaultFields = Fields{Key: externalID, Token: match.DefaultToken}

// Names are the fields of all objects.
type Names struct {
	Fields
	Objects map[string]Fields // objects with fields of their own; what is "" is as for all others
	Fills   []string          // fields that the integration fills by itself
}

// Of are the fields of one object.
func (n Names) Of(object string) Fields {
	f, own := n.Fields, n.Objects[object]
	for _, part := range []struct{ is, own *string }{{&f.Key, &own.Key}, {&f.Token, &own.Token}, {&f.Version, &own.Version}} {
		if *part.own != "" {
			*part.is = *part.own
		}
	}
	return f
}

// Tokens is what joins the ledgers.
func (n Names) Tokens() match.Names {
	names := match.Names{Default: n.Token, Fills: n.Fills}
	for object := range n.Objects {
		if names.Objects == nil {
			names.Objects = map[string]string{}
		}
		names.Objects[object] = n.Of(object).Token
	}
	return names
}

// Apply puts generated transactions into the names of somebody's own org.
func (n Names) Apply(ops []history.Operation) {
	for i := range ops {
		for j := range ops[i].Records {
			n.record(&ops[i].Records[j])
		}
	}
}

func (n Names) record(r *history.Record) {
	f := n.Of(r.Object)
	if r.ExternalIDField == externalID { // twins are named by a field of theirs
		r.ExternalIDField = f.Key
	}
	if r.Parent != nil {
		r.Parent.ExternalIDField = n.Of(r.Parent.Object).Key
	}
	if token, has := r.Fields[match.DefaultToken]; has && f.Token != match.DefaultToken {
		delete(r.Fields, match.DefaultToken)
		if f.Token != match.None {
			r.Fields[f.Token] = token
		}
	}
	if f.Version != "" && r.Version != 0 && r.Op != "delete" {
		r.Fields[f.Version] = float64(r.Version)
	}
}
