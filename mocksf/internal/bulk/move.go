package bulk

// Move is a job, or a batch of a job of Bulk API 1.0, that has entered a state.
type Move struct {
	Info
	Job string // id of the job; for a batch it is not Info.ID
}

// tell tells of the state that the job is in. The queue's lock is held.
func (j *job) tell() {
	if j.told == nil {
		return
	}
	m := Move{Info: j.info, Job: j.info.ID}
	if j.parent != nil {
		m.Job = j.parent.info.ID
	}
	j.told(m)
}
