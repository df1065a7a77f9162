package mocksf

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// maxJSONBody bounds a body, in bytes, wire and decompressed alike, where the
// route has no bound of its own.
const maxJSONBody = 50 << 20

// readBody reads the whole body and undoes its compression. whole is false
// when the client broke off.
func readBody(w http.ResponseWriter, hr *http.Request, limit int64) (body []byte, err *apierr.Error, whole bool) {
	if limit == 0 {
		limit = maxJSONBody
	}
	if hr.ContentLength == 0 {
		return nil, nil, true
	}
	reader := io.Reader(http.MaxBytesReader(w, hr.Body, limit))
	switch encoding := strings.ToLower(hr.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip":
		unzipped, zipErr := gzip.NewReader(reader)
		if zipErr != nil {
			return nil, apierr.InvalidInput.New("The body is not in gzip format"), true
		}
		reader = io.LimitReader(unzipped, limit+1)
	default:
		return nil, apierr.MediaType.New(encoding), true
	}
	body, readErr := readAll(reader, hr.ContentLength)
	return classify(body, readErr, limit)
}

func classify(body []byte, readErr error, limit int64) ([]byte, *apierr.Error, bool) {
	var big *http.MaxBytesError
	switch {
	case errors.As(readErr, &big) || int64(len(body)) > limit:
		return nil, apierr.BodyTooLarge.New(limit), true
	case errors.Is(readErr, gzip.ErrChecksum) || errors.Is(readErr, gzip.ErrHeader):
		return nil, apierr.InvalidInput.New("The body is not in gzip format"), true
	case readErr != nil:
		return nil, nil, false
	}
	return body, nil, true
}

// readAll reads to the end, into one allocation where the length is known. The
// length is the client's claim, so it is believed up to 16 megabytes only.
func readAll(r io.Reader, length int64) ([]byte, error) {
	size := 512
	if length >= 0 {
		size = int(min(length, 16<<20)) + 1 // one more, to meet the end without growing
	}
	buf := make([]byte, 0, size)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, len(buf)) // append grows large buffers by a quarter only, and copies them so much oftener
		}
	}
}
