package store

// Press packs records. Whoever inserts many has it pack their drafts ahead of
// the transaction, which keeps others out while it lasts. It serves one
// goroutine. The zero Press is ready.
type Press struct {
	// Block is the least number of bytes that it asks for at a time, so that
	// many records share an allocation. Their memory is given back together.
	Block int
	Rows  int // how many rows share an allocation; 0 is one

	room   []byte   // what is left of the current block
	rows   []Row    // what is left of the current ones
	places []int32  // by field: which value of the draft is for it, counted from 1; 0 is none
	values []string // by field
}

// Pack foresees the row that an insert of the draft will make, and leaves it with
// the draft. An upsert gives the external id field and value that it is going
// to name, an insert FieldID and "". Nothing is foreseen of a record that
// depends on more than the draft, or that cannot be stored: that is for the
// transaction to see.
func (p *Press) Pack(d *Draft, by int, value string) {
	d.row = nil
	if d.Table.numbered || len(d.parents) > 0 {
		return
	}
	sets := d.sets
	if by != FieldID {
		key, err := d.Table.canonical(by, Cell, value)
		switch {
		case err != nil:
			return
		case key != "":
			sets = append(sets, set{by, key})
		}
	}
	if p.order(d.Table, sets) {
		d.row = p.row()
		*d.row = Row{table: d.Table, values: p.pack(sets)}
		d.external = d.row.externalID(by)
	}
}

func (p *Press) row() *Row {
	if len(p.rows) == 0 {
		p.rows = make([]Row, max(1, p.Rows))
	}
	row := &p.rows[0]
	p.rows = p.rows[1:]
	return row
}

// order finds out which value is for which field. false when one is cleared or
// given twice, for then what is written and what is stored are not the same,
// and when one is missing.
func (p *Press) order(t *Table, sets []set) bool {
	p.places = append(p.places[:0], make([]int32, len(t.Fields))...)
	for i, s := range sets {
		if s.text == "" || p.places[s.field] != 0 {
			return false
		}
		p.places[s.field] = int32(i) + 1
	}
	for _, field := range t.required {
		if p.places[field] == 0 {
			return false
		}
	}
	return !t.nameless || p.places[t.byName["Name"]] != 0
}

func (p *Press) pack(sets []set) packed {
	size := setsSize(sets)
	if size > len(p.room) {
		p.room = make([]byte, max(size, p.Block))
	}
	buf := p.room[:0:size]
	for field, place := range p.places {
		if place != 0 {
			buf = appendValue(buf, field, sets[place-1].text)
		}
	}
	p.room = p.room[len(buf):]
	return asPacked(buf)
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
