package workload

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/squall-harness/squall/harness/history"
)

// published is a feed with n transactions, one a second, in virtual time.
func published(t *testing.T, window time.Duration, n int) (*Feed, *history.Recorder) {
	start := time.Now()
	rec := history.NewRecorder(func() time.Duration { return time.Since(start) })
	f := &Feed{Window: window, Recorder: rec}
	ops := make([]history.Operation, n)
	for i := range ops {
		ops[i] = history.Operation{ID: fmt.Sprintf("t-%d", i+1), Key: "k", Due: time.Duration(i) * time.Second}
	}
	f.Offer(t.Context(), ops, 1)
	return f, rec
}

// get asks the feed, and returns the ids of the page too.
func get(t assert.TestingT, f *Feed, query string) (status int, p Page, ids []string, failure map[string]string) {
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/transactions"+query, nil))
	if w.Code != http.StatusOK {
		assert.NoError(t, json.Unmarshal(w.Body.Bytes(), &failure))
		return w.Code, p, nil, failure
	}
	assert.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
	for _, raw := range p.Transactions {
		var tx transaction
		assert.NoError(t, json.Unmarshal(raw, &tx))
		ids = append(ids, tx.ID)
	}
	return w.Code, p, ids, nil
}

func TestAFeedIsReadByItsCursors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rec := published(t, 0, 5)
		assert.False(t, f.Asked())
		for _, c := range []struct {
			query  string
			ids    []string
			cursor string
			behind int
		}{
			{"", []string{"t-1", "t-2", "t-3", "t-4", "t-5"}, "5", 0},
			{"?limit=2", []string{"t-1", "t-2"}, "2", 3},
			{"?after=2&limit=2", []string{"t-3", "t-4"}, "4", 1},
			{"?after=4", []string{"t-5"}, "5", 0},
			{"?after=5", nil, "5", 0},
			{"?after=99", nil, "5", 0},
			{"?after=latest", nil, "5", 0},
		} {
			status, p, ids, _ := get(t, f, c.query)
			assert.Equal(t, http.StatusOK, status, c.query)
			assert.Equal(t, c.ids, ids, c.query)
			assert.Equal(t, c.cursor, p.Cursor, c.query)
			assert.Equal(t, c.behind, p.Behind, c.query)
		}
		assert.True(t, f.Asked())
		h := history.Fold(rec.Since(0))
		assert.Equal(t, 5, f.Answers(history.OK))
		assert.Zero(t, f.Answers(history.Info)+f.Answers(history.Fail))
		for i, op := range h.Operations {
			at, ok := op.Acknowledged()
			assert.True(t, ok)
			assert.Equal(t, time.Duration(i)*time.Second, at, "to publish is to acknowledge")
		}
	})
}

func TestWhatLeavesTheWindowIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := published(t, 10*time.Second, 5) // at 0, 1, 2, 3 and 4 s
		_, _, ids, _ := get(t, f, "?limit=1")
		assert.Equal(t, []string{"t-1"}, ids)
		_, _, _, _ = get(t, f, "?after=1&limit=1")
		time.Sleep(9 * time.Second) // from 4 s on
		status, _, _, failure := get(t, f, "?after=1")
		assert.Equal(t, http.StatusGone, status)
		assert.Equal(t, "4", failure["oldest"])
		assert.Equal(t, "transactions behind the cursor 1 have left the feed, which keeps them for 10s; the oldest one left comes after 4", failure["error"])
		_, _, ids, _ = get(t, f, "?after=4")
		assert.Equal(t, []string{"t-5"}, ids)
		assert.Equal(t, 3, f.Unread(), "t-2, t-3 and t-4: nobody came back with a cursor behind them")
	})
}

func TestAFeedHoldsARequestUntilSomethingComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rec := published(t, 0, 1)
		var all sync.WaitGroup
		all.Go(func() {
			f.Offer(context.WithoutCancel(t.Context()), []history.Operation{{ID: "t-2", Due: 7 * time.Second}}, 1)
		})
		_, _, ids, _ := get(t, f, "?after=1&wait=3s")
		assert.Empty(t, ids)
		assert.Equal(t, 3*time.Second, rec.Now())
		_, _, ids, _ = get(t, f, "?after=1&wait=20s")
		assert.Equal(t, []string{"t-2"}, ids)
		assert.Equal(t, 7*time.Second, rec.Now())
		all.Wait()
	})
}

func TestAFeedSaysWhatIsWrongWithARequest(t *testing.T) {
	f := &Feed{Recorder: history.NewRecorder(func() time.Duration { return 0 })}
	for query, message := range map[string]string{
		"?after=x":   `after is "x": write the cursor of an earlier page, latest, or leave it out for the oldest transaction that is kept`,
		"?after=-1":  `after is "-1": write the cursor of an earlier page, latest, or leave it out for the oldest transaction that is kept`,
		"?limit=0":   `limit is "0": write a number from 1 to 1000`,
		"?limit=1e3": `limit is "1e3": write a number from 1 to 1000`,
		"?wait=20":   `wait is "20": write a duration of at most 1m0s, such as 20s`,
		"?wait=2h":   `wait is "2h": write a duration of at most 1m0s, such as 20s`,
	} {
		status, _, _, failure := get(t, f, query)
		assert.Equal(t, http.StatusBadRequest, status, query)
		assert.Equal(t, message, failure["error"])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/transactions", nil))
	assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
}

// Whoever reads page by page, however large they are, reads everything once and
// in its order.
func TestPagesAreTheWholeFeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &Feed{Recorder: history.NewRecorder(func() time.Duration { return 0 })}
		n := rapid.IntRange(0, 50).Draw(t, "n")
		var want, got []string
		for i := range n {
			want = append(want, fmt.Sprintf("t-%d", i))
			body, err := write(nil, history.Operation{ID: want[i]})
			require.NoError(t, err)
			f.publish(entry{body: body})
		}
		for query := "?"; ; {
			_, p, ids, _ := get(t, f, fmt.Sprintf("%s&limit=%d", query, rapid.IntRange(1, 20).Draw(t, "limit")))
			got = append(got, ids...)
			assert.Equal(t, n-len(got), p.Behind)
			if len(ids) == 0 {
				break
			}
			query = "?after=" + p.Cursor
		}
		assert.Equal(t, want, got)
	})
}

// A template may make JSON of most transactions only, as of keys without quotes.
func TestAFeedPublishesJSONOnly(t *testing.T) {
	body, err := Body(`{"id": "{{.ID}}", "key": "{{.Key}}"}`)
	require.NoError(t, err)
	rec := history.NewRecorder(func() time.Duration { return 0 })
	f := &Feed{Body: body, Recorder: rec}
	f.Offer(t.Context(), []history.Operation{{ID: "t-1", Key: "a"}, {ID: "t-2", Key: `"a`}, {ID: "t-3", Key: "a"}}, 1)
	_, p, ids, _ := get(t, f, "")
	assert.Equal(t, []string{"t-1", "t-3"}, ids)
	assert.Equal(t, "2", p.Cursor)
	refused := history.Fold(rec.Since(0)).Operations[1]
	_, ok := refused.Acknowledged()
	assert.False(t, ok)
	require.Len(t, refused.Attempts, 1)
	assert.Equal(t, "source.body makes no JSON of it", refused.Attempts[0].Error)
}
