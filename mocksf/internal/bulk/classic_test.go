package bulk

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// add gives a new job of Bulk API 1.0 one batch and waits for its end.
func (w *works) add(t require.TestingT, s ClassicSpec, payload string) (job string, batch Info) {
	j, err := w.CreateClassic(s, 67)
	require.Nil(t, err)
	u, _, err := w.ReadBatch(j.ID, payload)
	require.Nil(t, err)
	batch, err = w.AddBatch(j.ID, u, nil, "tester", w.trouble)
	require.Nil(t, err)
	for !batch.State.Done() {
		time.Sleep(w.poll)
		batch, err = w.Batch(j.ID, batch.ID)
		require.Nil(t, err)
	}
	return j.ID, batch
}

func classicSpec(operation, content string) ClassicSpec {
	return ClassicSpec{Spec: Spec{Object: "Account", Operation: operation, ExternalIDFieldName: "Ext_Id__c", ContentType: content}}
}

func TestClassicBatchesAreRetried(t *testing.T) {
	for noRetry, want := range map[bool]string{false: "InternalServerError : Retried more than 10 times", true: "InternalServerError : Retried more than 0 times"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorks(Config{Parallel: 1, Limits: Limits{BatchTime: 90 * time.Second}})
			defer w.end()
			w.trouble, w.poll = Trouble{Chunk: time.Minute}, 10*time.Second
			s := classicSpec("insert", "CSV")
			s.NoRetry = noRetry
			job, batch := w.add(t, s, names(5000))
			assert.Equal(t, []any{Failed, want}, []any{batch.State, batch.Error})
			rows, ok, err := w.RowResults(job, batch.ID)
			require.Nil(t, err)
			require.True(t, ok)
			require.Len(t, rows, 5000, "each row has a line, tried or not")
			assert.Nil(t, rows[batch.Processed-1].Err)
			assert.Equal(t, "Records not processed", rows[batch.Processed].Err.Message)
		})
	}
}

func TestClassicBatchesGiveTheirMemoryBack(t *testing.T) {
	w := newWorks(Config{Parallel: 1})
	payload := `[{"Name":"a"},{"Name":"b"}]`
	job, _ := w.add(t, classicSpec("insert", "JSON"), payload)
	w.end() // waits for the worker
	assert.Equal(t, len(payload), w.held)
	w.Forget(0)
	assert.Zero(t, w.held)
	_, err := w.Classic(job)
	assert.NotNil(t, err)
}

// FuzzBatch gives the readers of all three forms any text: a batch ends, and
// each record that was read has a result.
func FuzzBatch(f *testing.F) {
	for i, seeds := range [][]string{
		{"Name,Ext_Id__c\nA,1\n", "Name\r\nA\r\n", "\"", "Id\n"},
		{"<sObjects><sObject><Name>A &amp; B</Name></sObject></sObjects>", `<sObjects><sObject><Phone nil="true"/><Parent><sObject><Ext_Id__c>1</Ext_Id__c></sObject></Parent></sObject></sObjects>`,
			"<sObjects><sObject><Name><![CDATA[x]]></Name></sObject>", "<a/><b/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><sObjects>&b;</sObjects>"},
		{`[{"Name":"A","Parent":{"attributes":{},"Ext_Id__c":"1"}},{"name":null,"AnnualRevenue":1e2}]`, `[{"Name":[]}]`, `[[]]`, `{}`, `[{"Parent":{"Parent":{}}}]`},
	} {
		for _, seed := range seeds {
			for op := range 5 {
				f.Add(seed, uint8(i), uint8(op))
			}
		}
	}
	f.Fuzz(func(t *testing.T, payload string, form, op uint8) {
		w := newWorks(Config{Parallel: 1, Limits: Limits{HardDelete: true}})
		defer w.end()
		operation := []string{"insert", "update", "upsert", "delete", "hardDelete"}[op%5]
		job, batch := w.add(t, classicSpec(operation, []string{"CSV", "XML", "JSON"}[form%3]), payload)
		rows, ok, err := w.RowResults(job, batch.ID)
		require.Nil(t, err)
		require.True(t, ok)
		failed := 0
		for _, r := range rows {
			if r.Err != nil {
				failed++
			}
		}
		assert.LessOrEqual(t, batch.Processed, len(rows))
		assert.Equal(t, batch.Failed+len(rows)-batch.Processed, failed)
		text, err := w.Request(job, batch.ID)
		require.Nil(t, err)
		assert.Equal(t, strings.TrimPrefix(payload, byteOrderMark), strings.TrimPrefix(text, byteOrderMark))
	})
}
