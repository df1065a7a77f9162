package mocksf

import (
	"strconv"

	"github.com/squall-harness/squall/mocksf/internal/bulk"
	"github.com/squall-harness/squall/mocksf/internal/eventlog"
)

// jobMoved writes the event log's lines about bulk jobs; nil in an org that
// keeps none.
func (o *Org) jobMoved() func(bulk.Move) {
	if o.cfg.Monitoring.EventLog.Events <= 0 {
		return nil
	}
	return func(m bulk.Move) {
		l := o.eventLog()
		e := &jobEvent{o.ownEvent(m.Took), m}
		switch {
		case l == nil:
		case m.Type != bulk.Classic:
			l.Add(e, eventlog.BulkAPI2) // one line for each state
		case m.ID != m.Job && m.State.Done():
			l.Add(e, eventlog.BulkAPI) // one line for each batch
		}
	}
}

// jobEvent is a line about a job of Bulk API 2.0, or a batch of 1.0.
type jobEvent struct {
	event
	move bulk.Move
}

// Value is part of eventlog.Event.
func (e *jobEvent) Value(column string) string {
	m := &e.move
	switch column {
	case "JOB_ID":
		return m.Job
	case "BATCH_ID":
		return m.ID
	case "JOB_STATUS":
		return string(m.State)
	case "OPERATION_TYPE":
		return m.Spec.Operation
	case "ENTITY_TYPE":
		return m.Spec.Object
	case "RECORDS_PROCESSED", "ROWS_PROCESSED":
		return strconv.Itoa(m.Processed)
	case "RECORDS_FAILED", "NUMBER_FAILURES":
		return strconv.Itoa(m.Failed)
	case "SUCCESS":
		return bit(m.State == bulk.JobComplete)
	case "MESSAGE":
		return m.Error
	}
	return e.event.Value(column)
}
