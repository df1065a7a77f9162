package sieve

// ring maps numbers that rise to positions. Most are gone again before the ring
// comes round, so that each has a place of its own; those that stay lie in a
// table.
type ring struct {
	places [1 << 14]slot
	stay   *table
}

func newRing() *ring { return &ring{stay: newTable()} }

func (r *ring) place(key uint64) *slot { return &r.places[key&uint64(len(r.places)-1)] }

// get returns the value of a key, or none.
func (r *ring) get(key uint64) int32 {
	if p := r.place(key); p.key == key {
		return p.value
	}
	return r.stay.get(key)
}

// put adds a key that is not there.
func (r *ring) put(key uint64, value int32) {
	p := r.place(key)
	if p.key != 0 {
		r.stay.put(p.key, p.value)
	}
	*p = slot{key, value}
}

func (r *ring) remove(key uint64) {
	if p := r.place(key); p.key == key {
		*p = slot{}
		return
	}
	r.stay.remove(key)
}

// each calls use for every value.
func (r *ring) each(use func(value int32)) {
	for _, slots := range [][]slot{r.places[:], r.stay.slots} {
		for _, s := range slots {
			if s.key != 0 {
				use(s.value)
			}
		}
	}
}
