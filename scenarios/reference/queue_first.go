package reference

import "slices"

// AddFirst puts transactions, the oldest first, before all that waits in their
// lanes.
func (q *Queue) AddFirst(txs []*Transaction) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, tx := range slices.Backward(txs) {
		name := q.Lane(tx)
		l := q.lanes[name]
		if l == nil {
			l = &lane{name: name}
			q.lanes[name] = l
		}
		l.waiting = slices.Insert(l.waiting, 0, tx)
		q.place(l)
	}
}

// Writes are those of waiting transactions, by their records.
func (q *Queue) Writes() map[recordName][]Write {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := map[recordName][]Write{}
	for _, l := range q.lanes {
		for _, tx := range l.waiting {
			for _, w := range Writes(tx) {
				all[w.name()] = append(all[w.name()], w)
			}
		}
	}
	return all
}
