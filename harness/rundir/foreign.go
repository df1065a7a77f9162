package rundir

import (
	"bytes"
	"strings"
)

// foreign says what a file is whose head is not that of the ledger wanted.
func foreign(head []byte) string {
	for name, schema := range ledgerSchemas {
		if bytes.Equal(head, headOf(schema)) {
			return "it holds the ledger " + strings.TrimSuffix(string(name), ".arrows") + ": files were exchanged"
		}
	}
	if bytes.Contains(head, []byte(keyLedger)) {
		return "it is a ledger of another format: another version of squall wrote it"
	}
	return "it is an Arrow stream, but no ledger of a run"
}

// strangers are the beginnings of files that may well stand in for a ledger.
var strangers = []struct{ begins, what string }{
	{"ARROW1", "it is an Arrow file, and a ledger is an Arrow stream"},
	{"PAR1", "it is a Parquet file, and a ledger is an Arrow stream"},
	{"\x1f\x8b", "it is compressed with gzip"},
	{"\x28\xb5\x2f\xfd", "it is compressed with zstd"},
	{"PK\x03\x04", "it is a zip archive"},
}

// stranger says what stands in the place of a message.
func (m *messageReader) stranger(prefix []byte) string {
	for _, s := range strangers {
		if !m.begun && bytes.HasPrefix(prefix, []byte(s.begins)) {
			return s.what
		}
	}
	return "no Arrow message begins here"
}
