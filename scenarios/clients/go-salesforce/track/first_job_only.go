package main

import (
	"fmt"
	"time"

	"github.com/k-capehart/go-salesforce/v3"

	"github.com/squall-harness/squall/scenarios/clients/go-salesforce/scaffold"
)

// perJob makes several jobs of what waits.
const perJob = 8

// firstJobOnly inserts in bulk, waits for the results, and reads those of
// every job. The client waits for the first answer of any job: the others are
// still at work, and a job at work has no failed records to show.
func firstJobOnly(sf connection) error {
	return insertInJobs(sf, true, func(id string) (salesforce.BulkJobResults, error) { return sf().GetJobResults(id) })
}

// everyJob does not let the client wait: it asks for each job until it is over.
func everyJob(sf connection) error {
	return insertInJobs(sf, false, func(id string) (salesforce.BulkJobResults, error) { return finished(sf, id) })
}

func insertInJobs(sf connection, wait bool, results func(id string) (salesforce.BulkJobResults, error)) error {
	return scaffold.Queued(func(waiting []scaffold.Transaction, done func(...scaffold.Transaction) error) error {
		ids, err := sf().InsertBulk("Activity_Log__c", tabled(waiting), perJob, wait)
		if err != nil {
			return err
		}
		for n, id := range ids {
			part := waiting[n*perJob : min((n+1)*perJob, len(waiting))]
			r, err := results(id)
			if err != nil {
				return err
			}
			if err := done(without(part, r.FailedRecords)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// finished asks for a job until it is over, however often asking fails.
func finished(sf connection, id string) (salesforce.BulkJobResults, error) {
	for {
		r, err := sf().GetJobResults(id)
		switch {
		case err == nil && r.State == "JobComplete":
			return r, nil
		case err == nil && (r.State == "Failed" || r.State == "Aborted"):
			return r, fmt.Errorf("job %s is %s: %s", id, r.State, r.ErrorMessage)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
