package mocksf_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// door is an org behind a real socket, and a client with a session.
type door struct {
	t     testing.TB
	org   *mocksf.Org
	url   string
	token string
}

func openDoor(t testing.TB, cfg mocksf.Config) *door {
	t.Helper()
	d, done := openFor(t, cfg)
	t.Cleanup(done)
	return d
}

// openFor leaves it to the caller when the org is done with.
func openFor(t testing.TB, cfg mocksf.Config) (d *door, done func()) {
	t.Helper()
	org := mocksf.New(cfg)
	server := httptest.NewServer(org)
	done = func() {
		server.Close()
		org.Close()
		http.DefaultClient.CloseIdleConnections()
	}
	d = &door{t: t, org: org, url: server.URL}
	reply, err := http.PostForm(server.URL+"/services/oauth2/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {"id"}, "client_secret": {"secret"}})
	require.NoError(t, err)
	var granted struct {
		Token string `json:"access_token"`
	}
	require.NoError(t, json.NewDecoder(reply.Body).Decode(&granted))
	require.NoError(t, reply.Body.Close())
	d.token = granted.Token
	return d, done
}

// answered is a reply, read to its end.
type answered struct {
	status int
	header http.Header
	body   string
}

// do sends one request; header holds pairs of names and values.
func (d *door) do(method, path string, body io.Reader, header ...string) answered {
	d.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = d.url + path
	} else {
		path = d.url + "/services/data/v67.0/" + path
	}
	request, err := http.NewRequest(method, path, body)
	require.NoError(d.t, err)
	request.Header.Set("Authorization", "Bearer "+d.token)
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	reply, err := http.DefaultClient.Do(request)
	require.NoError(d.t, err)
	text, err := io.ReadAll(reply.Body)
	require.NoError(d.t, err)
	require.NoError(d.t, reply.Body.Close())
	return answered{reply.StatusCode, reply.Header, string(text)}
}

// json sends a JSON body and decodes the answer, whatever its status.
func (d *door) json(method, path, body string, into any) answered {
	d.t.Helper()
	a := d.do(method, path, strings.NewReader(body), "Content-Type", "application/json")
	require.NoError(d.t, json.Unmarshal([]byte(a.body), into), a.body)
	return a
}

// refusal is the error body of the REST API.
type refusal []struct {
	Message   string   `json:"message"`
	ErrorCode string   `json:"errorCode"`
	Fields    []string `json:"fields"`
}
