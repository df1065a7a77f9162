// Package scaffold is what the small integrations in this module share: the
// contract with the source, and nothing of Salesforce.
package scaffold

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"
)

// Record is one record of a transaction.
type Record struct {
	Op, Object, ExternalIDField, ExternalID string
	Parent                                  *struct{ Field, ExternalIDField, ExternalID string }
	Fields                                  map[string]any
}

// Transaction is what the source offers.
type Transaction struct {
	ID, Key string
	Records []Record
}

// Deliver writes what waits, oldest first, and calls done for what is safely
// in Salesforce. After an error, whatever is left is delivered again.
type Deliver func(waiting []Transaction, done func(...Transaction) error) error

// Queued takes transactions into a durable queue, acknowledges them and hands
// them to deliver, all that waits at a time.
func Queued(deliver Deliver) error {
	q, err := openQueue(os.Getenv("STATE_DIR"))
	if err != nil {
		return err
	}
	go q.drain(deliver)
	return serve(q, func(t Transaction) (int, error) { return http.StatusInternalServerError, q.add(t) })
}

// Direct writes each transaction before it answers: acknowledged is what
// write wrote, refused is what write says that Salesforce refused.
func Direct(write func(Transaction) error) error {
	return serve(&queue{}, func(t Transaction) (int, error) { return http.StatusUnprocessableEntity, write(t) })
}

// serve is the contract. take tells with which status to answer its error.
func serve(q *queue, take func(Transaction) (int, error)) error {
	http.HandleFunc("POST /transactions", func(w http.ResponseWriter, r *http.Request) {
		var t Transaction
		if err := json.NewDecoder(r.Body).Decode(&t); err != nil || t.ID == "" {
			http.Error(w, "not a transaction", http.StatusBadRequest)
		} else if status, err := take(t); err != nil {
			log.Printf("%s: %v", t.ID, err)
			http.Error(w, err.Error(), status)
		} else {
			w.WriteHeader(http.StatusAccepted)
		}
	})
	http.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "# TYPE integration_backlog gauge\nintegration_backlog %d\n", q.len())
	})
	return http.ListenAndServe(os.Getenv("LISTEN_ADDR"), nil)
}

// drain delivers what waits, and starts over with whatever failed.
func (q *queue) drain(deliver Deliver) {
	for {
		waiting := q.waiting()
		if len(waiting) == 0 {
			time.Sleep(20 * time.Millisecond)
		} else if err := deliver(waiting, q.done); err != nil {
			log.Printf("trying again: %v", err)
			time.Sleep(time.Second)
		}
	}
}
