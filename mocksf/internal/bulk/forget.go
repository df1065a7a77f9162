package bulk

import "slices"

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
	q.jobs = slices.DeleteFunc(q.jobs, func(j *job) bool {
		if j.number <= n {
			return false
		}
		if j.upload != nil {
			q.held -= len(j.upload.text)
		}
		delete(q.byID, j.info.ID)
		return true
	})
}

func (q *Queue) after(n int) []*job {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(q.jobs), func(j *job) bool { return j.number <= n })
}
