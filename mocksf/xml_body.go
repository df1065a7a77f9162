package mocksf

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/xmltext"
)

// A record may come in XML: a root element named as the object, with an element
// for each field (REST API guide, Create Records Using sObject Basic
// Information). It is read into the JSON that would say the same, with every
// value as text.

// The paths that may end in .json or .xml are those of versions up to this one
// (REST API guide, REST API Architecture).
const lastSuffixed = 57

// bare is the path without such an ending, which is noted as the format of the
// reply. Where there may be one, the value of an external id loses it as well.
func (r *request) bare() string {
	ext := path.Ext(r.path)
	if ext != ".xml" && ext != ".json" {
		return r.path
	}
	parts := strings.FieldsFunc(r.path, isSlash)
	if len(parts) < 4 || version(parts[2]) == 0 || version(parts[2]) > lastSuffixed {
		return r.path
	}
	r.format = ext
	return strings.TrimSuffix(r.path, ext)
}

func isXML(h http.Header) bool {
	return strings.HasPrefix(strings.ToLower(h.Get("Content-Type")), "application/xml")
}

// answersXML tells whether the reply is to be in XML: the path says so, the media
// type of Accept that weighs most among those that the REST API knows, the first
// of several, or else the type of the body.
func (r *request) answersXML() bool {
	if r.format != "" {
		return r.format == ".xml"
	}
	switch preferred(r.http.Header.Get("Accept"), "application/xml", "application/json", "*/*") {
	case "application/xml":
		return true
	case "application/json":
		return false
	}
	return isXML(r.http.Header)
}

// parseXML reads a record in XML as parseJSON reads one in JSON.
func (r *request) parseXML() *apierr.Error {
	body, err := jsonOf(r.body)
	if err != nil {
		return apierr.XMLParser.New(short(err.Error()))
	}
	r.body = body
	return r.readJSON()
}

// recordDepth is how deep elements lie in each other: the record, a parent in
// it, and the external id of that.
const recordDepth = 3

// jsonOf writes a record in XML as JSON.
func jsonOf(body []byte) ([]byte, error) {
	d := xmltext.NewDecoder(body)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			err = errors.New("an element named as the object is expected")
		}
		if err != nil {
			return nil, err
		}
		if root, ok := token.(xml.StartElement); ok {
			record, err := appendElementJSON(nil, d, root, 1)
			if err == nil {
				err = onlyRemarks(d)
			}
			return record, err
		}
	}
}

// onlyRemarks refuses what stands behind the root element.
func onlyRemarks(d *xml.Decoder) error {
	for {
		switch token, err := d.Token(); token := token.(type) {
		case nil:
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		case xml.StartElement:
			return errors.New("one element is expected: there is another, " + short(token.Name.Local))
		}
	}
}

// appendElementJSON appends what an element holds: an object where it has
// elements, as the record has; else its text, or null where it is marked so.
func appendElementJSON(dst []byte, d *xml.Decoder, start xml.StartElement, depth int) ([]byte, error) {
	var text strings.Builder
	members := append([]byte(nil), '{')
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.CharData:
			text.Write(token)
		case xml.StartElement:
			if depth == recordDepth {
				return nil, errors.New("the element " + short(token.Name.Local) + " lies too deep for a record")
			}
			if len(members) > 1 {
				members = append(members, ',')
			}
			members = append(jsontree.AppendString(members, token.Name.Local), ':')
			if members, err = appendElementJSON(members, d, token, depth+1); err != nil {
				return nil, err
			}
		case xml.EndElement:
			switch {
			case depth == 1 || len(members) > 1:
				return append(append(dst, members...), '}'), nil
			case slices.ContainsFunc(start.Attr, isNil):
				return append(dst, "null"...), nil
			}
			return jsontree.AppendString(dst, text.String()), nil
		}
	}
}

// isNil tells whether an attribute is xsi:nil="true".
func isNil(a xml.Attr) bool {
	return a.Name.Local == "nil" && (a.Value == "true" || a.Value == "1")
}
