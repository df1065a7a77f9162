package reference

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// contact is a transaction with one upsert. An org insists on the last name.
func contact(id, key string, more map[string]any) *Transaction {
	fields := map[string]any{"LastName": "L"}
	maps.Copy(fields, more)
	return transaction(id, key, Record{Object: "Contact", ExternalIDField: "Ext_Id__c", ExternalID: key, Fields: fields})
}

// order is a unit: an account and an order of it.
func order(id, key string) *Transaction {
	return transaction(id, key,
		Record{Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: key, Fields: map[string]any{"Name": "A"}},
		Record{Object: "Order__c", ExternalIDField: "Ext_Id__c", ExternalID: "o-" + id, Fields: map[string]any{},
			Parent: &Parent{Field: "Account__c", Object: "Account", ExternalIDField: "Ext_Id__c", ExternalID: key}})
}

// transaction gives the records the fields that every record has.
func transaction(id, key string, records ...Record) *Transaction {
	tx := &Transaction{ID: id, Key: key, Records: records}
	for i := range records {
		if records[i].Fields == nil {
			records[i].Fields = map[string]any{}
		}
		records[i].Fields["Token__c"] = fmt.Sprintf("%s.%d", id, i)
	}
	tx.body, _ = json.Marshal(tx)
	tx.gone = make([]bool, len(records))
	return tx
}

func ids(txs []*Transaction) []string {
	list := []string{}
	for _, tx := range txs {
		list = append(list, tx.ID)
	}
	return list
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return string(data)
}

func mkdir(dir string) error { return os.Mkdir(dir, 0o700) }
