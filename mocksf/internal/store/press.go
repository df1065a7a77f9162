package store

// Press packs records. Whoever inserts many has it pack their drafts ahead of
// the transaction, which keeps others out while it lasts. It serves one
// goroutine. The zero Press is ready.
type Press struct {
	// Block is the least number of bytes that it asks for at a time, so that
	// many records share an allocation. Their memory is given back together.
	Block int

	room   []byte   // what is left of the current block
	values []string // by field
}

// Pack foresees what an insert of the draft will store, and leaves that with
// the draft. An upsert gives the external id field and value that it is going
// to name, an insert FieldID and "". Nothing is foreseen of a record that
// depends on more than the draft, or that cannot be stored: that is for the
// transaction to see.
func (p *Press) Pack(d *Draft, by int, value string) {
	d.image = ""
	if d.Table.numbered || len(d.parents) > 0 {
		return
	}
	values := p.blank(d.Table)
	if by != FieldID {
		key, err := canonical(&d.Table.Fields[by], Cell, value)
		if err != nil {
			return
		}
		values[by] = key
	}
	if d.fill(values) && d.Table.complete(values) == nil && !d.Table.unnamed(values) {
		d.image = p.pack(values)
	}
}

// blank returns an empty value for each field of the table. The slice is valid
// until the next call.
func (p *Press) blank(t *Table) []string {
	if n := len(t.Fields); n > len(p.values) {
		p.values = make([]string, n)
	}
	values := p.values[:len(t.Fields)]
	clear(values)
	return values
}

// fill puts the draft's values into empty fields. false when it clears one or
// gives one twice: then what it writes and what is stored are not the same.
func (d *Draft) fill(values []string) bool {
	for _, s := range d.sets {
		if s.text == "" || values[s.field] != "" {
			return false
		}
		values[s.field] = s.text
	}
	return true
}

func (p *Press) pack(values []string) packed {
	size := packedSize(values)
	if size > len(p.room) {
		p.room = make([]byte, max(size, p.Block))
	}
	buf := appendPacked(p.room[:0:size], values)
	p.room = p.room[len(buf):]
	return asPacked(buf)
}
