package reference

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// feedOf is a reader of a feed that answers the requests in turn.
func feedOf(t *testing.T, answers ...string) (f *Feed, o *sqliteOutbox, asked *[]string) {
	o, asked = openTestOutbox(t, t.TempDir()), &[]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.URL.Query().Get("after"))
		var status int
		var body string
		_, err := fmt.Sscanf(answers[len(*asked)-1], "%d", &status)
		assert.NoError(t, err)
		body = answers[len(*asked)-1][4:]
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	f = newFeed(Env{SourceURL: server.URL}.orMachine(), o, slog.New(slog.DiscardHandler))
	t.Cleanup(f.HTTP.CloseIdleConnections)
	return f, o, asked
}

const (
	one = `{"id":"t-1","key":"a","records":[{"object":"Activity_Log__c","fields":{"Token__c":"1"}}]}`
	two = `{"id":"t-2","key":"a","records":[{"object":"Activity_Log__c","fields":{"Token__c":"2"}}]}`
)

func TestAPageAndItsCursorAreStoredTogether(t *testing.T) {
	f, o, asked := feedOf(t, `200 {"transactions":[`+one+`],"cursor":"1","behind":7}`, `200 {"transactions":[`+one+`,`+two+`],"cursor":"2"}`,
		`200 {"transactions":[],"cursor":"2"}`)
	var stored []*Transaction
	o.OnStored(func(tx *Transaction) { stored = append(stored, tx) })
	require.NoError(t, f.next(t.Context()))
	assert.Equal(t, 7, f.Behind())
	require.NoError(t, f.next(t.Context()))
	require.NoError(t, f.next(t.Context()))
	assert.Equal(t, []string{"", "1", "2"}, *asked)
	assert.Equal(t, []string{"t-1", "t-2"}, ids(stored), "what comes twice is known")
	assert.Equal(t, []string{"t-1", "t-2"}, ids(waiting(t, o)))
	assert.Zero(t, f.Behind())
}

func TestWhatLeftTheFeedIsToldToPeople(t *testing.T) {
	f, o, asked := feedOf(t, `410 {"error":"3 to 8 are gone","oldest":"8"}`, `200 {"transactions":[`+two+`],"cursor":"9"}`)
	require.NoError(t, o.Fetched("3", nil))
	a := newAlerts(Env{}, o, NewGate(1), f)
	feedAlert := func() condition { c := a.conditions(time.Now()); return c[len(c)-1] }
	assert.False(t, feedAlert().on)
	require.NoError(t, f.next(t.Context()))
	require.NoError(t, f.next(t.Context()))
	assert.Equal(t, []string{"3", "8"}, *asked)
	assert.True(t, feedAlert().on, "also when the next page is there")
	assert.False(t, feedAlert().over)
	assert.Equal(t, "3 to 8 are gone", feedAlert().cause)
}

func TestWhatCannotBeReadIsNotSkipped(t *testing.T) {
	for answer, want := range map[string]string{
		`200 {"transactions":[` + one + `,{"id":"t-2"}],"cursor":"2"}`: "transaction 1 before the cursor 2: key: is missing",
		`200 <html>`: "the source's answer is no page\ninvalid character '<' looking for beginning of value",
		`503 `:       "the source answers 503: ",
		`410 {}`:     "the source answers 410: ",
		`200 {}`:     "the source's answer is no page",
	} {
		f, o, _ := feedOf(t, answer)
		assert.EqualError(t, f.next(t.Context()), want)
		cursor, err := o.Cursor()
		require.NoError(t, err)
		assert.Empty(t, cursor)
		assert.Empty(t, waiting(t, o))
	}
}

// pageKeeper notes how much is told to be waiting while a page is being stored.
type pageKeeper struct {
	Outbox
	during func()
}

func (k pageKeeper) Fetched(cursor string, txs []*Transaction) error {
	k.during()
	return k.Outbox.Fetched(cursor, txs)
}

func TestAPageCountsUntilItIsStored(t *testing.T) {
	f, o, _ := feedOf(t, `200 {"transactions":[`+one+`],"cursor":"1","behind":1}`, `200 {"transactions":[`+two+`],"cursor":"2","behind":0}`)
	require.NoError(t, f.next(t.Context()))
	var told []int
	f.Outbox = pageKeeper{o, func() { n, _ := o.Counts(); told = append(told, n+f.Behind()) }}
	require.NoError(t, f.next(t.Context()))
	n, _ := o.Counts()
	assert.Equal(t, []int{2, 2}, append(told, n+f.Behind()))
}
