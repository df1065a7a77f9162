package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/squall-harness/squall/scenarios/clients/go-salesforce/scaffold"
)

// multipleChoices upserts with DoRequest, and refuses what ends in an error.
// The client takes every status up to 300 for success; 300 says that several
// records have this external id, and that nothing was written.
func multipleChoices(sf connection) error {
	return upsertDirectly(sf, func(*http.Response) error { return nil })
}

// multipleChoicesSeen looks at the status itself.
func multipleChoicesSeen(sf connection) error {
	return upsertDirectly(sf, func(r *http.Response) error {
		if r.StatusCode >= http.StatusMultipleChoices {
			return fmt.Errorf("not written: %s", r.Status)
		}
		return nil
	})
}

func upsertDirectly(sf connection, check func(*http.Response) error) error {
	return scaffold.Direct(func(t scaffold.Transaction) error {
		if len(t.Records) > 1 {
			return errors.New("this integration takes single records")
		}
		resp, err := upsert(sf, t)
		if err != nil {
			return err
		}
		return check(resp)
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
