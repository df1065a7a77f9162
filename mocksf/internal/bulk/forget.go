package bulk

// Given is the number of jobs created so far.
func (q *Queue) Given() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return int(q.given)
}

// Forget stops and deletes the jobs created after the first n, as an org does
// that is put back to an earlier state. None of their rows is committed after
// it returned.
func (q *Queue) Forget(n int) {
	for _, j := range q.after(n) {
		j.commit.Lock()
		j.stop()
		j.commit.Unlock()
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.remove(func(j *job) bool { return j.info.Number > n })
}

// after lists the jobs created after the first n, and their batches.
func (q *Queue) after(n int) (all []*job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range q.jobs {
		if j.info.Number > n {
			all = append(all, j)
			all = append(all, j.parts()...)
		}
	}
	return all
}
