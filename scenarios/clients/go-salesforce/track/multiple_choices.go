package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/squall-harness/squall/scenarios/clients/go-salesforce/scaffold"
)

// multipleChoices upserts with DoRequest. The client takes every status up to
// 300 for success; 300 says that several records have this external id, and
// that nothing was written.
func multipleChoices(sf connection) error {
	return upsertEach(sf, func(*http.Response) error { return nil })
}

// multipleChoicesSeen looks at the status itself.
func multipleChoicesSeen(sf connection) error {
	return upsertEach(sf, func(r *http.Response) error {
		if r.StatusCode >= http.StatusMultipleChoices {
			return fmt.Errorf("not written: %s", r.Status)
		}
		return nil
	})
}

func upsertEach(sf connection, check func(*http.Response) error) error {
	return scaffold.Queued(func(waiting []scaffold.Transaction, done func(...scaffold.Transaction) error) error {
		for _, t := range waiting {
			resp, err := upsert(sf, t)
			if err != nil {
				return err
			}
			if err := check(resp); err != nil {
				return err
			}
			if err := done(t); err != nil {
				return err
			}
		}
		return nil
	})
}

// upsert is UpsertOne with an escaped external id.
func upsert(sf connection, t scaffold.Transaction) (*http.Response, error) {
	r := t.Records[0]
	body, err := json.Marshal(r.Fields)
	if err != nil {
		return nil, err
	}
	resp, err := sf().DoRequest(http.MethodPatch, "/sobjects/"+r.Object+"/"+r.ExternalIDField+"/"+url.PathEscape(r.ExternalID), body)
	if err == nil {
		err = resp.Body.Close()
	}
	return resp, err
}
