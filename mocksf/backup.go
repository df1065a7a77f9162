package mocksf

// Backup takes a backup of all records. The function that it returns puts the
// org back to it, and says how many commits have no effect any more: what came
// after the backup is gone, and bulk jobs created since are unknown. Sessions
// stay. The commit log shows it as one commit of the API restore, see
// commitlog.Commit.RestoredTo.
func (o *Org) Backup() (restore func() (undone int)) {
	backup, jobs := o.store.Backup(), o.jobs.Given()
	return func() int {
		o.jobs.Forget(jobs)
		return o.store.Restore(backup)
	}
}
