package rundir

import (
	"fmt"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// eventRow is one line of history.arrows. Columns that an event's kind has no
// use for hold 0 or "".
type eventRow struct {
	seq, at       int64
	kind, id      string
	key, class    string  // offer
	due           int64   // offer
	records       string  // offer: the records as JSON
	start         int64   // answer, fault, gauge, alert, mark: the time it speaks of
	until         int64   // fault: when it was over, 0 while it is active
	took          int64   // answer; fault: until the integration had ended
	status        int64   // answer
	outcome       string  // answer: ok, fail, info
	err           string  // answer, gauge
	fault         string  // fault: its kind
	hits          int64   // fault
	note          string  // fault, mark
	backlog, dead float64 // gauge
	alertStatus   string  // alert: firing, resolved
	cause         string  // alert
}

var eventTable = table[eventRow]{"history", []column[eventRow]{
	number("seq", func(r *eventRow) *int64 { return &r.seq }),
	number("at", func(r *eventRow) *int64 { return &r.at }),
	text("kind", func(r *eventRow) *string { return &r.kind }),
	text("id", func(r *eventRow) *string { return &r.id }),
	text("key", func(r *eventRow) *string { return &r.key }),
	text("class", func(r *eventRow) *string { return &r.class }),
	number("due", func(r *eventRow) *int64 { return &r.due }),
	text("records", func(r *eventRow) *string { return &r.records }),
	number("start", func(r *eventRow) *int64 { return &r.start }),
	number("until", func(r *eventRow) *int64 { return &r.until }),
	number("took", func(r *eventRow) *int64 { return &r.took }),
	number("status", func(r *eventRow) *int64 { return &r.status }),
	text("outcome", func(r *eventRow) *string { return &r.outcome }),
	text("error", func(r *eventRow) *string { return &r.err }),
	text("fault", func(r *eventRow) *string { return &r.fault }),
	number("hits", func(r *eventRow) *int64 { return &r.hits }),
	text("note", func(r *eventRow) *string { return &r.note }),
	figure("backlog", func(r *eventRow) *float64 { return &r.backlog }),
	figure("dead_letters", func(r *eventRow) *float64 { return &r.dead }),
	text("alert_status", func(r *eventRow) *string { return &r.alertStatus }),
	text("cause", func(r *eventRow) *string { return &r.cause }),
}}

// eventToRow flattens an event. The name of a fault, alert or mark is the
// event's id.
func eventToRow(e history.Event) (eventRow, error) {
	r := eventRow{seq: int64(e.Seq), at: int64(e.At), kind: string(e.Kind), id: e.ID}
	switch {
	case e.Operation != nil:
		records, err := toJSON(e.Operation.Records)
		r.key, r.class, r.due, r.records = e.Operation.Key, e.Operation.Class, int64(e.Operation.Due), records
		return r, err
	case e.Attempt != nil:
		a := e.Attempt
		r.start, r.took, r.status, r.outcome, r.err = int64(a.At), int64(a.Took), int64(a.Status), a.Outcome.String(), a.Error
	case e.Window != nil:
		w := e.Window
		r.start, r.until, r.fault, r.hits, r.note, r.took = int64(w.From), int64(w.To), w.Kind, int64(w.Hits), w.Note, int64(w.Took)
	case e.Gauge != nil:
		g := e.Gauge
		r.start, r.backlog, r.dead, r.err = int64(g.At), g.Backlog, g.DeadLetters, g.Error
	case e.Alert != nil:
		r.start, r.alertStatus, r.cause = int64(e.Alert.At), e.Alert.Status, e.Alert.Cause
	case e.Mark != nil:
		r.start, r.note = int64(e.Mark.At), e.Mark.Note
	}
	return r, nil
}

// toEvent is the inverse of eventToRow.
func (r eventRow) toEvent() (history.Event, error) {
	e := history.Event{Seq: uint64(r.seq), At: time.Duration(r.at), Kind: history.Kind(r.kind), ID: r.id}
	start := time.Duration(r.start)
	var err error
	switch e.Kind {
	case history.KindOffer:
		e.Operation, err = r.toOperation()
	case history.KindAnswer:
		e.Attempt, err = r.toAttempt()
	case history.KindFault:
		e.Window = &history.Window{Fault: r.id, Kind: r.fault, From: start, To: time.Duration(r.until), Hits: int(r.hits), Note: r.note, Took: time.Duration(r.took)}
	case history.KindGauge:
		e.Gauge = &history.Gauge{At: start, Backlog: r.backlog, DeadLetters: r.dead, Error: r.err}
	case history.KindAlert:
		e.Alert = &history.Alert{At: start, Name: r.id, Status: r.alertStatus, Cause: r.cause}
	case history.KindMark:
		e.Mark = &history.Mark{Name: r.id, At: start, Note: r.note}
	default:
		err = fmt.Errorf("event %d is of the unknown kind %q", r.seq, r.kind)
	}
	return e, err
}

func (r eventRow) toOperation() (*history.Operation, error) {
	op := &history.Operation{ID: r.id, Key: r.key, Class: r.class, Due: time.Duration(r.due)}
	if err := fromJSON(r.records, &op.Records); err != nil {
		return nil, fmt.Errorf("records of operation %q: %w", r.id, err)
	}
	return op, nil
}

func (r eventRow) toAttempt() (*history.Attempt, error) {
	a := &history.Attempt{At: time.Duration(r.start), Took: time.Duration(r.took), Status: int(r.status), Error: r.err}
	for _, o := range []history.Outcome{history.Info, history.OK, history.Fail} {
		if o.String() == r.outcome {
			a.Outcome = o
			return a, nil
		}
	}
	return nil, fmt.Errorf("event %d has the unknown outcome %q", r.seq, r.outcome)
}

// eventsFromRows takes the rows of one block; seq must go on without a gap
// after the events before them.
func eventsFromRows(before []history.Event, rows []eventRow) ([]history.Event, error) {
	for _, row := range rows {
		if want := int64(len(before)) + 1; row.seq != want {
			return before, fmt.Errorf("event %d stands where event %d is due", row.seq, want)
		}
		e, err := row.toEvent()
		if err != nil {
			return before, err
		}
		before = append(before, e)
	}
	return before, nil
}
