package match

import (
	"slices"
	"strings"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// NotFound is the number of no record.
const NotFound int32 = -1

// Book recognises changes without a token by key and content. Records that
// look alike cannot be told apart: they are taken one after the other, so that
// their number is right and their identity is not.
type Book struct {
	names   Names
	entries []entry
	groups  map[look]*group
	records map[name][]int32 // entries of one record of the target
}

// entry is one intended record write.
type entry struct {
	ref    int32
	record *history.Record
	taken  bool
}

// name is a record as the source knows it; an insert has no external id.
type name struct{ object, externalID string }

// look is all by which a record write is recognised.
type look struct {
	name
	content string
}

// group is the entries that look alike.
type group struct {
	members []int32
	next    int
}

// NewBook returns an empty book.
func NewBook(names Names) *Book {
	return &Book{names: names, groups: map[look]*group{}, records: map[name][]int32{}}
}

// Covers tells whether changes of an object are recognised by the book: the
// object carries no token.
func (b *Book) Covers(object string) bool { return b.names.Field(object) == "" }

// Add enters an intended record write under the caller's number. Among those
// that look alike, those added first are taken first. Deletions are no matter
// of content and are left out.
func (b *Book) Add(ref int32, r *history.Record) {
	if r.Op == "delete" || !b.Covers(r.Object) {
		return
	}
	i := int32(len(b.entries))
	b.entries = append(b.entries, entry{ref: ref, record: r})
	n := name{r.Object, r.ExternalID}
	l := look{n, b.names.content(r.Fields, r.ExternalIDField, r.ExternalID)}
	if b.groups[l] == nil {
		b.groups[l] = &group{}
	}
	b.groups[l].members = append(b.groups[l].members, i)
	if n.externalID != "" {
		b.records[n] = append(b.records[n], i)
	}
}

// Alike lists the numbers of the entries that share their look with another.
func (b *Book) Alike() []int32 {
	var refs []int32
	for _, g := range b.groups {
		for _, i := range g.members {
			if len(g.members) > 1 {
				refs = append(refs, b.entries[i].ref)
			}
		}
	}
	slices.Sort(refs)
	return refs
}

// Take finds the record write that a change carries out, or NotFound. The last
// of those that look alike is found again and again.
func (b *Book) Take(c *commitlog.Change) int32 {
	keyed := name{c.Object, c.ExternalID}
	text := b.names.content(c.Fields, "", c.ExternalID)
	for _, n := range []name{keyed, {c.Object, ""}} { // an integration may give an insert a key of its own
		if g := b.groups[look{n, text}]; g != nil {
			return b.take(g)
		}
	}
	if c.ExternalID == "" {
		return NotFound
	}
	return b.closest(b.records[keyed], c)
}

func (b *Book) take(g *group) int32 {
	i := g.members[g.next]
	g.next = min(g.next+1, len(g.members)-1)
	b.entries[i].taken = true
	return b.entries[i].ref
}

// closest finds the write of a record with which an altered change has most in
// common; one that has not been carried out yet is preferred.
func (b *Book) closest(entries []int32, c *commitlog.Change) int32 {
	best, most := NotFound, -1
	for _, i := range entries {
		points := 2 * common(b.entries[i].record.Fields, c.Fields)
		if !b.entries[i].taken {
			points++
		}
		if points > most {
			best, most = i, points
		}
	}
	if best == NotFound {
		return NotFound
	}
	b.entries[best].taken = true
	return b.entries[best].ref
}

// common counts the intended fields that were written as intended.
func common(intended, written map[string]any) int {
	n := 0
	for field, want := range intended {
		got, there := written[field]
		if !there {
			for name, v := range written {
				if strings.EqualFold(name, field) {
					got, there = v, true
				}
			}
		}
		if there && value(want) == value(got) {
			n++
		}
	}
	return n
}
