package mocksf_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// found lists the records of a search.
func (d *door) found(a answered) (names []string) {
	d.t.Helper()
	require.Equal(d.t, http.StatusOK, a.status, a.body)
	var answer struct {
		Records []struct {
			Attributes struct{ Type string }
			Name       string
		} `json:"searchRecords"`
	}
	require.NoError(d.t, json.Unmarshal([]byte(a.body), &answer))
	names = []string{}
	for _, r := range answer.Records {
		names = append(names, r.Attributes.Type+" "+r.Name)
	}
	return names
}

func TestSearch(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.create("Account", `{"Name":"Acme North","Phone":"030 555"}`)
	d.create("Account", `{"Name":"Acme South"}`)
	d.create("Contact", `{"LastName":"Acme","Email":"a@south.example"}`)
	for text, want := range map[string][]string{
		"FIND {acme} IN ALL FIELDS RETURNING Account(Id, Name), Contact(Name)":               {"Account Acme North", "Account Acme South", "Contact Acme"},
		"FIND {south} IN NAME FIELDS RETURNING Account(Name), Contact(Name)":                 {"Account Acme South"},
		"FIND {south} IN EMAIL FIELDS RETURNING Account(Name), Contact(Name)":                {"Contact Acme"},
		"FIND {555} IN PHONE FIELDS RETURNING Account(Name)":                                 {"Account Acme North"},
		"FIND {acme} RETURNING Account(Name WHERE Name LIKE '%South' ORDER BY Name LIMIT 1)": {"Account Acme South"},
		"FIND {nobody}": {},
		"FIND {acme}":   {"Account ", "Account ", "Contact "},
	} {
		assert.Equal(t, want, d.found(d.do(http.MethodGet, "search?q="+url.QueryEscape(text), nil)), text)
	}
	old := d.do(http.MethodGet, "/services/data/v36.0/search?q="+url.QueryEscape("FIND {nobody}"), nil)
	assert.Equal(t, "[]", old.body)
	var errs refusal
	assert.Equal(t, http.StatusBadRequest, d.json(http.MethodGet, "search?q=acme", "", &errs).status)
	assert.Equal(t, refusal{{Message: "No search term found. The search term must be enclosed in braces.", ErrorCode: "MALFORMED_SEARCH"}}, errs)
}

func TestParameterizedSearch(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.create("Account", `{"Name":"Acme North","Phone":"030 555"}`)
	d.create("Account", `{"Name":"Acme South"}`)
	d.create("Contact", `{"LastName":"Acme"}`)
	var errs refusal
	assert.Equal(t, http.StatusBadRequest, d.json(http.MethodGet, "parameterizedSearch?q=Acme&sobject=Account&fields=Id,(SELECT+Id+FROM+Contacts)", "", &errs).status)
	assert.Equal(t, "MALFORMED_SEARCH", errs[0].ErrorCode)
	for path, want := range map[string][]string{
		"parameterizedSearch?q=Acme&sobject=Account,Contact&Account.fields=id,Name&Account.limit=1": {"Account Acme North", "Contact "},
		"parameterizedSearch?q=Acme&overallLimit=2":                                                 {"Account ", "Account "},
		"parameterizedSearch?q=%7B555%7D&in=PHONE&sobject=Account&fields=Name":                      {"Account Acme North"},
	} {
		assert.Equal(t, want, d.found(d.do(http.MethodGet, path, nil)), path)
	}
	var whatever any
	a := d.json(http.MethodPost, "parameterizedSearch", `{"q":"acme","fields":["id","Name"],"in":"NAME","overallLimit":5,"defaultLimit":1,
		"sobjects":[{"name":"Contact"},{"name":"Account","where":"Phone = null","limit":2}]}`, &whatever)
	assert.Equal(t, []string{"Contact Acme", "Account Acme South"}, d.found(a))
	for _, body := range []string{`{}`, `{"q":"acme","in":"X"}`, `{"q":"acme","sobjects":[{"name":"Nope"}]}`, `{"q":"acme","sobjects":[{"name":"Account","limit":"x"}]}`} {
		var errs refusal
		assert.Equal(t, http.StatusBadRequest, d.json(http.MethodPost, "parameterizedSearch", body, &errs).status, body)
	}
}

// FuzzLocator asks for further pages under whatever name.
func FuzzLocator(f *testing.F) {
	d := openDoor(f, mocksf.Config{DailyRequests: 1 << 40})
	d.fill(401)
	next := d.query("SELECT Id FROM Account", "Sforce-Query-Options", "batchSize=200").Next
	for _, seed := range []string{next[len("/services/data/v67.0/query/"):], "01g5g0000000001AAA-200", "-1", "01g-99999999999999999999", "%00-%2f", "01g5g0000000001AAA-400-1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, locator string) {
		request := httptest.NewRequest(http.MethodGet, "/services/data/v67.0/query/x", nil)
		request.URL.Path = "/services/data/v67.0/query/" + locator
		request.URL.RawPath = "/services/data/v67.0/query/" + url.PathEscape(locator)
		request.Header.Set("Authorization", "Bearer "+d.token)
		recorder := httptest.NewRecorder()
		d.org.ServeHTTP(recorder, request)
		assert.Contains(t, []int{200, 400, 404, 405}, recorder.Code, recorder.Body.String())
		if recorder.Code == 200 && locator != "" && locator[0] == '0' {
			var p page
			require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &p))
			assert.Equal(t, 401, p.TotalSize)
		}
	})
}
