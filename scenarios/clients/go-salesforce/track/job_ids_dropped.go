package main

import "github.com/squall-harness/squall/scenarios/clients/go-salesforce/scaffold"

// jobIDsDropped inserts in bulk and waits. When asking for the job's state
// fails once, the client returns the error and no job ids, although Salesforce
// works on the job: nobody can ask again, and what can be done is to send all
// of it once more.
func jobIDsDropped(sf connection) error {
	return scaffold.Queued(func(waiting []scaffold.Transaction, done func(...scaffold.Transaction) error) error {
		if _, err := sf().InsertBulk("Activity_Log__c", tabled(waiting), 10000, true); err != nil {
			return err
		}
		return done(waiting...)
	})
}

// jobIDsKept takes the ids without waiting, and asks as often as it takes.
func jobIDsKept(sf connection) error {
	return scaffold.Queued(func(waiting []scaffold.Transaction, done func(...scaffold.Transaction) error) error {
		ids, err := sf().InsertBulk("Activity_Log__c", tabled(waiting), 10000, false)
		if err != nil {
			return err
		}
		r, err := finished(sf, ids[0])
		if err != nil {
			return err
		}
		return done(without(waiting, r.FailedRecords)...)
	})
}
