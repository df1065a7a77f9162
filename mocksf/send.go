package mocksf

import (
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// minGzip is the size from which replies are compressed; for smaller ones it
// costs more than it saves, and clients must cope with both.
const minGzip = 32 << 10

var zippers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is a valid one
	return z
}}

// send writes the reply and tells whether it went out whole. It looks for the
// client before it writes: one that hangs up afterwards has what it wanted, and
// many clients close the connection as soon as they have read the reply.
func (o *Org) send(w http.ResponseWriter, r *request, rep reply) commitlog.Fate {
	h := w.Header()
	for name, values := range rep.header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	if rep.contentType == "" && h.Get("Content-Type") == "" && r.version > 0 && r.answersXML() {
		rep = r.inXML(rep)
	}
	if rep.location != "" {
		h["Location"] = []string{rep.location}
	}
	if len(rep.body) > 0 && h.Get("Content-Type") == "" {
		h["Content-Type"] = []string{orDefault(rep.contentType, jsonType)}
	}
	if !rep.verbatim {
		rep.body = pretty(r.header, h.Get("Content-Type"), rep.body)
	}
	if r.version > 0 && !r.route.open && rep.status != http.StatusUnauthorized { // no session, no org whose usage there is to tell
		h["Sforce-Limit-Info"] = []string{o.usage()}
	}
	gone := r.http.Context().Err() != nil
	if err := transmit(&patient{w, http.NewResponseController(w), o.cfg.Guard.Patience}, r, rep); err != nil || gone {
		return commitlog.FateLost
	}
	return commitlog.FateSent
}

func transmit(w *patient, r *request, rep reply) error {
	if len(rep.body) >= minGzip && takesGzip(r.http.Header.Get("Accept-Encoding")) && r.http.Method != http.MethodHead {
		return transmitZipped(w, rep)
	}
	if rep.status != http.StatusNoContent && rep.status != http.StatusNotModified {
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(rep.body))}
	}
	w.WriteHeader(valid(rep.status))
	if len(rep.body) > 0 && r.http.Method != http.MethodHead {
		if _, err := w.Write(rep.body); err != nil {
			return err
		}
	}
	return w.FlushError()
}

func transmitZipped(w *patient, rep reply) error {
	w.Header()["Content-Encoding"] = []string{"gzip"}
	w.Header().Add("Vary", "Accept-Encoding")
	w.WriteHeader(valid(rep.status))
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(w)
	if _, err := z.Write(rep.body); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return w.FlushError()
}

// valid guards against a hook's reply with a status that net/http refuses.
func valid(status int) int {
	if status < 200 || status > 999 {
		return http.StatusInternalServerError
	}
	return status
}

// usage is the value of Sforce-Limit-Info (REST API guide, Limit Info Header).
func (o *Org) usage() string {
	return fmt.Sprintf("api-usage=%d/%d", o.used(), o.cfg.DailyRequests)
}

// cut resets the connection: the client sees ECONNRESET where TCP allows it,
// an end without a reply otherwise.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 resets the stream
	}
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(interface{ SetLinger(sec int) error }); ok {
		_ = tcp.SetLinger(0) // a failure leaves a plain close, which is a cut too
	}
	_ = conn.Close()
}

func orDefault(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
