package main

import "github.com/squall-harness/squall/scenarios/clients/go-salesforce/scaffold"

// jobIDsDropped inserts in bulk and waits. When asking for the job's state
// fails once, the client returns the error and no job ids, although Salesforce
// works on the job: nobody can ask again, and what can be done is to send all
// of it once more.
func jobIDsDropped(sf connection) error {
	return entriesInBulk(sf, func(entries []scaffold.Transaction) ([]scaffold.Transaction, error) {
		_, err := sf().InsertBulk("Activity_Log__c", tabled(entries), 10000, true)
		return entries, err
	})
}

// jobIDsKept takes the ids without waiting, and asks as often as it takes.
func jobIDsKept(sf connection) error {
	return entriesInBulk(sf, func(entries []scaffold.Transaction) ([]scaffold.Transaction, error) {
		ids, err := sf().InsertBulk("Activity_Log__c", tabled(entries), 10000, false)
		if err != nil {
			return nil, err
		}
		r, err := finished(sf, ids[0])
		return without(entries, r.FailedRecords), err
	})
}

// entriesInBulk upserts contacts one by one and leaves the entries of a log to
// insert, which returns those that are written.
func entriesInBulk(sf connection, insert func([]scaffold.Transaction) ([]scaffold.Transaction, error)) error {
	return scaffold.Queued(func(waiting []scaffold.Transaction, done func(...scaffold.Transaction) error) error {
		var entries []scaffold.Transaction
		for _, t := range waiting {
			if r := t.Records[0]; r.ExternalID == "" {
				entries = append(entries, t)
			} else if _, err := sf().UpsertOne(r.Object, r.ExternalIDField, fields(t)); err != nil {
				return err
			} else if err := done(t); err != nil {
				return err
			}
		}
		if len(entries) == 0 {
			return nil
		}
		written, err := insert(entries)
		if err != nil {
			return err
		}
		return done(written...)
	})
}
