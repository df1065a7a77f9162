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

// Deletes names the records that waiting transactions delete.
func (q *Queue) Deletes() map[recordName]bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	names := map[recordName]bool{}
	for _, l := range q.lanes {
		for _, tx := range l.waiting {
			for i, r := range tx.Records {
				if r.Op == "delete" {
					names[Writes(tx)[i].name()] = true
				}
			}
		}
	}
	return names
}
