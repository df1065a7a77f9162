package mocksf

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/bulk"
)

// maxPart bounds the data of a job that is created in one call, in characters
// (Bulk API 2.0 guide, Create a Job).
const maxPart = 100_000

// wholeJob is a job that comes with its data: multipart/form-data with the parts
// job and content.
type wholeJob struct {
	spec   bulk.Spec
	upload *bulk.Upload
}

func isMultipart(h http.Header) bool {
	return strings.HasPrefix(strings.ToLower(h.Get("Content-Type")), "multipart/form-data")
}

// planMultipart reads both parts.
func planMultipart(r *request) {
	job, content, err := splitParts(r.header.Get("Content-Type"), r.body)
	if err != nil {
		r.bad = apierr.ClientInput.New("The multipart body cannot be read: " + err.Error())
		return
	}
	w := &wholeJob{}
	if w.spec, r.bad = readSpec(job); r.bad != nil {
		return
	}
	form, bad := w.spec.Form()
	if bad != nil {
		r.bad = bad
		return
	}
	w.upload = bulk.ReadUpload(string(content), form, r.org.cfg.TraceFields...)
	r.call.Traces = w.upload.Traces
	if t, ok := r.org.store.Table(w.spec.Object); ok {
		r.intend(t.Name, w.upload.Rows)
	}
	r.planned = w
}

// splitParts finds the two parts, in either order.
func splitParts(contentType string, body []byte) (job, content []byte, err error) {
	found := map[string][]byte{}
	err = eachPart(contentType, body, func(part *multipart.Part) error {
		text, err := io.ReadAll(io.LimitReader(part, maxPart*4+1)) // a character has four bytes at most
		found[part.FormName()] = text
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	job, hasJob := found["job"]
	content, hasContent := found["content"]
	switch {
	case !hasJob || !hasContent:
		return nil, nil, errors.New("the parts job and content are needed")
	case utf8.RuneCount(content) > maxPart:
		return nil, nil, errors.New("the part content is longer than 100,000 characters")
	}
	return job, content, nil
}

// eachPart calls take for each part of a multipart body.
func eachPart(contentType string, body []byte, take func(*multipart.Part) error) error {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return err
	}
	for parts := multipart.NewReader(bytes.NewReader(body), params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := take(part); err != nil {
			return err
		}
	}
}

// submit creates, fills and closes a job.
func (r *request) submit(w *wholeJob) reply {
	info, err := r.org.jobs.Create(w.spec, float64(r.version))
	if err != nil {
		return failure(err)
	}
	r.job = info.ID
	if err = r.org.jobs.Upload(r.job, w.upload, r.takeRow()); err == nil {
		info, err = r.org.jobs.Close(r.job, r.call.Identity, r.trouble)
	}
	if err != nil {
		return failure(err)
	}
	return jobReply(info)
}
