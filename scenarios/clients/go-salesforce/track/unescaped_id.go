package main

import "github.com/squall-harness/squall/scenarios/clients/go-salesforce/scaffold"

// unescapedID upserts one record at a time. The client puts the external id
// into the path as it is: at a ? or # it ends, and another record is written.
func unescapedID(sf connection) error {
	return scaffold.Direct(func(t scaffold.Transaction) error {
		_, err := sf().UpsertOne(t.Records[0].Object, t.Records[0].ExternalIDField, fields(t))
		return err
	})
}

// escapedID escapes it, and calls the same resource with DoRequest.
func escapedID(sf connection) error {
	return scaffold.Direct(func(t scaffold.Transaction) error {
		_, err := upsert(sf, t)
		return err
	})
}
