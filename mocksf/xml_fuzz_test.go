package mocksf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf/internal/jsontree"
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

// FuzzXMLBody: whatever the XML is, what is made of it is one JSON object.
func FuzzXMLBody(f *testing.F) {
	for _, seed := range []string{`<?xml version="1.0"?><A t="1"><B>x&amp;"</B><C xsi:nil="true"/><D__r><E/></D__r></A>`, "<a:b xmlns:a='u'>\n<c>\x7f\u2028</c><c/></a:b><!-- x -->", "\xfe\xff\x00<\x00A\x00/\x00>", `<A><B><C><D/></C></B></A>`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		text, err := jsonOf(body)
		if err != nil {
			return
		}
		tree, err := jsontree.Parse(string(text))
		require.NoError(t, err, "%s", text)
		require.Equal(t, jsontree.Object, tree.Kind())
	})
}
