package mocksf_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/squall-harness/squall/mocksf"
)

// An org behind any HTTP server, a client that logs in and upserts a record,
// and the log that tells what was committed.
func Example() {
	org := mocksf.New(mocksf.Config{})
	defer org.Close()
	server := httptest.NewServer(org)
	defer server.Close()
	defer http.DefaultClient.CloseIdleConnections()

	login, _ := http.PostForm(server.URL+"/services/oauth2/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"me"}, "client_secret": {"secret"},
	})
	var granted struct {
		Token string `json:"access_token"`
	}
	_ = json.NewDecoder(login.Body).Decode(&granted)
	_ = login.Body.Close()

	request, _ := http.NewRequest("PATCH", server.URL+"/services/data/v67.0/sobjects/Account/Ext_Id__c/acct-1", strings.NewReader(`{"Name":"Umbrella"}`))
	request.Header.Set("Authorization", "Bearer "+granted.Token)
	reply, _ := http.DefaultClient.Do(request)
	_ = reply.Body.Close()
	fmt.Println(reply.Status)

	for _, c := range org.Log().Since(0) {
		fmt.Println(c.LSN, c.API, c.Changes[0].Op, c.Changes[0].Object, c.Changes[0].ExternalID)
	}
	// Output:
	// 201 Created
	// 1 row insert Account acct-1
}
