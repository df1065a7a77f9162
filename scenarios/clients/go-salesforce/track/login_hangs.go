package main

import (
	"net/http"
	"time"

	"github.com/squall-harness/squall/scenarios/clients/go-salesforce/scaffold"
)

// loginHangs upserts with a client whose calls may take a second. Logging in
// does not go by that limit: the client waits without end for an answer that a
// black hole swallowed.
func loginHangs(sf connection) error { return upsertInTurn(sf) }

// loginTimesOut limits the client that the login does use, for the whole
// program.
func loginTimesOut(sf connection) error {
	http.DefaultClient.Timeout = time.Second
	return upsertInTurn(sf)
}

func upsertInTurn(sf connection) error {
	return scaffold.Queued(func(waiting []scaffold.Transaction, done func(...scaffold.Transaction) error) error {
		for _, t := range waiting {
			if _, err := upsert(sf, t); err != nil {
				return err
			}
			if err := done(t); err != nil {
				return err
			}
		}
		return nil
	})
}
