package main

import (
	"errors"
	"sync"

	"github.com/squall-harness/squall/scenarios/clients/go-salesforce/scaffold"
)

// refreshStorm upserts from goroutines that share one client, as Go programs
// do. When the session ends, each of them logs in for itself, and all write
// the new token into the same fields without a lock: a data race.
func refreshStorm(sf connection) error {
	return upsertSideBySide(sf, func(call func()) { call() })
}

// oneRefresh lets one call at a time into the client.
func oneRefresh(sf connection) error {
	var one sync.Mutex
	return upsertSideBySide(sf, func(call func()) {
		one.Lock()
		defer one.Unlock()
		call()
	})
}

func upsertSideBySide(sf connection, guard func(call func())) error {
	return scaffold.Queued(func(waiting []scaffold.Transaction, done func(...scaffold.Transaction) error) error {
		errs := make([]error, len(waiting))
		var all sync.WaitGroup
		for i, t := range waiting {
			all.Go(func() {
				guard(func() { _, errs[i] = sf().UpsertOne(t.Records[0].Object, t.Records[0].ExternalIDField, fields(t)) })
				if errs[i] == nil {
					errs[i] = done(t)
				}
			})
		}
		all.Wait()
		return errors.Join(errs...)
	})
}
