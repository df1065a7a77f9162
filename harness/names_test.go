package harness_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/harness/verify"
)

// altering writes what it was given with other fields.
func altering(change func(fields map[string]any)) subject.Subject {
	return synchronous(func(i *integration, w http.ResponseWriter, body []byte) {
		var tx map[string]any
		_ = json.Unmarshal(body, &tx)
		for _, r := range tx["records"].([]any) {
			change(r.(map[string]any)["fields"].(map[string]any))
		}
		body, _ = json.Marshal(tx)
		writeThrough(i, w, body)
	})
}

// dropToken leaves the token out, as an integration does that maps the fields
// that it knows.
func dropToken(fields map[string]any) { delete(fields, "Token__c") }

// loyal fills a field of the user's own org.
func loyal(fields map[string]any) { fields["Loyalty_No__c"] = "L 1" }

func TestAnIntegrationThatDropsTheTokenIsToldSo(t *testing.T) {
	t.Parallel()
	r, err := harness.RunVirtual(t, scenario(t), altering(dropToken), harness.Options{Out: t.TempDir()})
	require.NoError(t, err)
	assert.Equal(t, harness.ExitBroken, r.Summary.Exit)
	assert.Contains(t, reason(r, verify.NoPhantoms), "No change carried a token")
}

// The same integration passes once the scenario says that there is no token:
// then key and content tell what is what. The fields have the names of
// somebody's own org.
func TestWithoutATokenKeyAndContentTell(t *testing.T) {
	t.Parallel()
	s := scenario(t, harness.Setting{Key: "source.token", Value: "none"}, harness.Setting{Key: "source.key", Value: "Customer_No__c"},
		harness.Setting{Key: "source.version", Value: "Revision__c"})
	r, err := harness.RunVirtual(t, s, altering(dropToken), harness.Options{Out: t.TempDir()})
	require.NoError(t, err)
	assert.Equal(t, verify.Pass, r.Summary.Result, r.Summary.Sentence)
	assert.Contains(t, strings.Join(r.Summary.Notes, " "), "Records without a token are recognised by key and content")
	assert.Equal(t, 80, r.Summary.Operations.Committed)
	again, err := harness.Check(r.Dir)
	require.NoError(t, err)
	assert.Equal(t, r.Summary, again.Summary)
}

// The org has the objects that the user's own org describes, and the fields that
// transactions fill besides.
func TestTheOrgIsAsItsDescribesSay(t *testing.T) {
	t.Parallel()
	r, err := harness.RunVirtual(t, scenario(t), altering(loyal), harness.Options{Out: t.TempDir()})
	require.NoError(t, err)
	assert.NotEqual(t, harness.ExitPass, r.Summary.Exit, "the default org has no such field")

	s := scenario(t, harness.Setting{Key: "org.describe", Value: "[../mocksf/schema/testdata/describes]"},
		harness.Setting{Key: "source.fills", Value: "[Loyalty_No__c]"})
	r, err = harness.RunVirtual(t, s, altering(loyal), harness.Options{Out: t.TempDir()})
	require.NoError(t, err)
	assert.Equal(t, verify.Pass, r.Summary.Result, r.Summary.Sentence)
	assert.Equal(t, 80, r.Summary.Operations.Committed)
}

func TestADescribeThatIsNoneIsNamed(t *testing.T) {
	t.Parallel()
	_, err := harness.ParseScenario("bad.yaml", []byte("name: x\npromise: p\norg: {describe: [names_test.go]}\nload: {rate: 1, for: 1s, mix: {upsert: 1}}\n"))
	assert.ErrorContains(t, err, "bad.yaml:3:")
	assert.ErrorContains(t, err, "org.describe: names_test.go: this is not JSON")
}

func reason(r *harness.Result, g verify.Guarantee) string {
	for _, v := range r.Summary.Guarantees {
		if v.Guarantee == g {
			return v.Reason
		}
	}
	return ""
}

func TestNamesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"source: {key: a b}":                             `bad.yaml:2:15: source.key is "a b"`,
		"source: {key: Token__c}":                        "must be fields of their own",
		"source: {fills: [A__c, a b]}":                   `source.fills has "a b"`,
		"source: {version: Token__c}":                    "must be fields of their own",
		"source: {objects: {Nothing: {key: A__c}}}":      `the org has no object "Nothing"`,
		"source: {objects: {Account: {token: 1x}}}":      `source.objects.Account.token is "1x"`,
		"source: {objects: {Account: {colour: Red__c}}}": `unknown key "colour"`,
	} {
		_, err := harness.ParseScenario("bad.yaml", []byte("name: x\n"+text+"\nload: {rate: 10, for: 1s, mix: {upsert: 1}}\n"))
		assert.ErrorContains(t, err, want, text)
	}
}
