package mocksf_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// described returns the fields that describe tells of, and which of them can
// be updated.
func (d *bubble) described(object string) map[string]bool {
	_, body := d.do("GET", "sobjects/"+object+"/describe", "", "If-Modified-Since", "Thu, 01 Jan 2099 00:00:00 GMT")
	var shown struct {
		Fields []struct {
			Name       string
			Updateable bool
		}
	}
	require.NoError(d.t, json.Unmarshal([]byte(body), &shown), body)
	fields := map[string]bool{}
	for _, f := range shown.Fields {
		fields[f.Name] = f.Updateable
	}
	return fields
}

func TestAFieldIsTakenAway(t *testing.T) {
	inVirtualTime(t, mocksf.Config{}, func(d *bubble) {
		id := d.insert("Account", map[string]any{"Name": "n", "Ext_Id__c": "a", "Phone": "1"})
		require.NoError(t, d.org.SetAccess("id", "account", "phone", mocksf.AccessNone))
		everyDoorBut(d, `{"Name":"n","Phone":"2"}`, "No such column 'Phone' on sobject of type Account", "INVALID_FIELD", nil)
		_, body := d.do("POST", "jobs/ingest", `{"object":"Account","operation":"insert"}`)
		var job jobShown
		require.NoError(t, json.Unmarshal([]byte(body), &job))
		d.do("PUT", "jobs/ingest/"+job.ID+"/batches", "Name,Phone\nn,2\n", "Content-Type", "text/csv")
		d.do("PATCH", "jobs/ingest/"+job.ID, `{"state":"UploadComplete"}`)
		time.Sleep(time.Second)
		_, body = d.do("GET", "jobs/ingest/"+job.ID, "")
		assert.Contains(t, body, `"state":"Failed"`)
		assert.Contains(t, body, `"errorMessage":"InvalidBatch : Field name not found : Phone"`)
		assert.NotContains(t, d.described("Account"), "Phone")
		status, body := d.do("GET", "sobjects/Account/"+id, "")
		assert.Equal(t, 200, status)
		assert.NotContains(t, body, "Phone")
		for _, path := range []string{"sobjects/Account/" + id + "?fields=Name,Phone", "query?q=SELECT+Phone+FROM+Account", "query?q=SELECT+Id+FROM+Account+WHERE+Phone='1'"} {
			status, body = d.do("GET", path, "")
			assert.Equal(t, 400, status, path)
			assert.Contains(t, body, "INVALID_FIELD", path)
			assert.Contains(t, body, "No such column 'Phone'", path)
		}
		_, body = d.do("GET", "query?q=SELECT+FIELDS(ALL)+FROM+Account+LIMIT+1", "")
		assert.Contains(t, body, `"Ext_Id__c":"a"`)
		assert.NotContains(t, body, "Phone")
		status, _ = d.do("PATCH", "sobjects/Account/"+id, `{"Name":"m"}`)
		assert.Equal(t, 204, status, "the rest can be written")

		other := *d
		other.token = d.login("other")
		_, body = other.do("GET", "sobjects/Account/"+id, "")
		assert.Contains(t, body, `"Phone":"1"`, "another identity sees it")

		require.NoError(t, d.org.SetAccess("id", "Account", "Phone", mocksf.AccessEdit))
		status, _ = d.do("PATCH", "sobjects/Account/"+id, `{"Phone":"3"}`)
		assert.Equal(t, 204, status, "given back")
		assert.True(t, d.described("Account")["Phone"])
	})
}

func TestAFieldIsReadOnly(t *testing.T) {
	inVirtualTime(t, mocksf.Config{}, func(d *bubble) {
		d.insert("Account", map[string]any{"Name": "n", "Phone": "1"})
		require.NoError(t, d.org.SetAccess("", "Account", "Phone", mocksf.AccessRead))
		require.NoError(t, d.org.SetAccess("id", "Account", "Phone", mocksf.AccessEdit))
		everyDoor(d, `{"Name":"n","Phone":"2"}`, "Unable to create/update fields: Phone. Please check the security settings of this field and verify that it is read/write for your profile or permission set.",
			"INVALID_FIELD_FOR_INSERT_UPDATE", []string{"Phone"})
		_, body := d.do("GET", "query?q=SELECT+Phone+FROM+Account", "")
		assert.Contains(t, body, `"Phone":"1"`)
		updateable, there := d.described("Account")["Phone"]
		assert.True(t, there)
		assert.False(t, updateable)
	})
}

func TestAnObjectIsTakenAway(t *testing.T) {
	inVirtualTime(t, mocksf.Config{}, func(d *bubble) {
		id := d.insert("Account", map[string]any{"Name": "n"})
		require.NoError(t, d.org.SetAccess("id", "Account", "", mocksf.AccessRead))
		status, body := d.do("PATCH", "sobjects/Account/"+id, `{"Phone":"2"}`)
		assert.Equal(t, 403, status)
		assert.JSONEq(t, `[{"message":"insufficient access rights on object id","errorCode":"INSUFFICIENT_ACCESS_OR_READONLY","fields":[]}]`, body)
		_, body = d.do("DELETE", "composite/sobjects?ids="+id, "")
		assert.Contains(t, body, `"statusCode":"INSUFFICIENT_ACCESS_OR_READONLY"`)
		assert.Contains(t, d.load(`{"object":"Account","operation":"insert"}`, "Name\nn\n"), "INSUFFICIENT_ACCESS_OR_READONLY:")
		status, _ = d.do("GET", "sobjects/Account/"+id, "")
		assert.Equal(t, 200, status)

		children := func() string { _, body := d.do("GET", "sobjects/Account/describe", ""); return body }
		assert.Contains(t, children(), `"childSObject":"Contact"`)
		require.NoError(t, d.org.SetAccess("id", "Contact", "", mocksf.AccessNone))
		require.NoError(t, d.org.SetAccess("id", "Case", "AccountId", mocksf.AccessNone))
		assert.NotContains(t, children(), `"childSObject":"Contact"`, "nobody hears of a hidden object")
		assert.NotContains(t, children(), `"childSObject":"Case"`, "or of a hidden lookup")
		assert.Contains(t, children(), `"childSObject":"Opportunity"`)

		require.NoError(t, d.org.SetAccess("id", "Account", "", mocksf.AccessNone))
		status, _ = d.do("GET", "sobjects/Account/"+id, "")
		assert.Equal(t, 404, status)
		_, body = d.do("GET", "sobjects", "")
		assert.NotContains(t, body, `"name":"Account"`)
		_, body = d.do("GET", "query?q=SELECT+Id+FROM+Account", "")
		assert.Contains(t, body, "INVALID_TYPE")

		assert.ErrorContains(t, d.org.SetAccess("id", "Nope", "", mocksf.AccessNone), "no object")
		assert.ErrorContains(t, d.org.SetAccess("id", "Account", "Nope", mocksf.AccessNone), "no field")
		assert.ErrorContains(t, d.org.SetAccess("id", "Account", "Id", mocksf.AccessNone), "no field")
	})
}

// TestHiddenPartsInEveryOtherReader looks at what is hidden through bulk
// queries, relationships and recent items.
func TestHiddenPartsInEveryOtherReader(t *testing.T) {
	inVirtualTime(t, mocksf.Config{}, func(d *bubble) {
		account := d.insert("Account", map[string]any{"Name": "secret"})
		contact := d.insert("Contact", map[string]any{"LastName": "l", "AccountId": account, "Phone": "1"})
		readers := []struct {
			method, path, body string
			status             int
		}{
			{"POST", "jobs/query", `{"operation":"query","query":"SELECT Name FROM Account"}`, 400},
			{"POST", "jobs/query", `{"operation":"query","query":"SELECT Phone FROM Contact"}`, 400},
			{"POST", "jobs/query", `{"operation":"query","query":"SELECT Account.Name FROM Contact"}`, 400},
			{"GET", "sobjects/Contact/" + contact + "/Account", "", 404},
			{"GET", "recent", "", 200},
		}
		for _, c := range readers {
			status, _ := d.do(c.method, c.path, c.body)
			assert.Equal(t, 200, status, "before: %s %s", c.path, c.body)
		}
		require.NoError(t, d.org.SetAccess("id", "Account", "", mocksf.AccessNone))
		require.NoError(t, d.org.SetAccess("id", "Contact", "Phone", mocksf.AccessNone))
		for _, c := range readers {
			status, body := d.do(c.method, c.path, c.body)
			assert.Equal(t, c.status, status, "%s %s", c.path, c.body)
			assert.NotContains(t, body, "secret")
		}
		require.NoError(t, d.org.SetAccess("id", "Account", "", mocksf.AccessEdit))
		require.NoError(t, d.org.SetAccess("id", "Contact", "", mocksf.AccessNone))
		status, _ := d.do("GET", "sobjects/Account/"+account+"/Contacts", "")
		assert.Equal(t, 404, status)
	})
}

// TestAQueryJobSeesWhatItMayWhenItRuns hides a field between the creation of the
// job and its start.
func TestAQueryJobSeesWhatItMayWhenItRuns(t *testing.T) {
	inVirtualTime(t, mocksf.Config{Service: mocksf.Service{BulkStart: time.Second}}, func(d *bubble) {
		d.insert("Account", map[string]any{"Name": "n", "Phone": "secret"})
		_, body := d.do("POST", "jobs/query", `{"operation":"query","query":"SELECT Phone FROM Account"}`)
		var job jobShown
		require.NoError(t, json.Unmarshal([]byte(body), &job), body)
		require.NoError(t, d.org.SetAccess("id", "Account", "Phone", mocksf.AccessNone))
		time.Sleep(2 * time.Second)
		_, body = d.do("GET", "jobs/query/"+job.ID, "")
		assert.Contains(t, body, `"state":"Failed"`)
	})
}

func TestTheOrgMoves(t *testing.T) {
	inVirtualTime(t, mocksf.Config{}, func(d *bubble) {
		id := d.insert("Account", map[string]any{"Name": "n"})
		move := mocksf.Move{To: "http://new.example", Redirect: time.Hour}
		require.NoError(t, d.org.Migrate(move))
		path := "/services/data/v67.0/sobjects/Account/" + id
		w := d.serve("GET", path+"?fields=Name", "")
		assert.Equal(t, 302, w.Code)
		assert.Equal(t, "http://new.example"+path+"?fields=Name", w.Header().Get("Location"))
		assert.Empty(t, w.Header().Get("Sforce-Limit-Info"))
		status, _ := d.do("GET", "http://new.example"+path, "")
		assert.Equal(t, 200, status, "the session goes on")
		_, body := d.do("POST", "/services/oauth2/token?grant_type=client_credentials&client_secret=s&client_id=id", "")
		assert.Contains(t, body, `"instance_url":"http://new.example"`, "logins go on at the old address")

		time.Sleep(time.Hour)
		w = d.serve("POST", path, `{}`)
		assert.Equal(t, 420, w.Code)
		assert.True(t, strings.HasPrefix(w.Header().Get("Content-Type"), "text/html"))
		assert.Equal(t, "api-usage=2/100000", d.serve("GET", "http://new.example"+path, "").Header().Get("Sforce-Limit-Info"), "the old instance counts nothing")

		move.Status, move.EndSessions = 307, true
		require.NoError(t, d.org.Migrate(move))
		assert.Equal(t, 307, d.serve("POST", path, `{}`).Code)
		status, _ = d.do("GET", "http://new.example"+path, "")
		assert.Equal(t, 401, status)
		for _, to := range []string{"", "new.example", "ftp://new.example", "http://new.example/x", "http://%"} {
			assert.Error(t, d.org.Migrate(mocksf.Move{To: to}), to)
		}
		assert.ErrorContains(t, d.org.Migrate(mocksf.Move{To: "http://a.example", Status: 200}), "no redirect")
	})
}
