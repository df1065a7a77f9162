package reference

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func jsonReply(body string) Reply {
	return Reply{Status: 200, Type: "application/json", Body: []byte(body)}
}

func classes(results []Result) []Class {
	list := []Class{}
	for _, r := range results {
		list = append(list, r.Class)
	}
	return list
}

func rowsBatch(n int) Batch {
	b := Batch{Route: Route{Kind: Rows, Object: "Contact", Field: "Ext_Id__c"}}
	for i := range n {
		b.Txs = append(b.Txs, contact(string(rune('a'+i)), string(rune('a'+i)), nil))
	}
	return b
}

func TestReadCollectionLooksAtEachRow(t *testing.T) {
	got := Read(rowsBatch(3), jsonReply(`[{"success":true},
		{"success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW","message":"locked"}]},
		{"success":false,"errors":[{"statusCode":"STRING_TOO_LONG","message":"long"}]}]`), Classify)
	assert.Equal(t, []Class{Delivered, Retry, Permanent}, classes(got))
	assert.Equal(t, "STRING_TOO_LONG: long", got[2].Cause)
}

func TestReadGraphsLooksAtEachGraph(t *testing.T) {
	b := Batch{Route: Route{Kind: Units}, Txs: []*Transaction{order("t-1", "a"), order("t-2", "b"), order("t-3", "c"), order("t-4", "d")}}
	halted := `{"body":[{"errorCode":"PROCESSING_HALTED","message":"rolled back"}],"httpStatusCode":400,"referenceId":"r0"}`
	got := Read(b, jsonReply(`{"graphs":[
		{"graphId":"g1","isSuccessful":false,"graphResponse":{"compositeResponse":[`+halted+`,
			{"body":[{"errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"no"}],"httpStatusCode":400,"referenceId":"r1"}]}},
		{"graphId":"g0","isSuccessful":true,"graphResponse":{"compositeResponse":[]}},
		{"graphId":"g3","isSuccessful":false,"graphResponse":{"compositeResponse":[`+halted+`]}}]}`), Classify)
	assert.Equal(t, []Class{Delivered, Permanent, Retry, Retry}, classes(got), "g2 is missing, g3 was halted")
	assert.Equal(t, "HTTP 400 FIELD_CUSTOM_VALIDATION_EXCEPTION: no", got[1].Cause)
}

func TestReadTrustsNoForeignAnswer(t *testing.T) {
	page := Reply{Status: 200, Type: "text/html", Body: []byte("<html>soon</html>")}
	units := Batch{Route: Route{Kind: Units}, Txs: []*Transaction{order("t-1", "a")}}
	for _, b := range []Batch{rowsBatch(1), rowsBatch(2), units} {
		for _, r := range Read(b, page, Classify) {
			assert.Equal(t, Retry, r.Class)
		}
	}
	assert.Equal(t, []Class{Retry, Retry}, classes(Read(rowsBatch(2), jsonReply(`[{"success":true}]`), Classify)), "a row is missing")
	assert.Equal(t, []Class{Delivered}, classes(Read(rowsBatch(1), Reply{Status: 204}, Classify)))
}

func TestAUnitGoesOnWithoutADeleteThatFoundNothing(t *testing.T) {
	tx := order("t-1", "a")
	tx.Records = append(tx.Records, Record{Object: "Case", ExternalIDField: "Ext_Id__c", ExternalID: "c", Op: "delete"})
	tx.gone = make([]bool, 3)
	s := &Sender{Client: &Client{Version: "67.0"}, Path: Path, Writes: Writes}
	require.Len(t, s.nodes(tx), 3)
	b := Batch{Route: Route{Kind: Units}, Txs: []*Transaction{tx}}
	got := Read(b, jsonReply(`{"graphs":[{"graphId":"g0","isSuccessful":false,"graphResponse":{"compositeResponse":[
		{"body":[{"errorCode":"NOT_FOUND","message":"gone"}],"httpStatusCode":404,"referenceId":"r2"}]}}]}`), Classify)
	assert.Equal(t, []Class{Retry}, classes(got))
	assert.Len(t, s.nodes(tx), 2)
}

func TestNodesReferToAParentInTheSameUnit(t *testing.T) {
	s := &Sender{Client: &Client{Version: "67.0"}, Path: Path, Writes: Writes}
	nodes := s.nodes(order("t-1", "a/b"))
	assert.Equal(t, "/services/data/v67.0/sobjects/Account/Ext_Id__c/a%2Fb", nodes[0].URL)
	assert.Equal(t, "@{r0.id}", nodes[1].Body["Account__c"])
}

func TestACallThatFailsAsAWholeIsTriedOneByOne(t *testing.T) {
	s := &Sender{Client: &Client{Classify: Classify}, Writes: Writes}
	b := rowsBatch(2)
	got := s.failed(b, &Failure{Status: 400, Code: "JSON_PARSER_ERROR"})
	assert.Equal(t, []Class{Retry, Retry}, classes(got))
	assert.True(t, b.Txs[0].alone)
	got = s.failed(rowsBatch(1), &Failure{Status: 400, Code: "JSON_PARSER_ERROR"})
	assert.Equal(t, []Class{Permanent}, classes(got))
	assert.Equal(t, []Class{Retry}, classes(s.failed(rowsBatch(1), errors.New("stopping"))))
}

func TestADeleteOfNothingIsDone(t *testing.T) {
	s := &Sender{Client: &Client{Classify: Classify}, Writes: Writes}
	b := rowsBatch(1)
	b.Txs[0].Records[0].Op = "delete"
	assert.Equal(t, []Class{Delivered}, classes(s.failed(b, &Failure{Status: 404, Code: "NOT_FOUND"})))
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`[{"success":true},{"success":false,"errors":[]}]`))
	f.Add([]byte(`{"graphs":[{"graphId":"g0","graphResponse":{"compositeResponse":[{"body":7,"referenceId":"r9"}]}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		reply := Reply{Status: 200, Type: "application/json", Body: body}
		assert.Len(t, Read(rowsBatch(2), reply, Classify), 2)
		units := Batch{Route: Route{Kind: Units}, Txs: []*Transaction{order("t-1", "a")}}
		assert.Len(t, Read(units, reply, Classify), 1)
	})
}
