package export

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/rundir"
)

// readers read a file back, as the texts of its values.
var readers = map[string]func(t *testing.T, path string, names []string) [][]string{
	"csv": readCSV, "ndjson": readNDJSON, "parquet": readParquet,
}

func readCSV(t *testing.T, path string, names []string) [][]string {
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	all, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, names, all[0])
	for _, row := range all[1:] {
		for i := range row {
			row[i] = strings.TrimPrefix(row[i], "'")
		}
	}
	return all[1:]
}

func readNDJSON(t *testing.T, path string, names []string) (rows [][]string) {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		var fields map[string]any
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.UseNumber()
		require.NoError(t, d.Decode(&fields))
		assert.Len(t, fields, len(names))
		row := make([]string, len(names))
		for i, name := range names {
			if n, ok := fields[name].(json.Number); ok {
				row[i] = n.String()
			} else {
				row[i] = fields[name].(string)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func readParquet(t *testing.T, path string, names []string) (rows [][]string) {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	for i, f := range file.Schema().Fields() {
		assert.Equal(t, names[i], f.Name())
	}
	kind, _ := file.Lookup("squall.ledger")
	assert.Contains(t, path, kind)
	r := parquet.NewReader(bytes.NewReader(data))
	defer r.Close()
	buffer := make([]parquet.Row, 8)
	for {
		n, err := r.ReadRows(buffer)
		for _, values := range buffer[:n] {
			row := make([]string, len(values))
			for i, v := range values {
				row[i] = v.String()
			}
			rows = append(rows, row)
		}
		if errors.Is(err, io.EOF) {
			return rows
		}
		require.NoError(t, err)
	}
}

// A column of a kind that no format knows would come out as text.
func TestTheColumnsOfTheLedgersAreOfKnownKinds(t *testing.T) {
	d := saved(t, 1)
	for _, ledger := range rundir.LedgerFiles {
		require.NoError(t, d.EachBlock(ledger, func(b arrow.RecordBatch) error {
			for _, f := range b.Schema().Fields() {
				assert.Contains(t, []arrow.Type{arrow.INT64, arrow.FLOAT64, arrow.STRING}, f.Type.ID(), "%s of %s", f.Name, ledger)
			}
			return nil
		}))
	}
}

func TestTheReadmeTellsOfEveryColumn(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, text, _ = bytes.Cut(text, []byte("### Columns"))
	d := saved(t, 1)
	for _, ledger := range rundir.LedgerFiles {
		kind := strings.TrimSuffix(string(ledger), ".arrows")
		_, section, found := bytes.Cut(text, []byte("`"+kind+"`, one row per"))
		require.True(t, found, kind)
		section, _, _ = bytes.Cut(section, []byte(", one row per"))
		names, _ := rows(d, ledger)
		for _, name := range names {
			assert.Contains(t, string(section), "`"+name+"`", kind)
		}
	}
}

// Absent values and kinds that no ledger has yet.
func TestOtherColumns(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "n", Type: arrow.PrimitiveTypes.Int64, Nullable: true}, {Name: "b", Type: arrow.FixedWidthTypes.Boolean},
		{Name: "d", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, Nullable: true},
	}, nil)
	block, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(`[{"n":null,"b":true,"d":"=x"},{"n":7,"b":false,"d":null}]`))
	require.NoError(t, err)
	for format, want := range map[string]string{
		"csv":    "n,b,d\n,true,'=x\n7,false,\n",
		"ndjson": `{"b":true,"d":"=x","n":null}` + "\n" + `{"b":false,"d":null,"n":7}` + "\n",
	} {
		assert.Equal(t, want, string(encoded(t, format, block)))
	}
	data := encoded(t, "parquet", block)
	rows, err := parquet.Read[struct {
		N *int64  `parquet:"n"`
		B string  `parquet:"b"`
		D *string `parquet:"d"`
	}](bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	assert.Nil(t, rows[0].N)
	assert.Equal(t, "=x", *rows[0].D)
	assert.EqualValues(t, 7, *rows[1].N)
	assert.Nil(t, rows[1].D)
	assert.Equal(t, []string{"true", "false"}, []string{rows[0].B, rows[1].B})
}

func encoded(t *testing.T, format string, block arrow.RecordBatch) []byte {
	var out bytes.Buffer
	e, err := encoders[format](&out, block.Schema())
	require.NoError(t, err)
	require.NoError(t, e.block(block))
	require.NoError(t, e.close())
	return out.Bytes()
}

// No text of a run begins like a formula, and one apostrophe less is the text
// as it was.
func TestTextsAreNoFormulas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`['=+\-@\t\r\n]{1,3}.*`)).Draw(t, "text")
		safe := harmless(text)
		if safe != "" {
			assert.NotContains(t, "=+-@\t\r\n", safe[:1], strconv.Quote(text))
		}
		assert.Equal(t, text, strings.TrimPrefix(safe, "'"))
	})
}
