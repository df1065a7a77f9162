package main

import (
	"net/http"
	"time"
)

// loginHangs upserts with a client whose calls may take a second. Logging in
// does not go by that limit: the client waits without end for an answer that a
// black hole swallowed.
func loginHangs(sf connection) error { return multipleChoicesSeen(sf) }

// loginTimesOut limits the client that the login does use, for the whole
// program.
func loginTimesOut(sf connection) error {
	http.DefaultClient.Timeout = time.Second
	return multipleChoicesSeen(sf)
}
