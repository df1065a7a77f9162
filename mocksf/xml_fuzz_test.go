package mocksf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzXML: whatever the JSON is, its XML is well formed, with one root.
func FuzzXML(f *testing.F) {
	for _, seed := range []string{`{"attributes":{"type":"A","url":"\"<"},"a b":null,"":[1,[2,{"c":true}]],"x":"\u0000&"}`, `[{"errorCode":"E"}]`, `[]`, `1`, `{"attributes":[]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := &request{route: &leaf{}}
		rep := r.inXML(answer(200, []byte(text)))
		if rep.contentType != xmlReply {
			return
		}
		depth, roots := 0, 0
		for d := xml.NewDecoder(bytes.NewReader(rep.body)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, "%s", rep.body)
			switch token.(type) {
			case xml.StartElement:
				if depth++; depth == 1 {
					roots++
				}
			case xml.EndElement:
				depth--
			}
		}
		require.Equal(t, 1, roots)
	})
}
