package xmltext_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf/internal/xmltext"
)

func TestDeclaredEncodings(t *testing.T) {
	for text, want := range map[string]string{
		"<a>é</a>":                                          "é",
		"\ufeff<?xml version='1.0'?><a>é</a>":               "é",
		"<?xml version='1.0' encoding='utf-16'?><a>é</a>":   "é",
		"<?xml version='1.0' encoding='US-ASCII'?><a>e</a>": "e",
		"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9" + strings.Repeat("x\xff", 5000) + "</a>": "é" + strings.Repeat("xÿ", 5000),
		"\xff\xfe<\x00a\x00>\x00\xe9\x00<\x00/\x00a\x00>\x00":                                         "é",
	} {
		var got string
		assert.NoError(t, xmltext.Unmarshal([]byte(text), &got))
		assert.Equal(t, want, got)
	}
	assert.Error(t, xmltext.Unmarshal([]byte("<a>"), new(string)))
}
