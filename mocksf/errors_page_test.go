package mocksf_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

var update = flag.Bool("update", false, "write the generated pages anew")

const errorsFile = "ERRORS.md"

// errorsPage is the head of ERRORS.md; the lines come from mocksf.Errors.
const errorsPage = `# The errors of the mock org

Made from the table that the org raises its errors from; after a change of it: ` + "`go generate ./mocksf`" + `. In Go: ` + "`mocksf.Errors()`" + `.

*Status* is the HTTP status where the error is the whole reply. *Definite*: nothing was written, and a client may rely on it; where it is "no" the outcome is
unknown. *Again*: the same request may succeed later, unchanged. "…" stands for what the request brings along.

## How each API shows them

| API | status | form |
|---|---|---|
| REST, Bulk API 2.0, a composite call as a whole | that of the table | ` + "`[{\"message\":…,\"errorCode\":…,\"fields\":[…]}]`" + ` |
| part of composite, batch or graph | 200, the table's beside the body of the part | the same array |
| record of collections, composite tree | 200 (tree: 400) | ` + "`{\"statusCode\":…,\"message\":…,\"fields\":[…]}`" + ` in ` + "`errors`" + ` |
| row of a Bulk API 2.0 job | 200 | ` + "`CODE:message:fields --`" + ` in ` + "`sf__Error`" + ` of the failed results |
| Bulk API 1.0 | 400 | ` + "`exceptionCode`" + ` and ` + "`exceptionMessage`" + ` in the job's format, codes in the style of ` + "`InvalidSessionId`" + ` |
| SOAP | 500 | a fault with ` + "`sf:CODE`" + ` |
| token endpoint and its like | 400, 401 | ` + "`{\"error\":…,\"error_description\":…}`" + ` |

Some statuses depend on the call: INVALID_CROSS_REFERENCE_KEY is 404 where the record of the call itself is unknown, DUPLICATE_EXTERNAL_ID is 300 with a list of
addresses where one record is asked for or upserted by its external id, and 400 within other calls. UNKNOWN_EXCEPTION is what the mock answers to trouble
of its own.
`

// TestErrorsPageIsCurrent writes ERRORS.md anew with -update.
func TestErrorsPageIsCurrent(t *testing.T) {
	want := errorsPage + section("The APIs", true) + section("Logins", false)
	if *update {
		require.NoError(t, os.WriteFile(errorsFile, []byte(want), 0o644))
	}
	got, err := os.ReadFile(errorsFile)
	require.NoError(t, err)
	assert.True(t, want == string(got), "mocksf/ERRORS.md is not what the table of errors says: go generate ./mocksf")
}

var (
	capitals = regexp.MustCompile(`^[A-Z_]+$`)
	verb     = regexp.MustCompile(`%[sdqv]`)
	cell     = strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", ">", "&gt;", "*", `\*`)
)

// section lists the codes in capitals, or the others.
func section(title string, inCapitals bool) string {
	var lines []string
	kinds := mocksf.Errors()
	slices.SortStableFunc(kinds, func(a, b mocksf.ErrorKind) int { return cmp.Compare(a.Code, b.Code) })
	for _, k := range kinds {
		if capitals.MatchString(k.Code) == inCapitals {
			text := cell.Replace(verb.ReplaceAllString(k.Text, "…"))
			if text == "…" {
				text = "(what is wrong)"
			}
			lines = append(lines, fmt.Sprintf("| `%s` | %d | %s | %s | %s | %s |\n", k.Code, k.Status, yes(k.Definite), yes(k.Retryable), text, cell.Replace(k.Source)))
		}
	}
	if lines == nil {
		return ""
	}
	return "\n## " + title + "\n\n| code | status | definite | again | text | source |\n|---|---|---|---|---|---|\n" + strings.Join(lines, "")
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}
