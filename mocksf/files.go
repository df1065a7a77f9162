package mocksf

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"unsafe"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// Files are fields of the type base64. A record comes with them as a multipart
// message, or in JSON in base64; each is read at an address of its own (REST API
// guide, Insert or Update Blob Data, Get Blob Data).

// attached is a file of a multipart message, in whose order they are taken.
type attached struct {
	name string // of the field
	data []byte
}

// parseFiles reads a multipart message: the record is the part in JSON, and a
// file bears the name of its field.
func (r *request) parseFiles() *apierr.Error {
	record, files, err := splitFiles(r.header.Get("Content-Type"), r.body)
	if err != nil {
		return apierr.InvalidInput.New("The multipart body cannot be read: " + err.Error())
	}
	r.body, r.files = record, files
	return r.readJSON()
}

func splitFiles(contentType string, body []byte) (record []byte, files []attached, err error) {
	room := make([]byte, 0, len(body)+1) // all parts are smaller than their message
	err = eachPart(contentType, body, func(part *multipart.Part) error {
		data, err := readInto(room[len(room):], part)
		room = room[:len(room)+len(data)]
		if record == nil && strings.HasPrefix(part.Header.Get("Content-Type"), "application/json") {
			record = data
		} else {
			files = append(files, attached{part.FormName(), data})
		}
		return err
	})
	if err == nil && record == nil {
		err = errors.New("a part with the Content-Type application/json is needed, the record")
	}
	return record, files, err
}

// readInto reads to the end into memory that is there already.
func readInto(room []byte, r io.Reader) ([]byte, error) {
	for {
		n, err := r.Read(room[len(room):cap(room)])
		if room = room[:len(room)+n]; errors.Is(err, io.EOF) {
			return room[:len(room):len(room)], nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// inBase64 is a file as the store keeps it, written once.
func inBase64(data []byte) string {
	text := base64.StdEncoding.AppendEncode(make([]byte, 0, base64.StdEncoding.EncodedLen(len(data))), data)
	return unsafe.String(unsafe.SliceData(text), len(text))
}

// draft reads the record of the body with its files.
func (r *request) draft(t *store.Table) (*store.Draft, *apierr.Error) {
	d, err := draft(t, r.json)
	if err != nil {
		return nil, err
	}
	for _, f := range r.files {
		if field, ok := t.Field(f.name); ok && t.Fields[field].Type != schema.Base64 {
			return nil, apierr.InvalidInput.New(fmt.Sprintf("The part %s of the body is a file, and the field %s of %s takes none", short(f.name), t.Fields[field].Name, t.Name))
		}
		if err := d.Put(f.name, store.Text, inBase64(f.data)); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// file answers what a field holds that is a file.
func (r *request) file(t *store.Table, field int) reply {
	if r.inside {
		return failure(apierr.InvalidInput.New("The file " + t.Fields[field].Name + " cannot be read by a sub-request"))
	}
	var row *store.Row
	r.read(func(v *store.View) {
		if row, _ = v.Get(r.param("field")); row.LiveIn(t) {
			r.look(v, commitlog.Read{Object: t.Name, Fields: fieldNames(t, []int{field}), Exact: true}, row)
		}
	})
	if !row.LiveIn(t) || row.Text(field) == "" {
		return failure(apierr.NotFound.New())
	}
	data, err := base64.StdEncoding.DecodeString(row.Text(field))
	if err != nil {
		panic(err) // it was checked when it was written
	}
	rep := answer(http.StatusOK, data)
	rep.verbatim, rep.contentType = true, "application/octet-stream"
	if kind, ok := t.Field("ContentType"); ok && row.Text(kind) != "" && !r.hidden(t, kind) {
		rep.contentType = row.Text(kind)
	}
	rep.header = http.Header{"X-Content-Type-Options": {"nosniff"}}
	return rep
}
