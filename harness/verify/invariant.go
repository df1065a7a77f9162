package verify

import (
	"fmt"
	"slices"
)

// Invariant is a rule about the records of one object that must hold after
// every commit. It is one of three: a sum, a number of children, or the moves
// that a field may make.
type Invariant struct {
	Name   string `yaml:"name" json:"name"`
	Parent string `yaml:"parent" json:"parent"` // object that the rule is about

	// The children of a record are those whose Lookup holds its id.
	Children string `yaml:"children" json:"children,omitempty"` // their object
	Lookup   string `yaml:"lookup" json:"lookup,omitempty"`     // their field

	Field string `yaml:"field" json:"field,omitempty"` // of the parent
	Sum   string `yaml:"sum" json:"sum,omitempty"`     // of the children: Field is its sum over them; null counts as 0

	Least int `yaml:"least" json:"least,omitempty"` // fewest children
	Most  int `yaml:"most" json:"most,omitempty"`   // most children; 0 is no bound

	// Moves are the values that Field may take next, by the one that it has; ""
	// is null, and what a new record may begin with.
	Moves map[string][]string `yaml:"moves,omitempty" json:"moves,omitempty"`
}

// Check says what is wrong with a rule, "" when nothing is.
func (v *Invariant) Check() string {
	families := v.Children != "" && v.Lookup != ""
	counts := v.Least != 0 || v.Most != 0
	switch {
	case v.Name == "":
		return "an invariant has no name: the report calls it by one"
	case v.Parent == "":
		return fmt.Sprintf("invariant %q has no parent: name the object that it is about", v.Name)
	case v.kinds() != 1:
		return fmt.Sprintf("invariant %q must say one thing: sum, least and most, or moves", v.Name)
	case v.Sum != "" && (!families || v.Field == ""):
		return fmt.Sprintf("invariant %q needs field (of the parent), children and lookup beside sum", v.Name)
	case counts && (!families || v.Field != ""):
		return fmt.Sprintf("invariant %q needs children and lookup, and no field, beside least and most", v.Name)
	case v.Least < 0 || v.Most < 0 || v.Most > 0 && v.Most < v.Least:
		return fmt.Sprintf("invariant %q: no number of children is between %d and %d", v.Name, v.Least, v.Most)
	case len(v.Moves) > 0 && (v.Field == "" || v.Children != "" || v.Lookup != ""):
		return fmt.Sprintf("invariant %q needs field, and neither children nor lookup, beside moves", v.Name)
	}
	return ""
}

func (v *Invariant) kinds() int {
	n := 0
	for _, said := range []bool{v.Sum != "", v.Least != 0 || v.Most != 0, len(v.Moves) > 0} {
		if said {
			n++
		}
	}
	return n
}

// mayMove tells whether the field may go from one value to another.
func (v *Invariant) mayMove(from, to string) bool {
	return from == to || slices.Contains(v.Moves[from], to)
}
