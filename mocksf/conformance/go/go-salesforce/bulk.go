package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/k-capehart/go-salesforce/v3"
	"github.com/squall-harness/squall/mocksf/conformance/go/step"
)

// inlined is a contact as the iterator of bulk queries decodes it.
type inlined struct {
	Id       string `csv:"Id"`
	LastName string `csv:"LastName"`
	Account  struct {
		Name string `csv:"Name"`
	} `csv:"Account.,inline"`
}

// write makes a CSV file of a header and rows.
func write(name string, lines ...string) (string, error) {
	path := filepath.Join(os.TempDir(), fmt.Sprintf("squall-%d-%s", os.Getpid(), name))
	return path, os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600)
}

// jobs wants so many jobs, all of whose records are good: n of them.
func jobs(sf *salesforce.Salesforce, want, n int, made []string, err error) error {
	if err != nil {
		return err
	}
	good := 0
	for _, id := range made {
		got, err := sf.GetJobResults(id)
		if err != nil {
			return err
		}
		if got.State != "JobComplete" || got.NumberRecordsFailed > 0 {
			return fmt.Errorf("job %s: %s %s %v", id, got.State, got.ErrorMessage, got.FailedRecords)
		}
		good += len(got.SuccessfulRecords)
	}
	return and(step.Equal(want, len(made)), step.Equal(n, good))
}

// file runs a job on a CSV file.
func file(sf *salesforce.Salesforce, n int, load func(path string) ([]string, error), lines ...string) error {
	path, err := write("load.csv", lines...)
	if err != nil {
		return err
	}
	defer os.Remove(path)
	made, err := load(path)
	return jobs(sf, 1, n, made, err)
}

func bulk(sf *salesforce.Salesforce) {
	inserts(sf)
	changes(sf)
	assigned(sf)
	exports(sf)
}

func inserts(sf *salesforce.Salesforce) {
	step.Run("InsertBulk, two jobs", func() error {
		made, err := sf.InsertBulk("Contact", many(1500, "Bulk"), 1000, true)
		return and(jobs(sf, 2, 1500, made, err), count(sf, 1500, "Title = 'Bulk'"))
	})
	step.Run("InsertBulkFile", func() error {
		return file(sf, 3, func(path string) ([]string, error) { return sf.InsertBulkFile("Contact", path, 1000, true) },
			"FirstName,LastName,Title", "Tony,Stark,File", "Steve,Rogers,File", "Bruce,Banner,File")
	})
	step.Run("GetJobResults with failed records", func() error {
		made, err := sf.InsertBulk("Contact", []row{{"LastName": "Fine", "Title": "F"}, {"LastName": "", "Title": "F"}}, 100, true)
		if err != nil {
			return err
		}
		got, err := sf.GetJobResults(made[0])
		if err != nil {
			return err
		}
		return and(step.Equal(1, got.NumberRecordsFailed), step.Equal(1, len(got.SuccessfulRecords)),
			step.Refused(fmt.Errorf("%v", got.FailedRecords[0]["sf__Error"]), "REQUIRED_FIELD_MISSING"))
	})
	step.Run("a bulk job with an unknown column", func() error {
		_, err := sf.InsertBulk("Contact", []row{{"LastName": "A", "Nothing__c": "x"}}, 100, true)
		return step.Refused(err, "InvalidBatch")
	})
}

func changes(sf *salesforce.Salesforce) {
	step.Run("UpdateBulk", func() error {
		found, err := ids(sf, "Title = 'Bulk'")
		if err != nil {
			return err
		}
		made, err := sf.UpdateBulk("Contact", changed(found, "B"), 10000, true)
		return and(jobs(sf, 1, 1500, made, err), count(sf, 1500, "Department = 'B'"))
	})
	step.Run("UpdateBulkFile", func() error {
		found, err := find(sf, "Title = 'File'")
		if err != nil {
			return err
		}
		return and(file(sf, 1, func(path string) ([]string, error) { return sf.UpdateBulkFile("Contact", path, 1000, true) },
			"Id,LastName", found[0].Id+",Raccoon"), count(sf, 1, "LastName = 'Raccoon'"))
	})
	step.Run("UpsertBulk", func() error {
		made, err := sf.UpsertBulk("Contact", "Ext_Id__c", many(1501, "Bulk"), 10000, true)
		return and(jobs(sf, 1, 1501, made, err), count(sf, 1501, "Title = 'Bulk'"))
	})
	step.Run("UpsertBulkFile", func() error {
		return and(file(sf, 2, func(path string) ([]string, error) {
			return sf.UpsertBulkFile("Contact", "Ext_Id__c", path, 1000, true)
		}, "Ext_Id__c,FirstName,LastName", "Bulk0,Matt,Murdock", "Avng8,Luke,Cage"), count(sf, 2, "FirstName IN ('Matt', 'Luke')"))
	})
	step.Run("DeleteBulk", func() error {
		found, err := ids(sf, "Title = 'Bulk'")
		if err != nil {
			return err
		}
		made, err := sf.DeleteBulk("Contact", found, 10000, true)
		return and(jobs(sf, 1, 1501, made, err), count(sf, 0, "Title = 'Bulk'"))
	})
	step.Run("DeleteBulkFile", func() error {
		found, err := find(sf, "Title = 'File'")
		if err != nil {
			return err
		}
		return and(file(sf, 1, func(path string) ([]string, error) { return sf.DeleteBulkFile("Contact", path, 1000, true) },
			"Id", found[0].Id), count(sf, 2, "Title = 'File'"))
	})
}

const rule = "01QDn00000112FHMAY" // an assignment rule

// assigned runs the calls that take an assignment rule, on cases.
func assigned(sf *salesforce.Salesforce) {
	cases := func(subject string) []row { return []row{{"Subject": subject, "Ext_Id__c": "case"}} }
	step.Run("InsertBulkAssign", func() error {
		made, err := sf.InsertBulkAssign("Case", cases("New"), 100, true, rule)
		return jobs(sf, 1, 1, made, err)
	})
	step.Run("InsertBulkFileAssign", func() error {
		return file(sf, 1, func(path string) ([]string, error) { return sf.InsertBulkFileAssign("Case", path, 100, true, rule) }, "Subject,Ext_Id__c", "File,file")
	})
	var found []row
	step.Run("UpdateBulkAssign", func() error {
		if err := sf.Query("SELECT Id FROM Case WHERE Ext_Id__c = 'case'", &found); err != nil {
			return err
		}
		made, err := sf.UpdateBulkAssign("Case", []row{{"Id": found[0]["Id"], "Subject": "Changed"}}, 100, true, rule)
		return jobs(sf, 1, 1, made, err)
	})
	step.Run("UpdateBulkFileAssign", func() error {
		return file(sf, 1, func(path string) ([]string, error) { return sf.UpdateBulkFileAssign("Case", path, 100, true, rule) },
			"Id,Subject", fmt.Sprintf("%v,Again", found[0]["Id"]))
	})
	step.Run("UpsertBulkAssign", func() error {
		made, err := sf.UpsertBulkAssign("Case", "Ext_Id__c", cases("Upserted"), 100, true, rule)
		return jobs(sf, 1, 1, made, err)
	})
	step.Run("UpsertBulkFileAssign", func() error {
		return file(sf, 1, func(path string) ([]string, error) {
			return sf.UpsertBulkFileAssign("Case", "Ext_Id__c", path, 100, true, rule)
		}, "Subject,Ext_Id__c", "Once more,case")
	})
}

// export reads a file that an export wrote.
func export(load func(path string) error, want int) error {
	path := filepath.Join(os.TempDir(), fmt.Sprintf("squall-%d-export.csv", os.Getpid()))
	defer os.Remove(path)
	if err := load(path); err != nil {
		return err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	got, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	return and(err, step.Equal(want, len(got)-1))
}

func exports(sf *salesforce.Salesforce) {
	step.Run("QueryBulkExport", func() error {
		return export(func(path string) error {
			return sf.QueryBulkExport("SELECT Id, FirstName, LastName FROM Contact WHERE Title = 'Page'", path)
		}, 2100)
	})
	step.Run("QueryStructBulkExport", func() error {
		return export(func(path string) error {
			return sf.QueryStructBulkExport(contactQuery{WhereClause: whereContact{LastName: "Lee"}}, path)
		}, 1)
	})
	step.Run("QueryBulkIterator", func() error {
		it, err := sf.QueryBulkIterator("SELECT Id, LastName, Account.Name FROM Contact WHERE LastName = 'Lee'")
		if err != nil {
			return err
		}
		var got []inlined
		for it.Next() {
			var page []inlined
			if err := it.Decode(&page); err != nil {
				return err
			}
			got = append(got, page...)
		}
		if err := and(it.Error(), step.Equal(1, len(got))); err != nil {
			return err
		}
		return step.Equal("Avengers", got[0].Account.Name)
	})
}
