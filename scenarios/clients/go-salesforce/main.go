// Command go-salesforce is a small integration on the public Go client
// github.com/k-capehart/go-salesforce/v3, written as its documentation
// suggests. It is a subject to rehearse outages on, not an example to follow.
package main

import (
	"errors"
	"log"
	"os"

	"github.com/k-capehart/go-salesforce/v3"

	"github.com/squall-harness/squall/scenarios/clients/go-salesforce/scaffold"
)

// manyRecords is the size from which a set of records goes by the Bulk API.
const manyRecords = 200

// objects are written in this order, parents first.
var objects = []string{"Account", "Contact", "Order__c", "OrderLine__c", "Activity_Log__c"}

func main() {
	var sf *salesforce.Salesforce
	log.Fatal(scaffold.Queued(func(waiting []scaffold.Transaction, done func(...scaffold.Transaction) error) (err error) {
		if sf == nil {
			sf, err = salesforce.Init(salesforce.Creds{Domain: os.Getenv("SF_LOGIN_URL"), ConsumerKey: os.Getenv("SF_CLIENT_ID"), ConsumerSecret: os.Getenv("SF_CLIENT_SECRET")})
		}
		for _, wave := range waves(waiting) {
			if err == nil {
				err = write(sf, wave)
			}
			if err == nil {
				err = done(wave...)
			}
		}
		return err
	}))
}

// waves splits transactions so that no key comes twice in one wave.
func waves(all []scaffold.Transaction) (out [][]scaffold.Transaction) {
	seen := map[string]int{}
	for _, t := range all {
		n := seen[t.Key]
		seen[t.Key]++
		if n == len(out) {
			out = append(out, nil)
		}
		out[n] = append(out[n], t)
	}
	return out
}

func write(sf *salesforce.Salesforce, wave []scaffold.Transaction) error {
	byObject := map[string][]map[string]any{}
	for _, t := range wave {
		for _, r := range t.Records {
			byObject[r.Object] = append(byObject[r.Object], fields(r, len(wave) > manyRecords))
		}
	}
	for _, object := range objects {
		if err := writeObject(sf, object, byObject[object]); err != nil {
			return err
		}
	}
	return nil
}

func fields(r scaffold.Record, bulk bool) map[string]any {
	f := map[string]any{}
	for name, value := range r.Fields {
		f[name] = value
	}
	if r.ExternalID != "" {
		f[r.ExternalIDField] = r.ExternalID
	}
	if p := r.Parent; p != nil {
		relation := p.Field[:len(p.Field)-1] + "r" // Account__c -> Account__r
		if bulk {
			f[relation+"."+p.ExternalIDField] = p.ExternalID
		} else {
			f[relation] = map[string]any{p.ExternalIDField: p.ExternalID}
		}
	}
	return f
}

func writeObject(sf *salesforce.Salesforce, object string, records []map[string]any) error {
	insert := object == "Activity_Log__c"
	switch {
	case len(records) == 0:
		return nil
	case len(records) > manyRecords && insert:
		_, err := sf.InsertBulk(object, records, 10000, true)
		return err
	case len(records) > manyRecords:
		_, err := sf.UpsertBulk(object, "Ext_Id__c", records, 10000, true)
		return err
	case insert:
		return check(sf.InsertCollection(object, records, 200))
	}
	return check(sf.UpsertCollection(object, "Ext_Id__c", records, 200))
}

func check(results salesforce.SalesforceResults, err error) error {
	if err == nil && results.HasSalesforceErrors {
		err = errors.New("some records failed")
	}
	return err
}
