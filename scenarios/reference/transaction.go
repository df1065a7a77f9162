package reference

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"
)

// Transaction is one business transaction of the source: one record, or
// several that take effect together or not at all.
type Transaction struct {
	ID      string   `json:"id"`  // the same id offered again is the same transaction
	Key     string   `json:"key"` // transactions of one key take effect in the order of their acceptance
	Records []Record `json:"records"`

	delivery // what happened to it so far; not part of the contract
}

// delivery is kept in memory by whoever holds the transaction's lane.
type delivery struct {
	body       []byte    // as received
	seq        int64     // place in the order of acceptance; known once it was read back
	claimed    time.Time // when its last delivery began
	job        string    // Bulk job that it is part of
	attempts   int       // unsuccessful tries, for the backoff
	rejections int       // doubtful answers of the org about this transaction
	alone      bool      // it once made a whole call fail: no company any more
	syncOnly   bool      // Bulk did not deliver it
	gone       []bool    // per record: a delete that found nothing to delete
}

// Record is one record write.
type Record struct {
	Object          string         `json:"object"`
	ExternalIDField string         `json:"externalIdField,omitempty"`
	ExternalID      string         `json:"externalId,omitempty"` // "" means insert
	Op              string         `json:"op,omitempty"`         // "" writes, "delete" deletes
	Parent          *Parent        `json:"parent,omitempty"`
	Fields          map[string]any `json:"fields"` // scalars; nil clears a field
}

// Parent names the record that a lookup field points at, by external id.
type Parent struct {
	Field           string `json:"field"`
	Object          string `json:"object"`
	ExternalIDField string `json:"externalIdField"`
	ExternalID      string `json:"externalId"`
}

// MaxUnit is the largest transaction: the number of nodes that one composite
// graph may have (Salesforce REST API guide, Composite Graph Limits).
const MaxUnit = 500

// Decode reads a transaction and checks it. Numbers stay as they were written.
// The error says which part is wrong and why.
func Decode(body []byte) (*Transaction, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	tx := &Transaction{}
	if err := dec.Decode(tx); err != nil {
		return nil, fmt.Errorf("not a transaction: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not a transaction: something follows the JSON object")
	}
	tx.body = body
	tx.gone = make([]bool, len(tx.Records))
	return tx, tx.check()
}

func (tx *Transaction) check() error {
	switch {
	case tx.ID == "" || len(tx.ID) > 200:
		return errors.New("id: must have 1 to 200 bytes")
	case tx.Key == "":
		return errors.New("key: is missing")
	case len(tx.Records) == 0:
		return errors.New("records: there is none")
	case len(tx.Records) > MaxUnit:
		return fmt.Errorf("records: %d, but at most %d can be written as one unit", len(tx.Records), MaxUnit)
	}
	for i, r := range tx.Records {
		if err := r.check(); err != nil {
			return fmt.Errorf("records[%d].%w", i, err)
		}
	}
	return nil
}

// apiName is what Salesforce allows as the name of an object or field.
var apiName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

func (r Record) check() error {
	switch {
	case !apiName.MatchString(r.Object):
		return fmt.Errorf("object: %q is no API name", r.Object)
	case r.ExternalIDField != "" && !apiName.MatchString(r.ExternalIDField):
		return fmt.Errorf("externalIdField: %q is no API name", r.ExternalIDField)
	case r.ExternalID != "" && r.ExternalIDField == "":
		return errors.New("externalIdField: is missing")
	case r.Op != "" && r.Op != "delete":
		return fmt.Errorf("op: %q is unknown, use \"delete\" or leave it out", r.Op)
	case r.Op == "delete" && r.ExternalID == "":
		return errors.New("externalId: a delete needs one")
	}
	if err := r.Parent.check(); err != nil {
		return err
	}
	return checkFields(r.Fields)
}

func (p *Parent) check() error {
	if p == nil {
		return nil
	}
	for _, name := range []string{p.Field, p.Object, p.ExternalIDField} {
		if !apiName.MatchString(name) {
			return fmt.Errorf("parent: %q is no API name", name)
		}
	}
	if p.ExternalID == "" {
		return errors.New("parent.externalId: is missing")
	}
	return nil
}

func checkFields(fields map[string]any) error {
	for name, value := range fields {
		if !apiName.MatchString(name) {
			return fmt.Errorf("fields: %q is no API name", name)
		}
		switch value.(type) {
		case nil, string, bool, json.Number:
		default:
			return fmt.Errorf("fields.%s: must be a string, number, boolean or null", name)
		}
	}
	return nil
}
