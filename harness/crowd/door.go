package crowd

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
)

// door is a way into the org: HTTP without a network.
type door struct {
	org   http.Handler
	token string
	root  string
}

// call sends one request and returns status and body. body is sent as JSON, nil
// is none.
func (d door) call(method, path string, body any) (status int, answer []byte) {
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return 0, nil
		}
	}
	req, err := http.NewRequestWithContext(context.Background(), method, "http://org.squall.example"+d.root+path, bytes.NewReader(data))
	if err != nil {
		return 0, nil
	}
	req.Header.Set("Authorization", "Bearer "+d.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	w := &reply{header: http.Header{}}
	d.org.ServeHTTP(w, req)
	return w.status, w.body.Bytes()
}

// reply takes the answer.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is what the handler fills.
func (r *reply) Header() http.Header { return r.header }

// WriteHeader keeps the first status.
func (r *reply) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

// Write keeps the body.
func (r *reply) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

// Flush does nothing: whoever reads is waiting here.
func (r *reply) Flush() {}
