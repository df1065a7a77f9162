package bulk

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/xmltext"
)

// ReadBatch looks through a batch of Bulk API 1.0. Records in XML and JSON
// become a CSV text, which is what jobs work on. Mistakes in the data are no
// error here: the batch finds them when it is processed.
func (q *Queue) ReadBatch(id, payload string, traces ...string) (u *Upload, s Spec, err *apierr.Error) {
	var o order
	var content Content
	_, err = q.with(Classic, id, func(j *job) *apierr.Error {
		o, content, s = j.order, j.classic.content, j.info.Spec
		return nil
	})
	switch {
	case err != nil:
		return nil, s, err
	case o.operation.reads():
		return &Upload{payload: payload}, s, nil
	case content == CSV:
		u = ReadUpload(payload, Format{o.form.Delimiter, endsInCRLF(payload)}, traces...)
	default:
		t := &sheet{order: o, object: s.Object, byName: map[string]int{}}
		bad := t.read(content, payload)
		u = ReadUpload(t.text(), o.form, traces...)
		u.payload = payload
		if bad != nil {
			u.refuse(bad)
		}
	}
	if u.Rows > maxBatchRows {
		u.refuse(errTooMany)
	}
	return u, s, nil
}

// endsInCRLF tells how the lines of a CSV text end: Bulk API 1.0 takes both ways
// and asks for none.
func endsInCRLF(text string) bool {
	n := strings.IndexByte(text, '\n')
	return n > 0 && text[n-1] == '\r'
}

// refuse leaves no row to work on.
func (u *Upload) refuse(why error) {
	u.Rows, u.chunks, u.todo, u.rest = 0, nil, 0, 0
	u.bad = "InvalidBatch : " + apierr.Short(why.Error())
}

// sheet gathers records, each with fields of its own, into one table.
type sheet struct {
	order  order
	object string         // API name of the records
	byName map[string]int // columns by their names in lower case
	header []string
	rows   [][]string
}

func (t *sheet) read(c Content, payload string) error {
	if c == JSON {
		return t.readJSON(payload)
	}
	return t.readXML(payload)
}

var errTooMany = fmt.Errorf("The batch holds more than %d records", maxBatchRows)

// begin starts a record.
func (t *sheet) begin() error {
	if len(t.rows) == maxBatchRows {
		return errTooMany
	}
	t.rows = append(t.rows, make([]string, len(t.header)))
	return nil
}

// put gives the last record a value. A name that the object lacks is refused,
// which bounds the table.
func (t *sheet) put(name, value string) error {
	key := strings.ToLower(name)
	i, known := t.byName[key]
	if !known {
		if _, ok := t.order.column(name); !ok {
			return errors.New("Field name not found : " + name)
		}
		i = len(t.header)
		t.byName[key] = i
		t.header = append(t.header, name)
	}
	row := &t.rows[len(t.rows)-1]
	for len(*row) <= i {
		*row = append(*row, "")
	}
	(*row)[i] = value
	return nil
}

// text writes the table as CSV.
func (t *sheet) text() string {
	if len(t.header) == 0 {
		return ""
	}
	form := t.order.form
	b := form.AppendRow(nil, t.header...)
	for _, row := range t.rows {
		for len(row) < len(t.header) {
			row = append(row, "")
		}
		b = form.AppendRow(b, row...)
	}
	return string(b)
}

// readJSON reads an array of records. A parent named by its external id is an
// object of one field.
func (t *sheet) readJSON(payload string) error {
	tree, err := jsontree.Parse(payload)
	if err != nil {
		return err
	}
	if tree.Kind() != jsontree.Array {
		return errors.New("An array of records is expected")
	}
	for record := range tree.Items() {
		if record.Kind() != jsontree.Object {
			return errors.New("A record must be an object")
		}
		if err := t.begin(); err != nil {
			return err
		}
		if err := t.putMembers("", record); err != nil {
			return err
		}
	}
	return nil
}

func (t *sheet) putMembers(prefix string, record jsontree.Value) error {
	for name, v := range record.Members() {
		var err error
		switch kind := v.Kind(); {
		case name == "attributes":
		case kind == jsontree.Object && prefix == "":
			err = t.putMembers(name+".", v)
		case kind == jsontree.Object || kind == jsontree.Array:
			err = errors.New("A value of " + name + " is neither text nor number")
		case kind == jsontree.Null:
			err = t.put(prefix+name, nullCell)
		default:
			err = t.put(prefix+name, v.Text())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// xmlField is an element of an sObject: a value, or a parent with one field.
type xmlField struct {
	XMLName xml.Name
	Nil     string `xml:"nil,attr"`
	Text    string `xml:",chardata"`
	Parent  *struct {
		Fields []struct {
			XMLName xml.Name
			Text    string `xml:",chardata"`
		} `xml:",any"`
	} `xml:"sObject"`
}

// readXML reads <sObjects><sObject><Field>value</Field>...</sObject></sObjects>
// in any namespace. A parent is <Relation><sObject><Field>...</sObject></Relation>.
func (t *sheet) readXML(payload string) error {
	d := xmltext.NewDecoder([]byte(payload))
	for depth := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && depth == 0 {
			return nil
		}
		if err != nil {
			return errors.New("The XML cannot be read: " + err.Error())
		}
		switch e := token.(type) {
		case xml.StartElement:
			if depth++; depth < 3 {
				err = t.enter(e.Name.Local, depth)
			} else {
				depth--
				err = t.readField(d, e)
			}
		case xml.EndElement:
			depth--
		}
		if err != nil {
			return err
		}
	}
}

func (t *sheet) enter(name string, depth int) error {
	switch {
	case depth == 1 && name == "sObjects":
		return nil
	case depth == 2 && name == "sObject":
		return t.begin()
	}
	return errors.New("Element " + name + " is not expected: a batch is sObjects with elements sObject")
}

func (t *sheet) readField(d *xml.Decoder, e xml.StartElement) error {
	var f xmlField
	if err := d.DecodeElement(&f, &e); err != nil {
		return errors.New("The XML cannot be read: " + err.Error())
	}
	name := e.Name.Local
	switch {
	case name == "type" && strings.EqualFold(f.Text, t.object):
		return nil // as query results name the object, which the job knows
	case f.Parent == nil && f.Nil == "true":
		return t.put(name, nullCell)
	case f.Parent == nil:
		return t.put(name, f.Text)
	}
	for _, p := range f.Parent.Fields {
		if p.XMLName.Local != "type" {
			if err := t.put(name+"."+p.XMLName.Local, p.Text); err != nil {
				return err
			}
		}
	}
	return nil
}
