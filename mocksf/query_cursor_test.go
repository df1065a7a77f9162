package mocksf

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf/internal/bulk"
	"github.com/squall-harness/squall/mocksf/internal/soql"
)

func TestTheRowsOfAllCursorsAreBounded(t *testing.T) {
	var s cursors
	rows := make([]soql.Row, maxCursorRows/2)
	first, second := s.keep(&cursor{rows: rows}), s.keep(&cursor{rows: rows})
	assert.Len(t, s.byID, 2)
	third := s.keep(&cursor{rows: rows[:10]})
	assert.NotContains(t, s.byID, first, "the oldest makes room")
	assert.Contains(t, s.byID, second)
	assert.Contains(t, s.byID, third)
	assert.Len(t, s.order, 2)
}

func TestPKChunkingHeader(t *testing.T) {
	for header, want := range map[string]int{
		"": 0, "false": 0, "chunkSize=50; false": 0, "nonsense": 0, "chunkSize=0": 0,
		"true": bulk.DefaultChunk, "TRUE; parent=Account": bulk.DefaultChunk, "parent=Account": bulk.DefaultChunk,
		"chunkSize=1": 1, "chunkSize=50; parent=Account": 50, "chunkSize=50; true": 50,
	} {
		assert.Equal(t, want, chunkSize(header), header)
	}
}

func TestAcceptEncoding(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "deflate, gzip;q=1.0, *;q=0.5": true, "gzip; q=0.1": true, "gzip;q=nonsense": true,
		"gzip;q=0": false, "br, gzip; q=0.000": false, "br": false,
	} {
		assert.Equal(t, want, takesGzip(header), header)
	}
}
