// Conformance of simpleforce: what its README shows.
package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/simpleforce/simpleforce"
	"github.com/squall-harness/squall/mocksf/conformance/go/step"
)

func main() {
	log.SetOutput(io.Discard) // the client logs request bodies
	var client *simpleforce.Client
	step.Run("LoginPassword", func() (err error) {
		client, err = login(os.Getenv("SF_PASSWORD"))
		return err
	})
	step.Run("LoginPassword, wrong password", wrongPassword)
	if client == nil {
		os.Exit(1)
	}
	sessions(client)
	records(client)
	upserts(client)
	queries(client)
	described(client)
	step.Run("DownloadAttachment", func() error {
		account := client.SObject("Account").Set("Name", "With a file").Create()
		return download(client.SObject("Attachment").Set("Name", "f.txt").Set("ParentId", account.ID()).Set("Body", coded), client.DownloadAttachment)
	})
	step.Run("DownloadFile", func() error {
		return download(client.SObject("ContentVersion").Set("PathOnClient", "f.txt").Set("VersionData", coded), client.DownloadFile)
	})
	step.Run("ApexREST with a path of the REST API", func() error { return rest(client) })
}

func login(password string) (*simpleforce.Client, error) {
	client := simpleforce.NewClient(os.Getenv("SF_LOGIN_URL")+"/", simpleforce.DefaultClientID, simpleforce.DefaultAPIVersion)
	if err := client.LoginPassword(os.Getenv("SF_USERNAME"), password, ""); err != nil {
		return nil, err
	}
	return client, step.Equal(os.Getenv("SF_LOGIN_URL"), client.GetLoc())
}

func wrongPassword() error {
	_, err := login("wrong")
	var said simpleforce.SalesforceError
	if !errors.As(err, &said) {
		return fmt.Errorf("not refused: %w", err)
	}
	if err := step.Equal("sf:INVALID_LOGIN", said.ErrorCode); err != nil {
		return err
	}
	return step.Equal("INVALID_LOGIN: Invalid username, password, security token; or user locked out.", said.ErrorMessage)
}

func sessions(client *simpleforce.Client) {
	step.Run("SetSidLoc and SetHttpClient", func() error {
		other := simpleforce.NewClient(client.GetLoc(), "conformance", "v60.0")
		trips := &step.Trips{}
		other.SetHttpClient(&http.Client{Transport: trips})
		other.SetSidLoc(client.GetSid(), client.GetLoc())
		if other.SObject("Account").Set("Name", "By session").Create() == nil {
			return errors.New("no record was made")
		}
		return step.Equal(1, trips.N.Load())
	})
	step.Run("a session that is none", func() error {
		other := simpleforce.NewClient(client.GetLoc(), "conformance", simpleforce.DefaultAPIVersion)
		other.SetSidLoc("none", client.GetLoc())
		_, err := other.Query("SELECT Id FROM Account")
		var said simpleforce.SalesforceError
		if !errors.As(err, &said) {
			return fmt.Errorf("not refused: %w", err)
		}
		return step.Equal("401 INVALID_SESSION_ID Session expired or invalid", fmt.Sprint(said.HttpCode, " ", said.ErrorCode, " ", said.ErrorMessage))
	})
}

// made wants an object, where the client says with nil that it failed.
func made(o *simpleforce.SObject) error {
	if o == nil {
		return errors.New("the call failed")
	}
	return nil
}

func records(client *simpleforce.Client) {
	c := client.SObject("Case").Set("Subject", "Case created by simpleforce").Set("Priority", "High")
	step.Run("Create", func() error {
		if err := made(c.Create()); err != nil {
			return err
		}
		return step.Equal("500", c.ID()[:3])
	})
	step.Run("Get", func() error {
		got := client.SObject("Case").Get(c.ID())
		if err := made(got); err != nil {
			return err
		}
		if err := step.Equal("Case", got.AttributesField().Type); err != nil {
			return err
		}
		return step.Equal("/services/data/v54.0/sobjects/Case/"+c.ID(), got.AttributesField().URL)
	})
	step.Run("SObjectField, and Get of what it names", func() error {
		user := client.SObject("Case").Get(c.ID()).SObjectField("User", "CreatedById")
		if err := made(user); err != nil {
			return err
		}
		if err := made(user.Get()); err != nil {
			return err
		}
		if user.StringField("Name") == "" {
			return errors.New("the user has no name")
		}
		return nil
	})
	step.Run("Update", func() error {
		if err := made(client.SObject("Case").Set("Id", c.ID()).Set("Subject", "Changed").Update()); err != nil {
			return err
		}
		return step.Equal("Changed", client.SObject("Case").Get(c.ID()).StringField("Subject"))
	})
	step.Run("Update of all that Get returned", func() error {
		got := client.SObject("Contact").Set("LastName", "Round").Create().Get()
		for _, field := range []string{"Name", "IsDeleted", "OwnerId", "MailingAddress"} {
			delete(*got, field)
		}
		return made(got.Set("LastName", "Trip").Update())
	})
	step.Run("Create, Get and Delete in a chain", func() error {
		return client.SObject("Case").Set("Subject", "Chain").Create().Get().Delete()
	})
	step.Run("Delete", func() error {
		if err := c.Delete(); err != nil {
			return err
		}
		if client.SObject("Case").Get(c.ID()) != nil {
			return errors.New("it is still there")
		}
		return nil
	})
	step.Run("Create without a required field", func() error {
		if client.SObject("Contact").Set("FirstName", "Only").Create() != nil {
			return errors.New("not refused")
		}
		return nil
	})
}

func upserts(client *simpleforce.Client) {
	upsert := func(subject string) *simpleforce.SObject {
		return client.SObject("Case").Set("ExternalIDField", "Ext_Id__c").Set("Ext_Id__c", "case-1").Set("Subject", subject).Upsert()
	}
	var id string
	step.Run("Upsert creates", func() error {
		got := upsert("First")
		if err := made(got); err != nil {
			return err
		}
		id = got.ID()
		return step.Equal("500", id[:3])
	})
	step.Run("Upsert updates", func() error {
		if err := made(upsert("Second")); err != nil {
			return err
		}
		return step.Equal("Second", client.SObject("Case").Get(id).StringField("Subject"))
	})
}

func queries(client *simpleforce.Client) {
	step.Run("Query", func() error {
		got, err := client.Query("SELECT Id, Subject FROM Case WHERE Ext_Id__c = 'case-1'")
		if err != nil {
			return err
		}
		if err := step.Equal("1 true Second", fmt.Sprint(got.TotalSize, " ", got.Done, " ", got.Records[0].StringField("Subject"))); err != nil {
			return err
		}
		return made(got.Records[0].Get()) // a record of a query can be read again
	})
	step.Run("Query of a parent", func() error {
		parent := client.SObject("Account").Set("Name", "Parent").Create()
		client.SObject("Contact").Set("LastName", "Child").Set("AccountId", parent.ID()).Create()
		got, err := client.Query("SELECT Account.Name FROM Contact WHERE LastName = 'Child'")
		if err != nil {
			return err
		}
		return step.Equal("Parent", got.Records[0].SObjectField("Account", "Account").StringField("Name"))
	})
	step.Run("Query over several pages", func() error { return pages(client) })
	step.Run("Query that is malformed", func() error {
		_, err := client.Query("SELECT FROM Case")
		return step.Refused(err, "MALFORMED_QUERY")
	})
}

// pages makes 2,100 contacts by the collections call, for the client has none
// of its own, and reads them.
func pages(client *simpleforce.Client) error {
	for range 21 {
		body := `{"records":[` + strings.Repeat(`{"attributes":{"type":"Contact"},"LastName":"Page"},`, 99) + `{"attributes":{"type":"Contact"},"LastName":"Page"}]}`
		if _, err := client.ApexREST(http.MethodPost, "services/data/v54.0/composite/sobjects", strings.NewReader(body)); err != nil {
			return err
		}
	}
	n := 0
	for next := "SELECT Id FROM Contact WHERE LastName = 'Page'"; next != ""; {
		got, err := client.Query(next)
		if err != nil {
			return err
		}
		n += len(got.Records)
		next = got.NextRecordsURL
	}
	return step.Equal(2100, n)
}

func described(client *simpleforce.Client) {
	step.Run("Describe", func() error {
		got := client.SObject("Case").Describe()
		if got == nil {
			return errors.New("the call failed")
		}
		return step.Equal("Case", (*got)["name"])
	})
	step.Run("DescribeGlobal", func() error {
		got, err := client.DescribeGlobal()
		if err != nil {
			return err
		}
		if objects, _ := (*got)["sobjects"].([]any); len(objects) == 0 {
			return errors.New("no objects")
		}
		return nil
	})
}

// coded is a file in base64.
var coded = base64.StdEncoding.EncodeToString([]byte("a file"))

// download makes a record with that file and reads it again.
func download(record *simpleforce.SObject, read func(id, path string) error) error {
	if err := made(record.Create()); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "f.txt")
	if err := read(record.ID(), path); err != nil {
		return err
	}
	got, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return step.Equal("a file", string(got))
}

func rest(client *simpleforce.Client) error {
	data, err := client.ApexREST(http.MethodGet, "services/data/v54.0/limits", nil)
	if err != nil {
		return err
	}
	var got map[string]struct{ Max int }
	if err := json.Unmarshal(data, &got); err != nil {
		return err
	}
	if got["DailyApiRequests"].Max == 0 {
		return errors.New("no DailyApiRequests")
	}
	return nil
}
