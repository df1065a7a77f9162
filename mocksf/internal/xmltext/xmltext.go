// Package xmltext reads XML as clients send it: in UTF-8 whatever the
// declaration says, or in Latin-1.
package xmltext

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"unicode/utf8"
)

// Unmarshal reads a document into a value as encoding/xml does.
func Unmarshal(text []byte, into any) error { return NewDecoder(bytes.NewReader(text)).Decode(into) }

// NewDecoder reads a document whose declaration may name an encoding. .NET
// clients write the XML into a string, which is declared to be UTF-16, and send
// the string in UTF-8 (Force.com Toolkit for .NET, XmlHttpClient).
func NewDecoder(r io.Reader) *xml.Decoder {
	d := xml.NewDecoder(r)
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "iso-8859-1", "latin1", "windows-1252":
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
