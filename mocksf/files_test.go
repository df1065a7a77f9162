package mocksf_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// message is a multipart message of a record and files, each the name of its
// field and what it holds, as in the examples of the REST API guide.
func message(t *testing.T, record string, files ...[2]string) (body *bytes.Buffer, kind string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="entity_content"`}, "Content-Type": {"application/json"}})
	require.NoError(t, err)
	fmt.Fprint(part, record)
	for _, f := range files {
		part, err = w.CreateFormFile(f[0], "f.bin")
		require.NoError(t, err)
		fmt.Fprint(part, f[1])
	}
	require.NoError(t, w.Close())
	return body, w.FormDataContentType()
}

func TestFilesComeInBothForms(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	data := []byte("\x00\xff\r\n--b\r\n")
	coded := base64.StdEncoding.EncodeToString(data)
	account := d.create("Account", `{"Name":"n"}`)
	attachment := d.create("Attachment", `{"Name":"f.png","ParentId":"`+account+`","ContentType":"image/png","Body":"`+coded+`"}`)
	body, kind := message(t, `{"Title":"f","PathOnClient":"f.bin"}`, [2]string{"VersionData", string(data)})
	var saved struct{ ID string }
	a := d.do("POST", "sobjects/ContentVersion", body, "Content-Type", kind)
	require.Equal(t, 201, a.status, a.body)
	decode(t, a, &saved)
	for path, kind := range map[string]string{
		"sobjects/Attachment/" + attachment + "/Body": "image/png", "sobjects/ContentVersion/" + saved.ID + "/VersionData": "application/octet-stream",
		"sobjects/contentversion/" + saved.ID[:15] + "/versiondata": "application/octet-stream",
	} {
		a := d.do("GET", path, nil)
		assert.Equal(t, []any{200, string(data), kind}, []any{a.status, a.body, a.header.Get("Content-Type")}, path)
	}
	d.answers(`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Attachment"},"Body":"/services/data/v67.0/sobjects/Attachment/`+attachment+`/Body"}]}`,
		"SELECT Body FROM Attachment WHERE ParentId = '"+account+"'")
	d.answers(`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Attachment"},"BodyLength":9}]}`, "SELECT BodyLength FROM Attachment WHERE BodyLength = 9")
	d.answers(`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"ContentVersion"},"ContentSize":9}]}`, "SELECT ContentSize FROM ContentVersion")
	assert.Contains(t, d.do("GET", "sobjects/ContentVersion/"+saved.ID, nil).body, `"VersionData":"/services/data/v67.0/sobjects/ContentVersion/`+saved.ID+`/VersionData"`)

	for path, body := range map[string]string{
		"composite":       `{` + subs(sub("f", "GET", "sobjects/Attachment/"+attachment+"/Body", "")) + `}`,
		"composite/batch": `{"batchRequests":[{"method":"GET","url":"v67.0/sobjects/Attachment/` + attachment + `/Body"}]}`,
	} {
		a := d.do("POST", path, strings.NewReader(body))
		assert.True(t, json.Valid([]byte(a.body)), a.body)
		assert.Contains(t, a.body, "The file Body cannot be read by a sub-request")
	}

	body, kind = message(t, `{"Description":"new"}`, [2]string{"versiondata", "2"})
	assert.Equal(t, 204, d.do("PATCH", "sobjects/ContentVersion/"+saved.ID, body, "Content-Type", kind).status)
	assert.Equal(t, "2", d.do("GET", "sobjects/ContentVersion/"+saved.ID+"/VersionData", nil).body)
	require.NoError(t, d.org.SetAccess("", "ContentVersion", "VersionData", mocksf.AccessNone))
	assert.Equal(t, 404, d.do("GET", "sobjects/ContentVersion/"+saved.ID+"/VersionData", nil).status)
}

func decode(t *testing.T, a answered, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(a.body), into), a.body)
}

func TestFilesAreRefused(t *testing.T) {
	sc := mocksf.DefaultSchema()
	object, _ := sc.Object("ContentVersion")
	for i := range object.Fields {
		if object.Fields[i].Name == "VersionData" {
			object.Fields[i].Length = 3
		}
	}
	d := openDoor(t, mocksf.Config{Schema: sc})
	for _, c := range []struct {
		record, field, data, code string
	}{
		{`{"PathOnClient":"f"}`, "VersionData", "four", "STRING_TOO_LONG"},
		{`{"PathOnClient":"f"}`, "Nope", "1", "INVALID_FIELD"},
		{`{"PathOnClient":"f"}`, "Title", "1", "INVALID_INPUT"},
		{`{"PathOnClient"`, "VersionData", "1", "JSON_PARSER_ERROR"},
		{`{}`, "VersionData", "1", "REQUIRED_FIELD_MISSING"},
	} {
		body, kind := message(t, c.record, [2]string{c.field, c.data})
		a := d.do("POST", "sobjects/ContentVersion", body, "Content-Type", kind)
		assert.Equal(t, 400, a.status, a.body)
		assert.Contains(t, a.body, c.code)
	}
	for body, code := range map[string]string{`{"PathOnClient":"f","VersionData":"%"}`: "JSON_PARSER_ERROR", `{"PathOnClient":"f","VersionData":1}`: "JSON_PARSER_ERROR", `{"PathOnClient":"f"}`: "REQUIRED_FIELD_MISSING"} {
		assert.Contains(t, d.do("POST", "sobjects/ContentVersion", strings.NewReader(body)).body, code)
	}
	assert.Contains(t, d.do("POST", "sobjects/ContentVersion", strings.NewReader("--x--"), "Content-Type", "multipart/form-data; boundary=x").body, "a part with the Content-Type application/json is needed")
	for _, q := range []string{"SELECT Id FROM ContentVersion WHERE VersionData = 'x'", "SELECT Id FROM ContentVersion ORDER BY VersionData", "SELECT COUNT(VersionData) FROM ContentVersion"} {
		assert.Contains(t, d.do("GET", "query?q="+url.QueryEscape(q), nil).body, "INVALID_FIELD", q)
	}
	a := d.do(http.MethodPost, "jobs/query", strings.NewReader(`{"operation":"query","query":"SELECT VersionData FROM ContentVersion"}`))
	assert.Contains(t, a.body, "a base64 field (VersionData) is not supported by the Bulk API")
	assert.Equal(t, 404, d.do("GET", "sobjects/ContentVersion/068000000000001AAA/VersionData", nil).status)
}

// The order of the parts is not chance: of two for one field the same one
// counts every time, and of two mistakes the same one is told.
func TestTheFilesOfAMessageHaveAnOrder(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	send := func(names ...string) answered {
		var files [][2]string
		for _, name := range names {
			files = append(files, [2]string{name, name})
		}
		body, kind := message(t, `{"PathOnClient":"f"}`, files...)
		return d.do("POST", "sobjects/ContentVersion", body, "Content-Type", kind)
	}
	for range 20 {
		assert.Contains(t, send("Nope2", "Nope1", "Nope3").body, "Nope2")
		var saved struct{ ID string }
		decode(t, send("versiondata", "VersionData"), &saved)
		require.Equal(t, "VersionData", d.do("GET", "sobjects/ContentVersion/"+saved.ID+"/VersionData", nil).body)
	}
}

// simple-salesforce asks for pretty JSON in every request, and a file may be
// JSON.
func TestAFileIsNotLaidOut(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	file := `{"a":[1,2]}`
	account := d.create("Account", `{"Name":"n"}`)
	id := d.create("Attachment", `{"Name":"f","ParentId":"`+account+`","ContentType":"application/json","Body":"`+base64.StdEncoding.EncodeToString([]byte(file))+`"}`)
	assert.Equal(t, file, d.do("GET", "sobjects/Attachment/"+id+"/Body", nil, "X-PrettyPrint", "1").body)
	assert.Contains(t, d.do("GET", "sobjects/Attachment/"+id, nil, "X-PrettyPrint", "1").body, "\n  ")
}
