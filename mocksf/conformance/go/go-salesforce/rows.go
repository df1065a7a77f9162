package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/k-capehart/go-salesforce/v3"
	"github.com/squall-harness/squall/mocksf/conformance/go/step"
)

// Account and Contact are the records, as the README of the client shows them.
type (
	Account struct {
		Id         string `json:",omitempty"`
		Name       string
		ExternalID string `salesforce:"Ext_Id__c"`
	}
	Contact struct {
		Id        string
		LastName  string
		Ext_Id__c string
		Account   Account
	}
)

type (
	selectContact struct {
		Id       string `soql:"selectColumn,fieldName=Id" json:"Id"`
		LastName string `soql:"selectColumn,fieldName=LastName" json:"LastName"`
	}
	whereContact struct {
		LastName string `soql:"equalsOperator,fieldName=LastName"`
	}
	contactQuery struct {
		SelectClause selectContact `soql:"selectClause,tableName=Contact"`
		WhereClause  whereContact  `soql:"whereClause"`
	}
)

type row = map[string]any

func itoa(n int) string { return strconv.Itoa(n) }

// many makes n contacts that share a title.
func many(n int, title string) []row {
	out := make([]row, n)
	for i := range out {
		out[i] = row{"LastName": title + itoa(i), "Title": title, "Ext_Id__c": title + itoa(i)}
	}
	return out
}

// find returns the contacts that a condition holds for.
func find(sf *salesforce.Salesforce, where string) ([]Contact, error) {
	var got []Contact
	return got, sf.Query("SELECT Id, LastName, Ext_Id__c FROM Contact WHERE "+where+" ORDER BY LastName", &got)
}

// count wants so many contacts.
func count(sf *salesforce.Salesforce, want int, where string) error {
	got, err := find(sf, where)
	if err != nil {
		return err
	}
	return step.Equal(want, len(got))
}

// ids are those of the contacts that a condition holds for, as rows to delete.
func ids(sf *salesforce.Salesforce, where string) ([]row, error) {
	got, err := find(sf, where)
	out := make([]row, len(got))
	for i := range got {
		out[i] = row{"Id": got[i].Id}
	}
	return out, err
}

// and returns the first error.
func and(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func queries(sf *salesforce.Salesforce) {
	step.Run("insert what queries find", func() error {
		parent, err := sf.InsertOne("Account", row{"Name": "Avengers", "Ext_Id__c": "avengers"})
		if err != nil {
			return err
		}
		_, err = sf.InsertOne("Contact", row{"LastName": "Lee", "AccountId": parent.Id})
		return err
	})
	step.Run("Query", func() error { return count(sf, 1, "LastName = 'Lee'") })
	step.Run("QueryStruct", func() error {
		var got []Contact
		if err := sf.QueryStruct(contactQuery{WhereClause: whereContact{LastName: "Lee"}}, &got); err != nil {
			return err
		}
		return step.Equal("Lee", got[0].LastName)
	})
	step.Run("a query of a parent's field", func() error {
		var got []Contact
		if err := sf.Query("SELECT Id, Account.Name FROM Contact WHERE LastName = 'Lee'", &got); err != nil {
			return err
		}
		return step.Equal("Avengers", got[0].Account.Name)
	})
	step.Run("a malformed query", func() error { return step.Refused(sf.Query("SELECT FROM Contact", &[]Contact{}), "MALFORMED_QUERY") })
	step.Run("a query over several pages", func() error {
		if _, err := sf.InsertCollection("Contact", many(2100, "Page"), 200); err != nil {
			return err
		}
		return count(sf, 2100, "Title = 'Page'")
	})
	step.Run("DoRequest", func() error {
		resp, err := sf.DoRequest(http.MethodGet, "/sobjects/Contact/describe", nil)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		var got struct{ Name string }
		return and(json.NewDecoder(resp.Body).Decode(&got), step.Equal("Contact", got.Name))
	})
}

func rows(sf *salesforce.Salesforce) {
	var id string
	step.Run("InsertOne", func() error {
		got, err := sf.InsertOne("Contact", Contact2{LastName: "Stark"})
		id = got.Id
		return and(err, step.Equal(true, got.Success))
	})
	step.Run("UpdateOne", func() error {
		return and(sf.UpdateOne("Contact", row{"Id": id, "LastName": "Banner"}), count(sf, 1, "LastName = 'Banner'"))
	})
	step.Run("UpsertOne creates", func() error {
		got, err := sf.UpsertOne("Contact", "Ext_Id__c", row{"Ext_Id__c": "Avng0", "LastName": "Rogers"})
		return and(err, step.Equal(true, got.Success), count(sf, 1, "Ext_Id__c = 'Avng0'"))
	})
	step.Run("UpsertOne updates", func() error {
		got, err := sf.UpsertOne("Contact", "Ext_Id__c", row{"Ext_Id__c": "Avng0", "LastName": "Wilson"})
		return and(err, step.Equal(true, got.Success), count(sf, 1, "LastName = 'Wilson'"))
	})
	step.Run("DeleteOne", func() error {
		return and(sf.DeleteOne("Contact", row{"Id": id}), count(sf, 0, "LastName = 'Banner'"))
	})
	step.Run("a required field is missing", func() error {
		_, err := sf.InsertOne("Contact", row{"FirstName": "Only"})
		return step.Refused(err, "REQUIRED_FIELD_MISSING")
	})
	step.Run("an update of a record that is gone", func() error {
		return step.Refused(sf.UpdateOne("Contact", row{"Id": id, "LastName": "X"}), "ENTITY_IS_DELETED")
	})
}

// Contact2 is a new contact.
type Contact2 struct{ LastName string }

// all wants so many results, all of them good.
func all(n int, got salesforce.SalesforceResults, err error) error {
	if err != nil {
		return err
	}
	if got.HasSalesforceErrors {
		return fmt.Errorf("errors in %v", got.Results)
	}
	return step.Equal(n, len(got.Results))
}

// changed gives every contact a new department.
func changed(contacts []row, department string) []row {
	for _, c := range contacts {
		c["Department"] = department
	}
	return contacts
}

func collections(sf *salesforce.Salesforce) {
	step.Run("InsertCollection", func() error {
		got, err := sf.InsertCollection("Contact", many(450, "Coll"), 200)
		return and(all(450, got, err), count(sf, 450, "Title = 'Coll'"))
	})
	step.Run("UpdateCollection", func() error {
		found, err := ids(sf, "Title = 'Coll'")
		if err != nil {
			return err
		}
		got, err := sf.UpdateCollection("Contact", changed(found, "C"), 200)
		return and(all(450, got, err), count(sf, 450, "Department = 'C'"))
	})
	step.Run("UpsertCollection", func() error {
		got, err := sf.UpsertCollection("Contact", "Ext_Id__c", many(451, "Coll"), 200)
		return and(all(451, got, err), count(sf, 451, "Title = 'Coll'"))
	})
	step.Run("DeleteCollection", func() error {
		found, err := ids(sf, "Title = 'Coll'")
		if err != nil {
			return err
		}
		got, err := sf.DeleteCollection("Contact", found, 200)
		return and(all(451, got, err), count(sf, 0, "Title = 'Coll'"))
	})
	step.Run("a collection with a bad record", func() error {
		got, err := sf.InsertCollection("Contact", []row{{"LastName": "Fine", "Title": "Bad"}, {"Title": "Bad"}}, 200)
		if err != nil {
			return err
		}
		return and(step.Equal(true, got.HasSalesforceErrors), step.Equal("REQUIRED_FIELD_MISSING", got.Results[1].Errors[0].StatusCode), count(sf, 1, "Title = 'Bad'"))
	})
}

func composite(sf *salesforce.Salesforce) {
	step.Run("InsertComposite", func() error {
		got, err := sf.InsertComposite("Contact", many(450, "Comp"), 200, true)
		return and(all(450, got, err), count(sf, 450, "Title = 'Comp'"))
	})
	step.Run("UpdateComposite", func() error {
		found, err := ids(sf, "Title = 'Comp'")
		if err != nil {
			return err
		}
		got, err := sf.UpdateComposite("Contact", changed(found, "K"), 200, true)
		return and(all(450, got, err), count(sf, 450, "Department = 'K'"))
	})
	step.Run("UpsertComposite", func() error {
		got, err := sf.UpsertComposite("Contact", "Ext_Id__c", many(451, "Comp"), 200, true)
		return and(all(451, got, err), count(sf, 451, "Title = 'Comp'"))
	})
	step.Run("DeleteComposite", func() error {
		found, err := ids(sf, "Title = 'Comp'")
		if err != nil {
			return err
		}
		got, err := sf.DeleteComposite("Contact", found, 200, true)
		return and(all(451, got, err), count(sf, 0, "Title = 'Comp'"))
	})
	bad := []row{{"LastName": "Fine", "Title": "Half"}, {"Title": "Half"}}
	step.Run("a composite with a bad record, all or none", func() error {
		got, err := sf.InsertComposite("Contact", bad, 200, true)
		return and(err, step.Equal(true, got.HasSalesforceErrors), count(sf, 0, "Title = 'Half'"))
	})
	step.Run("a composite with a bad record, some", func() error {
		got, err := sf.InsertComposite("Contact", bad, 200, false)
		return and(err, step.Equal(true, got.HasSalesforceErrors), count(sf, 1, "Title = 'Half'"))
	})
}
