package mocksf

import (
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// maxJSONBody bounds a body, in bytes, wire and decompressed alike, where the
// route has no bound of its own and Assumptions name no other.
const maxJSONBody = 50 << 20

// errCrowded says that there is no room for another body.
var errCrowded = errors.New("too many bodies at once")

// upload is one request body on its way in.
type upload struct {
	*exchange
	org     *Org
	wire    io.Reader
	control *http.ResponseController
	since   time.Time // when it began, on the machine's clock, which connections go by
	got     int64     // bytes on the wire
	broken  error     // why the wire gave no more, io.EOF at its end
}

// readBody reads the whole body and undoes its compression. whole is false
// when the client broke off, or was too slow.
func (o *Org) readBody(w http.ResponseWriter, x *exchange, limit int64) (body []byte, err *apierr.Error, whole bool) {
	if limit == 0 {
		limit = int64(o.cfg.Assume.BodyMB) << 20
	}
	hr := x.http
	if hr.ContentLength == 0 {
		return nil, nil, true
	}
	u := &upload{exchange: x, org: o, wire: http.MaxBytesReader(w, hr.Body, limit), control: http.NewResponseController(w), since: time.Now()}
	encoding := strings.ToLower(hr.Header.Get("Content-Encoding"))
	reader, plain := u.decoded(encoding)
	if reader == nil && plain == nil {
		return nil, apierr.MediaType.New(short(encoding)), true
	}
	if plain == nil {
		body, plain = u.readAll(io.LimitReader(reader, limit+1), hr.ContentLength)
	}
	if errors.Is(u.broken, io.EOF) && o.cfg.Guard.Patience > 0 {
		_ = u.control.SetReadDeadline(time.Time{}) // the wait is over
	}
	return u.classify(body, plain, limit)
}

// decoded is the body without its compression; nil, nil for one that the org
// does not know.
func (u *upload) decoded(encoding string) (io.Reader, error) {
	switch encoding {
	case "", "identity":
		return u, nil
	case "gzip":
		return gzip.NewReader(u)
	case "deflate":
		return zlib.NewReader(u)
	}
	return nil, nil
}

// Read reads from the wire, no longer than the patience of the guard lasts.
func (u *upload) Read(p []byte) (int, error) {
	if patience := u.org.cfg.Guard.Patience; patience > 0 {
		until := time.Now().Add(patience)
		if due := u.since.Add(patience + time.Duration(u.got)*(time.Second/minBodyRate)); due.Before(until) {
			until = due
		}
		_ = u.control.SetReadDeadline(until) // a connection without deadlines is its owner's affair
	}
	n, err := u.wire.Read(p)
	u.got += int64(n)
	if err != nil {
		u.broken = err
	}
	return n, err
}

func (u *upload) classify(body []byte, err error, limit int64) ([]byte, *apierr.Error, bool) {
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big) || int64(len(body)) > limit:
		return nil, apierr.BodyTooLarge.New(limit), true
	case errors.Is(err, errCrowded):
		return nil, apierr.ServerUnavailable.New(), true
	case u.broken != nil && !errors.Is(u.broken, io.EOF):
		return nil, nil, false
	case err != nil:
		return nil, apierr.InvalidInput.New("The body is not in the format that its Content-Encoding names"), true
	}
	return body, nil, true
}

// readAll reads to the end. The length is the client's claim, so memory grows
// with what has come: to sixteen times as much, up to the claim.
func (u *upload) readAll(r io.Reader, length int64) ([]byte, error) {
	var buf []byte
	for {
		if len(buf) == cap(buf) {
			size := nextSize(cap(buf), length)
			if !u.claim(size - cap(buf)) {
				return nil, errCrowded
			}
			buf = append(make([]byte, 0, size), buf...)
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}

// nextSize is the size of the buffer after one of have bytes. A claim gets one
// byte more, to meet the end without growing.
func nextSize(have int, claim int64) int {
	switch {
	case have == 0 && claim < 0:
		return 4 << 10
	case have == 0:
		return int(min(claim, 64<<10)) + 1
	case int64(have) <= claim:
		return int(min(16*int64(have), claim+1))
	}
	return 2 * have
}

// claim takes n bytes of the room for bodies, which finish gives back.
func (u *upload) claim(n int) bool {
	if u.org.buffered.Add(int64(n)) > u.org.cfg.Guard.Buffered {
		u.org.buffered.Add(-int64(n))
		return false
	}
	u.held += int64(n)
	return true
}
