package verify

import (
	"fmt"
	"math"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// rule keeps the aggregates of one invariant, by delta: every change costs the
// same, however many children a record has.
type rule struct {
	*Invariant
	parents  map[string]*parent // by id
	children map[string]child   // living ones, by id
	touched  []*parent          // by the commit that is being applied
	asked    int                // how often the rule was put to the test
}

// parent is one record that the rule is about.
type parent struct {
	id      string
	name    target
	alive   bool
	value   float64 // of Field
	text    string  // of Field, as moves name it
	sum     float64 // over its children
	n       int     // children
	touched bool
	wrong   string // why a move was not allowed
	broken  bool
	open    *candidate // nil when the breach was not kept, or is excused
}

// child is one record below a parent.
type child struct {
	parent string
	amount float64
}

func newRule(v *Invariant) *rule {
	return &rule{Invariant: v, parents: map[string]*parent{}, children: map[string]child{}}
}

// apply takes in one change of a commit.
func (r *rule) apply(change *commitlog.Change) {
	if strings.EqualFold(change.Object, r.Parent) {
		r.applyParent(change)
	}
	if r.Children != "" && strings.EqualFold(change.Object, r.Children) {
		r.applyChild(change)
	}
}

func (r *rule) applyParent(change *commitlog.Change) {
	p := r.touch(change.ID)
	if p.name.object == "" {
		p.name = target{change.Object, change.ExternalID}
	}
	p.alive = change.Op != commitlog.Delete
	got, given := written(change.Fields, r.Field)
	if !given {
		if change.Op != commitlog.Insert {
			return
		}
		got = nil
	}
	p.value, _ = number(got)
	if len(r.Moves) > 0 {
		r.move(p, textOf(got))
	}
}

// move judges a change of the field, whatever comes after it.
func (r *rule) move(p *parent, to string) {
	p.wrong = ""
	if !r.mayMove(p.text, to) {
		p.wrong = fmt.Sprintf("%s went from %q to %q", r.Field, p.text, to)
	}
	p.text = to
}

func textOf(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func (r *rule) applyChild(change *commitlog.Change) {
	before, there := r.children[change.ID]
	after := before
	if id, given := written(change.Fields, r.Lookup); given {
		after.parent, _ = id.(string)
	}
	if amount, given := written(change.Fields, r.Sum); given {
		after.amount, _ = number(amount)
	}
	if there {
		r.adopt(before, -1)
	}
	if change.Op == commitlog.Delete {
		delete(r.children, change.ID)
		return
	}
	r.children[change.ID] = after
	r.adopt(after, 1)
}

// adopt adds a child to its parent, or takes it away.
func (r *rule) adopt(c child, sign int) {
	if c.parent != "" {
		p := r.touch(c.parent)
		p.n += sign
		p.sum += float64(sign) * c.amount
	}
}

func (r *rule) touch(id string) *parent {
	p := r.parents[id]
	if p == nil {
		p = &parent{id: id}
		r.parents[id] = p
	}
	if !p.touched {
		p.touched = true
		r.touched = append(r.touched, p)
	}
	return p
}

// breach says what is wrong with a record, "" when the rule holds for it.
func (r *rule) breach(p *parent) string {
	switch {
	case !p.alive:
		return ""
	case len(r.Moves) > 0:
		return p.wrong
	case r.Sum != "" && math.Abs(p.value-p.sum) > 1e-6+1e-12*math.Max(math.Abs(p.value), math.Abs(p.sum)):
		return fmt.Sprintf("%s is %s, and %s over its %s of %s is %s", r.Field, amount(p.value), r.Sum, plural(p.n, "record"), r.Children, amount(p.sum))
	case p.n < r.Least:
		return fmt.Sprintf("it has %s of %s, and must have at least %d", plural(p.n, "record"), r.Children, r.Least)
	case r.Most > 0 && p.n > r.Most:
		return fmt.Sprintf("it has %s of %s, and must have at most %d", plural(p.n, "record"), r.Children, r.Most)
	}
	return ""
}

// amount writes a figure without the noise of adding up.
func amount(v float64) string {
	if v = math.Round(v*1e6) / 1e6; v == 0 {
		return "0"
	}
	return fmt.Sprintf("%.10g", v)
}
