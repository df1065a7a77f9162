// Command track finds publicly known defects of the client
// github.com/k-capehart/go-salesforce/v3 again. Each file is one integration
// that uses the client as its documentation shows, and beside it the same one
// with the defect worked around:
//
//	track ROW [worked-around]
package main

import (
	"fmt"
	"log"
	"os"
	"sync"
	"time"

	"github.com/k-capehart/go-salesforce/v3"

	"github.com/squall-harness/squall/scenarios/clients/go-salesforce/scaffold"
)

// connection is the client; the first call logs in.
type connection func() *salesforce.Salesforce

// row is one defect: the integration as documented, and one that avoids it.
type row struct {
	documented, workedAround func(connection) error
}

var rows = map[string]row{
	"multiple-choices":     {multipleChoices, multipleChoicesSeen},
	"first-job-only":       {firstJobOnly, everyJob},
	"job-ids-dropped":      {jobIDsDropped, jobIDsKept},
	"first-record-columns": {firstRecordColumns, allColumns},
	"null-as-empty":        {nullAsEmpty, nullAsNA},
	"unescaped-id":         {unescapedID, escapedID},
	"refresh-storm":        {refreshStorm, oneRefresh},
	"login-hangs":          {loginHangs, loginTimesOut},
}

func main() {
	args := append(os.Args[1:], "", "")
	r, known := rows[args[0]]
	if !known {
		fmt.Fprintf(os.Stderr, "track: no row %q\n", args[0])
		os.Exit(2)
	}
	run := r.documented
	if args[1] == "worked-around" {
		run = r.workedAround
	}
	log.Fatal(run(sync.OnceValue(login)))
}

// login asks for a session until there is one. A call may take a second.
func login() *salesforce.Salesforce {
	for {
		sf, err := salesforce.Init(salesforce.Creds{
			Domain: os.Getenv("SF_LOGIN_URL"), ConsumerKey: os.Getenv("SF_CLIENT_ID"), ConsumerSecret: os.Getenv("SF_CLIENT_SECRET"),
		}, salesforce.WithHTTPTimeout(time.Second))
		if err == nil {
			return sf
		}
		log.Printf("login: %v", err)
		time.Sleep(time.Second)
	}
}

// fields are the fields of a transaction's only record.
func fields(t scaffold.Transaction) map[string]any {
	r, f := t.Records[0], map[string]any{}
	for name, value := range r.Fields {
		f[name] = value
	}
	if r.ExternalID != "" {
		f[r.ExternalIDField] = r.ExternalID
	}
	return f
}

// tabled are the fields of each transaction.
func tabled(ts []scaffold.Transaction) (out []map[string]any) {
	for _, t := range ts {
		out = append(out, fields(t))
	}
	return out
}

// token is what the source put into the record, unique in the run.
func token(t scaffold.Transaction) any { return t.Records[0].Fields["Token__c"] }

// without leaves out the transactions whose tokens are among failed rows.
func without(ts []scaffold.Transaction, failed []map[string]any) (left []scaffold.Transaction) {
	out := map[any]bool{}
	for _, f := range failed {
		out[f["Token__c"]] = true
	}
	for _, t := range ts {
		if !out[token(t)] {
			left = append(left, t)
		}
	}
	return left
}
