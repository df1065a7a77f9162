package mocksf_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

func TestPipelineRefuses(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	long := strings.Repeat("x", 17_000)
	for name, c := range map[string]struct {
		method, path, body string
		header             []string
		status             int
		want               string
	}{
		"unknown path":        {"GET", "no/such", "", nil, 404, "NOT_FOUND"},
		"outside":             {"GET", "/other", "", nil, 404, "NOT_FOUND"},
		"unknown version":     {"GET", "/services/data/v99.0/limits", "", nil, 404, "NOT_FOUND"},
		"retired version":     {"GET", "/services/data/v30.0/limits", "", nil, 410, "GONE"},
		"ancient version":     {"GET", "/services/data/v20.0/limits", "", nil, 410, "GONE"},
		"before the first":    {"GET", "/services/data/v19.0/limits", "", nil, 404, "NOT_FOUND"},
		"another scheme":      {"GET", "limits", "", []string{"Authorization", "Basic dTpw"}, 401, "INVALID_AUTH_HEADER"},
		"a token alone":       {"GET", "limits", "", []string{"Authorization", "00D"}, 401, "INVALID_AUTH_HEADER"},
		"no authorization":    {"GET", "limits", "", []string{"Authorization", ""}, 401, "INVALID_SESSION_ID"},
		"odd version":         {"GET", "/services/data/67.0/limits", "", nil, 404, "NOT_FOUND"},
		"half version":        {"GET", "/services/data/v67.5/limits", "", nil, 404, "NOT_FOUND"},
		"long uri":            {"GET", "query?q=" + long, "", nil, 414, "URI_TOO_LONG"},
		"long headers":        {"GET", "limits", "", []string{"X-Long", long}, 431, "REQUEST_HEADER_FIELDS_TOO_LARGE"},
		"content type":        {"POST", "sobjects/Account", `Name=n`, []string{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}, 415, "MediaType of 'application/x-www-form-urlencoded' is not supported by this resource"},
		"no record":           {"POST", "sobjects/Account", "", nil, 400, "The HTTP entity body is required, but this request has no entity body."},
		"no object, nothing":  {"POST", "sobjects/Nope", "", nil, 404, "NOT_FOUND"},
		"no tree":             {"POST", "composite/tree/Account", "", nil, 400, "The HTTP entity body is required, but this request has no entity body."},
		"no records":          {"PATCH", "composite/sobjects/Account/Ext_Id__c", "", nil, 400, "The HTTP entity body is required, but this request has no entity body."},
		"no ids":              {"POST", "composite/sobjects/Account", "", nil, 400, "The HTTP entity body is required, but this request has no entity body."},
		"no composite":        {"POST", "composite", "", nil, 400, "The HTTP entity body is required, but this request has no entity body."},
		"no job":              {"POST", "jobs/ingest", "", nil, 400, "The HTTP entity body is required, but this request has no entity body."},
		"no settings":         {"POST", "jobs/query", "[]", nil, 400, "Cannot deserialize instance of a job from array value"},
		"numbered object":     {"POST", "jobs/ingest", `{"object":5}`, nil, 400, "Cannot deserialize instance of object from number value"},
		"encoding":            {"POST", "sobjects/Account", `x`, []string{"Content-Encoding", "br"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		"no gzip":             {"POST", "sobjects/Account", `{"Name":"n"}`, []string{"Content-Encoding", "gzip"}, 400, "INVALID_INPUT"},
		"list for a field":    {"POST", "sobjects/Order__c", `{"Due_Date__c":[]}`, nil, 400, "Cannot deserialize instance of date from START_ARRAY value [ or request may be missing a required field at [line:1, column:16]"},
		"object for a field":  {"POST", "sobjects/Order__c", `{"Due_Date__c":{}}`, nil, 400, "Cannot deserialize instance of date from START_OBJECT value { or request may be missing a required field at [line:1, column:16]"},
		"list for no field":   {"POST", "sobjects/Order__c", `{"Nope":[]}`, nil, 400, "No such column 'Nope'"},
		".NET time for a day": {"POST", "sobjects/Order__c", `{"Due_Date__c":"2015-07-23T09:38:33.6366008+02:00"}`, nil, 400, "Cannot deserialize instance of date from VALUE_STRING value 2015-07-23T09:38:33.6366008+02:00 or request may be missing a required field at [line:1, column:16]"},
		"text for a price":    {"POST", "sobjects/Order__c", "{\n\"Amount__c\":\"12,5\"}", nil, 400, "Cannot deserialize instance of currency from VALUE_STRING value 12,5 or request may be missing a required field at [line:2, column:13]"},
		"trailing text":       {"POST", "sobjects/Account", `{"Name":"n"}x`, nil, 400, "JSON_PARSER_ERROR"},
		"where the error is":  {"POST", "sobjects/Account", "{\n  \"Name\": nope}", nil, 400, "at [line:2, column:11]"},
		"invalid utf-8":       {"POST", "sobjects/Account", "{\"Name\":\"\xff\"}", nil, 400, "JSON_PARSER_ERROR"},
		"deep nesting":        {"POST", "sobjects/Account", strings.Repeat("[", 100_000), nil, 400, "JSON_PARSER_ERROR"},
		"method":              {"DELETE", "limits", "", nil, 405, "METHOD_NOT_ALLOWED"},
		"method of the token": {"GET", "/services/oauth2/token", "", nil, 405, "METHOD_NOT_ALLOWED"},
	} {
		a := d.do(c.method, c.path, strings.NewReader(c.body), c.header...)
		assert.Equal(t, c.status, a.status, "%s: %s", name, a.body)
		assert.Contains(t, a.body, c.want, name)
		var list []map[string]any
		assert.NoError(t, json.Unmarshal([]byte(a.body), &list), "%s: errors are an array", name)
	}
}

func TestPipelineTolerates(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	record := `{"Name":"n"}`
	for name, c := range map[string]struct {
		path   string
		header []string
	}{
		"double slash":   {"//services/data/v67.0/sobjects//Account/", nil},
		"old version":    {"/services/data/v34.0/sobjects/Account", nil},
		"pretty print":   {"sobjects/Account", []string{"X-PrettyPrint", "1"}},
		"content type":   {"sobjects/Account", []string{"Content-Type", "application/json; charset=UTF-8"}},
		"any case scope": {"sobjects/ACCOUNT", []string{"Content-Type", "Application/JSON"}},
	} {
		a := d.do("POST", c.path, strings.NewReader(record), c.header...)
		assert.Equal(t, 201, a.status, "%s: %s", name, a.body)
		assert.Equal(t, "application/json;charset=UTF-8", a.header.Get("Content-Type"))
	}
	chunked := d.do("POST", "sobjects/Account", io.MultiReader(strings.NewReader(record)))
	assert.Equal(t, 201, chunked.status)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(record))
	require.NoError(t, z.Close())
	assert.Equal(t, 201, d.do("POST", "sobjects/Account", &zipped, "Content-Encoding", "gzip").status)
	assert.Equal(t, 7, d.org.Count("Account"))
	assert.Equal(t, 200, d.do("HEAD", "limits", nil).status)
}

func TestBigRepliesAreCompressedForWhoAsks(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	d.fill(2000)
	query := "query?q=SELECT+Id,Name,Ext_Id__c+FROM+Account"
	plain := d.do("GET", query, nil, "Accept-Encoding", "identity")
	assert.Empty(t, plain.header.Get("Content-Encoding"))
	packed := d.do("GET", query, nil, "Accept-Encoding", "gzip")
	assert.Equal(t, "gzip", packed.header.Get("Content-Encoding"))
	z, err := gzip.NewReader(strings.NewReader(packed.body))
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	assert.Equal(t, plain.body, string(text))
}

func TestOversizedBodyIsRefused(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range 51 {
		_, _ = z.Write(zeros)
	}
	require.NoError(t, z.Close())
	a := d.do("POST", "sobjects/Account", &bomb, "Content-Encoding", "gzip")
	assert.Equal(t, 413, a.status)
	assert.Contains(t, a.body, "REQUEST_ENTITY_TOO_LARGE")
}

func TestBodyThatBreaksOffWritesNothing(t *testing.T) {
	d, n := haunted(t, mocksf.Config{})
	conn, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
	require.NoError(t, err)
	_, err = fmt.Fprintf(conn, "POST /services/data/v67.0/sobjects/Account HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 100\r\n\r\n{\"Name\":\"n\"}", d.token)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	got := n.last(t, 2)
	assert.Equal(t, commitlog.FateLost, got.Fate)
	assert.Zero(t, d.org.Log().Len())
}

func TestPipelinedRequestsOnOneConnection(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	conn, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	one := fmt.Sprintf("POST /services/data/v67.0/sobjects/Account HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 12\r\n\r\n{\"Name\":\"n\"}", d.token)
	_, err = io.WriteString(conn, one+one)
	require.NoError(t, err)
	replies := bufio.NewReader(conn)
	for range 2 {
		reply, err := http.ReadResponse(replies, nil)
		require.NoError(t, err)
		assert.Equal(t, 201, reply.StatusCode)
		_, _ = io.Copy(io.Discard, reply.Body)
		require.NoError(t, reply.Body.Close())
	}
}

func TestDailyLimit(t *testing.T) {
	d := openDoor(t, mocksf.Config{DailyRequests: 2})
	a := d.do("GET", "limits", nil)
	assert.Equal(t, "api-usage=1/2", a.header.Get("Sforce-Limit-Info"))
	assert.Empty(t, d.do("GET", "limits", nil, "Authorization", "Bearer x").header.Get("Sforce-Limit-Info"))
	var limits map[string]struct{ Max, Remaining int }
	a = d.json("GET", "limits", "", &limits)
	assert.Equal(t, 2, limits["DailyApiRequests"].Max)
	for _, name := range []string{"DailyBulkApiBatches", "DataStorageMB", "FileStorageMB"} {
		assert.Contains(t, limits, name, "clients insist on it")
	}
	assert.Equal(t, 200, a.status)
	a = d.do("POST", "sobjects/Account", strings.NewReader(`{"Name":"n"}`))
	assert.Equal(t, 403, a.status)
	assert.JSONEq(t, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, a.body)
	a = d.do("GET", "/services/data", nil)
	assert.Equal(t, 200, a.status)
	assert.Empty(t, a.header.Get("Sforce-Limit-Info"))
}

func TestDiscovery(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	var versions []struct{ Label, URL, Version string }
	d.json("GET", "/services/data/", "", &versions)
	assert.Len(t, versions, 37)
	assert.Equal(t, "31.0", versions[0].Version)
	assert.Equal(t, "Summer '14", versions[0].Label)
	assert.Equal(t, "Winter '15", versions[1].Label)
	assert.Equal(t, "/services/data/v67.0", versions[36].URL)
	assert.Equal(t, "Summer '26", versions[36].Label)

	var resources map[string]string
	d.json("GET", "/services/data/v60.0", "", &resources)
	assert.Equal(t, "/services/data/v60.0/sobjects", resources["sobjects"])
	assert.Contains(t, resources["identity"], d.url+"/id/00D")

	var global struct {
		MaxBatchSize int
		Sobjects     []map[string]any
	}
	d.json("GET", "sobjects", "", &global)
	assert.Equal(t, 200, global.MaxBatchSize)
	assert.Len(t, global.Sobjects, 15)

	var order struct {
		Name, KeyPrefix    string
		Fields             []map[string]any
		ChildRelationships []map[string]any
	}
	changed := d.json("GET", "sobjects/order__c/describe", "", &order).header.Get("Last-Modified")
	assert.Equal(t, 304, d.do("GET", "sobjects/order__c/describe", nil, "If-Modified-Since", changed).status)
	assert.Equal(t, "Order__c", order.Name)
	fields := map[string]map[string]any{}
	for _, f := range order.Fields {
		fields[f["name"].(string)] = f
	}
	assert.Equal(t, []any{"Account"}, fields["Account__c"]["referenceTo"])
	assert.Equal(t, "Account__r", fields["Account__c"]["relationshipName"])
	assert.Equal(t, true, fields["Ext_Id__c"]["externalId"])
	assert.Equal(t, true, fields["Ext_Id__c"]["unique"])
	assert.Equal(t, false, fields["Id"]["createable"])
	assert.Equal(t, "currency", fields["Amount__c"]["type"])
	assert.Equal(t, "Lines__r", order.ChildRelationships[0]["relationshipName"])
	assert.Equal(t, 404, d.do("GET", "sobjects/Nope/describe", nil).status)
}

// The name of a person is made of others, which say so: who copies records
// leaves it out, or them.
func TestDescribeOfAName(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	var contact struct {
		Fields []struct {
			Name, CompoundFieldName string
			Nillable, Createable    bool
			DefaultValue            any
		}
	}
	d.json("GET", "sobjects/Contact/describe", "", &contact)
	for _, f := range contact.Fields {
		switch f.Name {
		case "FirstName", "LastName":
			assert.Equal(t, "Name", f.CompoundFieldName, f.Name)
		case "Name":
			assert.Equal(t, []bool{false, false}, []bool{f.Nillable, f.Createable})
		default:
			assert.NotEqual(t, "Name", f.CompoundFieldName, f.Name)
		}
		if f.Name == "IsDeleted" {
			assert.Equal(t, false, f.DefaultValue)
		}
	}
}
