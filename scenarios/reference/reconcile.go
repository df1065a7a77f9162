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
// A write is there when its record was changed after the write was begun, and
// says what the write says. If it says something else, somebody has written it
// since, or had it before them as the backup has it: then the write is there if
// a later one is, for a backup takes the latest, or if what the record says
// waits here, its answer lost. So the clocks of the two must agree, as far as
// the last second of work before the backup matters.
type Reconcile struct {
	Client *Client
	Outbox Outbox
	Queue  *Queue
	Log    *slog.Logger
	Keep   time.Duration // how long delivered transactions are kept for this
	Page   int           // transactions looked at in one go, the latest first
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
	s := newStock(r.Queue.Writes())
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
	if !slices.ContainsFunc(all, s.lost) {
		return nil, nil // what is absent may have been deleted
	}
	all = slices.DeleteFunc(all, func(tx *Transaction) bool { return !s.lacksAny(tx) })
	slices.SortFunc(all, func(a, b *Transaction) int { return int(a.seq - b.seq) })
	return all, nil
}

// recordName is a record by its external id.
type recordName struct{ object, field, value string }

func (w Write) name() recordName { return recordName{w.Object, w.Field, w.Value} }

// stock is what the org has of the records of transactions, the latest of which
// were read first.
type stock struct {
	waiting map[recordName][]Write // to be delivered; one may have taken place, its answer lost
	found   map[recordName]found   // of those that are there
	deleted map[recordName]bool    // by a transaction, delivered or not, and nobody wrote them afterwards
	proven  map[recordName]bool    // a write is there, and so are those before it
	latest  time.Time              // when the latest write that is known to be there was begun
}

type found struct {
	at     time.Time // of its last change
	fields map[string]any
}

func newStock(waiting map[recordName][]Write) *stock {
	s := &stock{waiting: waiting, found: map[recordName]found{}, deleted: map[recordName]bool{}, proven: map[recordName]bool{}}
	for name, writes := range waiting {
		if slices.ContainsFunc(writes, func(w Write) bool { return w.Delete }) {
			s.deleted[name] = true
		}
	}
	return s
}

// read asks for the records of a page of transactions.
func (s *stock) read(ctx context.Context, c *Client, page []*Transaction) error {
	asked := map[[2]string][]Write{}
	for _, tx := range page {
		for _, w := range Writes(tx) {
			kind := [2]string{w.Object, w.Field}
			asked[kind] = append(asked[kind], w)
		}
	}
	for _, kind := range slices.SortedFunc(maps.Keys(asked), func(a, b [2]string) int { return strings.Compare(a[0]+a[1], b[0]+b[1]) }) {
		for writes := range slices.Chunk(asked[kind], mostAsked) {
			if err := s.ask(ctx, c, writes); err != nil {
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

// ask reads records of one object by one external id field.
func (s *stock) ask(ctx context.Context, c *Client, writes []Write) error {
	object, field := writes[0].Object, writes[0].Field
	var quoted []string
	columns := map[string]bool{field: true, "SystemModstamp": true}
	for _, w := range writes {
		quoted = append(quoted, "'"+strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(w.Value)+"'")
		for _, v := range append(slices.Clone(s.waiting[w.name()]), w) {
			for name := range v.texts() {
				columns[name] = true
			}
		}
	}
	soql := "SELECT " + strings.Join(slices.Sorted(maps.Keys(columns)), ", ") + " FROM " + object +
		" WHERE " + field + " IN (" + strings.Join(quoted, ",") + ")"
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
			s.found[recordName{object, field, value}] = found{at, record}
		}
	}
	return nil
}

// texts are the fields by which a write can be told from another one: short
// texts, which a query can show.
func (w Write) texts() map[string]string {
	texts := map[string]string{}
	for name, value := range w.Fields {
		if text, ok := value.(string); ok && text != "" && len(text) <= 80 {
			texts[name] = text
		}
	}
	return texts
}

// note takes in what the records say about a transaction, the latest first.
func (s *stock) note(tx *Transaction) {
	for _, w := range Writes(tx) {
		record, there := s.found[w.name()]
		if there && record.has(w, tx) == present && tx.claimed.After(s.latest) {
			s.latest = tx.claimed
		}
		if w.Delete && !there {
			s.deleted[w.name()] = true
		}
	}
}

// presence is what a record says about a write.
type presence int

const (
	absent  presence = iota // nothing was written since it was begun
	present                 // it took place
	covered                 // something else was written since, by whomever
)

// has tells whether a record shows that a write took place. Salesforce dates
// changes by the second: one in the second in which the write was begun may be
// the one before, or one after it.
func (f found) has(w Write, tx *Transaction) presence {
	switch begun := tx.claimed.Truncate(time.Second); {
	case f.at.Before(begun):
		return absent
	case f.mayBe(w):
		return present
	}
	return covered
}

// mayBe tells whether a record may be what a write made of it.
func (f found) mayBe(w Write) bool {
	if w.Delete {
		return false
	}
	for name, text := range w.texts() {
		if f.fields[name] != text {
			return false
		}
	}
	return true
}

// lacks tells whether a write of the transaction seems to be gone.
func (s *stock) lacks(tx *Transaction) bool {
	return slices.ContainsFunc(Writes(tx), func(w Write) bool { return s.misses(w, tx) })
}

// lost tells whether a write of the transaction is gone beyond doubt: no delete
// explains it.
func (s *stock) lost(tx *Transaction) bool {
	return slices.ContainsFunc(Writes(tx), func(w Write) bool { return !s.deleted[w.name()] && s.misses(w, tx) })
}

// lacksAny is lacks for transactions that are asked about from the latest on: a
// write before one that is there is there.
func (s *stock) lacksAny(tx *Transaction) (gone bool) {
	for _, w := range Writes(tx) {
		if s.proven[w.name()] {
			continue
		}
		missing := s.misses(w, tx)
		gone = gone || missing
		s.proven[w.name()] = !missing
	}
	return gone
}

func (s *stock) misses(w Write, tx *Transaction) bool {
	record, there := s.found[w.name()]
	is := absent
	if there {
		is = record.has(w, tx)
	}
	switch {
	case is == present, is == covered && slices.ContainsFunc(s.waiting[w.name()], record.mayBe):
		return false
	case is == covered, !there && s.deleted[w.name()]: // as it should be, or as it was before
		return tx.claimed.After(s.latest)
	}
	return true
}
