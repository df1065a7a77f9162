// Package xmltext reads XML as clients send it: in UTF-8 whatever the
// declaration says, in Latin-1, or in UTF-16 with its mark.
package xmltext

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Unmarshal reads a document into a value as encoding/xml does.
func Unmarshal(text []byte, into any) error { return NewDecoder(text).Decode(into) }

// NewDecoder reads a document whose declaration may name an encoding. .NET
// clients write the XML into a string, which is declared to be UTF-16, and send
// the string in UTF-8 (Force.com Toolkit for .NET, XmlHttpClient).
func NewDecoder(text []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(inUTF8(text)))
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "iso-8859-1", "latin1":
			return latin1{in}, nil
		}
		return in, nil
	}
	return d
}

// latin1 makes UTF-8 of a text in which every byte is a character.
type latin1 struct{ in io.Reader }

// Read needs room for two bytes at least.
func (l latin1) Read(p []byte) (int, error) {
	raw := make([]byte, len(p)/2)
	n, err := l.in.Read(raw)
	out := p[:0]
	for _, b := range raw[:n] {
		out = utf8.AppendRune(out, rune(b))
	}
	return len(out), err
}

// inUTF8 is a text that may be in UTF-16, which its first two bytes tell.
func inUTF8(text []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	default:
		return bytes.TrimPrefix(text, []byte("\ufeff"))
	}
	units := make([]uint16, 0, len(text)/2)
	for text = text[2:]; len(text) > 1; text = text[2:] {
		units = append(units, order.Uint16(text))
	}
	return []byte(string(utf16.Decode(units)))
}
