package store

// children finds the records whose lookup leads to a parent: lists that run
// through arrays by the numbers of the rows. A record costs eight bytes, and
// comes and goes in constant time however many siblings it has. Deleted records
// stay in their list.
type children struct {
	field  int
	parent *Table
	first  []uint32 // of a parent, by its number; 0 is none
	next   []uint32 // by the number of the child
	before []uint32
}

// number is the parent's number in a lookup's value; 0 is none.
func (c *children) number(r *Row) uint32 {
	if r == nil {
		return 0
	}
	id := r.values.get(c.field)
	if id == "" || id[:3] != c.parent.Prefix {
		return 0
	}
	return Sequence(id)
}

// move files record n under another parent; 0 is none.
func (c *children) move(n, from, to uint32) {
	if from != 0 {
		c.remove(n, from)
	}
	if to != 0 {
		c.add(n, to)
	}
}

func (c *children) add(n, parent uint32) {
	c.first = reaching(c.first, parent)
	c.next, c.before = reaching(c.next, n), reaching(c.before, n)
	head := c.first[parent]
	c.first[parent], c.next[n], c.before[n] = n, head, 0
	if head != 0 {
		c.before[head] = n
	}
}

func (c *children) remove(n, parent uint32) {
	next, before := c.next[n], c.before[n]
	if before == 0 {
		c.first[parent] = next
	} else {
		c.next[before] = next
	}
	if next != 0 {
		c.before[next] = before
	}
}

// reaching makes a list long enough for index n.
func reaching(list []uint32, n uint32) []uint32 {
	if missing := int(n) + 1 - len(list); missing > 0 {
		return append(list, make([]uint32, missing)...)
	}
	return list
}

// lookup is the index of a lookup field for the parents of an object, given by
// the prefix of its ids; "" means any. nil when there is none.
func (t *Table) lookup(field int, prefix string) *children {
	for _, c := range t.lookups {
		if c.field == field && (prefix == "" || c.parent.Prefix == prefix) {
			return c
		}
	}
	return nil
}
