package mocksf_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf"
)

func FuzzToken(f *testing.F) {
	org := mocksf.New(mocksf.Config{ClientID: "id", ClientSecret: "secret", Username: "u", Password: "p"})
	f.Cleanup(org.Close)
	f.Add("grant_type=client_credentials", "Basic aWQ6c2VjcmV0", "")
	f.Add("grant_type=password&client_id=id&username=u&password=p", "", "")
	f.Add("grant_type=authorization_code&code=%zz", "Basic !", "client_id=id")
	f.Add("response_type=device_code&client_id=id", "Bearer x", "scope=api;a=b")
	f.Add("grant_type=device&client_id=id&code=1", "Basic OiUlJQ==", "")
	f.Add("grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=a.b.c", "", "")
	f.Add("--x\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\npassword\r\n--x--\r\n", "", "")
	f.Fuzz(func(t *testing.T, body, authorization, query string) {
		hr := httptest.NewRequest("POST", "/services/oauth2/token", strings.NewReader(body))
		hr.Header.Set("Authorization", authorization)
		hr.URL.RawQuery = query
		if strings.HasPrefix(body, "--x") {
			hr.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		}
		w := httptest.NewRecorder()
		org.ServeHTTP(w, hr)
		assert.Contains(t, []int{200, 400, 413, 414, 431}, w.Code)
		var got any
		assert.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
		if _, secret, ok := hr.BasicAuth(); ok && w.Code == 200 && secret != "" {
			assert.True(t, secret == "secret" || strings.Contains(secret, "%"), "a secret that is given must be right")
		}
	})
}

// FuzzBearer looks for a header that opens the API without a session.
func FuzzBearer(f *testing.F) {
	org := mocksf.New(mocksf.Config{})
	f.Cleanup(org.Close)
	for _, header := range []string{"", "Bearer", "Bearer 00D000000000001!x", "OAuth  y", "bearer\tz", "Basic aWQ6c2VjcmV0"} {
		f.Add(header, "/services/data/v67.0/limits")
	}
	f.Add("", "/id/00D/005?oauth_token=1")
	f.Fuzz(func(t *testing.T, authorization, path string) {
		hr := httptest.NewRequest("GET", "/services/data/v67.0/limits", nil)
		if strings.HasPrefix(path, "/id/") {
			hr.URL.Path = path
		}
		hr.Header.Set("Authorization", authorization)
		w := httptest.NewRecorder()
		org.ServeHTTP(w, hr)
		assert.Contains(t, []int{401, 403, 404, 431}, w.Code)
	})
}
