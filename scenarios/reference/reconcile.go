package reference

import (
	"context"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Reconcile looks, whenever the org is back after an outage, whether it still
// has what it acknowledged before: an org that was put back to a backup says
// nothing about it. What is gone is delivered again, before anything else.
//
// A write is there when its record was changed after the write was begun, by
// whomever. So the clocks of the two must agree, as far as the last second of
// work before the backup matters.
type Reconcile struct {
	Client *Client
	Outbox Outbox
	Queue  *Queue
	Log    *slog.Logger
	Keep   time.Duration // how long delivered transactions are kept for this
	Page   int           // transactions looked at at once, the latest first
}

// Probe asks whether the org is there, and then whether it is what it was. What
// the org refuses to tell holds nobody up.
func (r *Reconcile) Probe(ctx context.Context) (Class, error) {
	class, err := r.Client.Probe(ctx)
	if !answered(class) {
		return class, err
	}
	gone, err := r.gone(ctx)
	if err == nil {
		err = r.bringBack(gone)
	}
	if failed := r.Client.Class(err); !answered(failed) {
		return failed, err
	}
	if err != nil {
		r.Log.Warn("not compared with Salesforce", "cause", err)
	}
	return class, nil
}

func (r *Reconcile) bringBack(gone []*Transaction) error {
	if len(gone) == 0 {
		return nil
	}
	if err := r.Outbox.Revive(gone); err != nil {
		return err
	}
	r.Log.Warn("Salesforce has lost what it had: delivering it again", "transactions", len(gone))
	r.Queue.AddFirst(gone)
	r.Client.Gate.SendBack() // who holds a later version of a record
	return nil
}

// gone reads back, page by page, until everything of a page is there: a restore
// takes the latest. The oldest of what is gone comes first.
func (r *Reconcile) gone(ctx context.Context) ([]*Transaction, error) {
	s := stock{changed: map[recordName]time.Time{}, deleted: map[recordName]bool{}}
	var all []*Transaction
	for {
		page, err := r.Outbox.Delivered(time.Now().Add(-r.Keep), len(all), r.Page)
		if err != nil {
			return nil, err
		}
		if err := s.read(ctx, r.Client, page); err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < r.Page || !slices.ContainsFunc(page, s.lacks) {
			break
		}
	}
	all = slices.DeleteFunc(all, func(tx *Transaction) bool { return !s.lacks(tx) })
	slices.SortFunc(all, func(a, b *Transaction) int { return int(a.seq - b.seq) })
	return all, nil
}

// recordName is a record by its external id.
type recordName struct{ object, field, value string }

func (w Write) name() recordName { return recordName{w.Object, w.Field, w.Value} }

// stock is what the org has of the records of transactions, the latest of which
// were read first.
type stock struct {
	changed map[recordName]time.Time // last, of those that are there
	deleted map[recordName]bool      // by a transaction, and nobody wrote them afterwards
	latest  time.Time                // when the latest write that is known to be there was begun
}

// read asks for the records of a page of transactions.
func (s *stock) read(ctx context.Context, c *Client, page []*Transaction) error {
	asked := map[[2]string][]string{}
	for _, tx := range page {
		for _, w := range Writes(tx) {
			kind := [2]string{w.Object, w.Field}
			asked[kind] = append(asked[kind], w.Value)
		}
	}
	for _, kind := range slices.SortedFunc(maps.Keys(asked), func(a, b [2]string) int { return strings.Compare(a[0]+a[1], b[0]+b[1]) }) {
		for values := range slices.Chunk(asked[kind], mostAsked) {
			if err := s.ask(ctx, c, kind[0], kind[1], values); err != nil {
				return err
			}
		}
	}
	for _, tx := range page {
		s.note(tx)
	}
	return nil
}

// mostAsked bounds the external ids in one query, and so the length of its URL.
const mostAsked = 60

func (s *stock) ask(ctx context.Context, c *Client, object, field string, values []string) error {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(v) + "'"
	}
	soql := "SELECT " + field + ", SystemModstamp FROM " + object + " WHERE " + field + " IN (" + strings.Join(quoted, ",") + ")"
	reply, err := c.inSession(ctx, Call{Method: "GET", Path: "/query?q=" + url.QueryEscape(soql)}, c.Timeout)
	if err != nil {
		return err
	}
	var answer struct{ Records []map[string]any }
	if err := reply.decode(&answer); err != nil {
		return &Failure{Status: reply.Status, Foreign: true}
	}
	for _, record := range answer.Records {
		value, _ := record[field].(string)
		text, _ := record["SystemModstamp"].(string)
		if at, err := time.Parse("2006-01-02T15:04:05.000-0700", text); err == nil {
			s.changed[recordName{object, field, value}] = at
		}
	}
	return nil
}

// note takes in what the records say about a transaction, the latest first.
func (s *stock) note(tx *Transaction) {
	for _, w := range Writes(tx) {
		at, there := s.changed[w.name()]
		if there && at.After(tx.begun()) && tx.claimed.After(s.latest) {
			s.latest = tx.claimed
		}
		if w.Delete && !there {
			s.deleted[w.name()] = true
		}
	}
}

// lacks tells whether a write of the transaction is gone.
func (s *stock) lacks(tx *Transaction) bool {
	return slices.ContainsFunc(Writes(tx), func(w Write) bool {
		at, there := s.changed[w.name()]
		if there {
			return !at.After(tx.begun())
		}
		if s.deleted[w.name()] { // absent, as it should be, or from before it was made
			return tx.claimed.After(s.latest)
		}
		return true
	})
}

// begun is when the delivery began, as exactly as the org tells times.
func (tx *Transaction) begun() time.Time { return tx.claimed.Truncate(time.Millisecond) }
