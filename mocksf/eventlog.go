package mocksf

import (
	"bytes"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/eventlog"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

// EventLog says how the org keeps its event log files. A file is there as soon
// as its hour, or day, is over on the org's clock and the delay has passed;
// then its events take no other room.
type EventLog struct {
	Events int           // of each type that wait for their file, the newest; 0: no event log, and no object EventLogFile
	Hour   time.Duration // what an hourly file covers; a day is 24 of them; 0 is an hour
	Delay  time.Duration // from the end of the hour to its file; Salesforce takes hours, here 0 is none
	Bytes  int           // that all files hold together; the oldest go first; 0 is 64 MiB
}

const eventLogFile = "EventLogFile"

// eventLogSchema is the object (Object Reference, EventLogFile).
func eventLogSchema() schema.Object {
	return schema.Object{Name: eventLogFile, Label: "Event Log File", KeyPrefix: "0AT", Fields: []schema.Field{
		{Name: "EventType", Type: schema.Picklist},
		{Name: "Interval", Type: schema.Picklist, Values: []string{"Daily", "Hourly"}},
		{Name: "LogDate", Type: schema.DateTime},
		{Name: "LogFile"},
		{Name: "LogFileContentType"},
		{Name: "LogFileFieldNames", Length: 1333},
		{Name: "LogFileFieldTypes", Length: 1333},
		{Name: "LogFileLength", Type: schema.Double},
		{Name: "Sequence", Type: schema.Int},
		{Name: "ApiVersion", Type: schema.Double},
	}}
}

// withOwnObjects is the schema with the objects that the org itself fills, and
// nobody else.
func withOwnObjects(s *Schema, m Monitoring) *Schema {
	more := &Schema{Objects: append([]schema.Object(nil), s.Objects...)}
	add := func(wanted bool, o schema.Object) {
		if _, there := s.Object(o.Name); !wanted || there {
			return
		}
		o.ReadOnly = true
		for i := range o.Fields {
			o.Fields[i].ReadOnly = true
		}
		more.Objects = append(more.Objects, o)
	}
	add(true, organizationSchema())
	add(m.EventLog.Events > 0, eventLogSchema())
	add(m.LoginHistory > 0, loginHistorySchema())
	return more
}

// logFiles is the event log with its files.
type logFiles struct {
	log   *eventlog.Log
	store *store.Store
	table *store.Table
	most  int // bytes

	mu    sync.Mutex
	files map[string]eventlog.File
	order []string // their ids, the oldest first
	bytes int
}

func newLogFiles(s *store.Store, t *store.Table, cfg EventLog) *logFiles {
	if cfg.Hour <= 0 {
		cfg.Hour = time.Hour
	}
	if cfg.Bytes <= 0 {
		cfg.Bytes = 64 << 20
	}
	return &logFiles{store: s, table: t, most: cfg.Bytes, files: map[string]eventlog.File{},
		log: eventlog.New(eventlog.Config{Hour: cfg.Hour, Delay: cfg.Delay, Keep: cfg.Events, Org: orgID})}
}

// write makes the files that are due.
func (l *logFiles) write(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.log.Due(now) {
		id := l.store.Deliver(l.table, f.Created, func(id string) map[string]string { return fileValues(id, &f) })
		l.files[id], l.order, l.bytes = f, append(l.order, id), l.bytes+f.Size()
	}
	for l.bytes > l.most {
		id := l.order[0]
		f := l.files[id]
		l.order, l.bytes = l.order[1:], l.bytes-f.Size()
		delete(l.files, id)
		l.store.Withdraw(l.table, id)
	}
}

func fileValues(id string, f *eventlog.File) map[string]string {
	interval := "Hourly"
	if f.Daily {
		interval = "Daily"
	}
	return map[string]string{
		"LogFile":   "/services/data/v" + strconv.Itoa(lastVersion) + ".0/sobjects/" + eventLogFile + "/" + id + "/LogFile",
		"EventType": f.Type.Name, "Interval": interval, "LogDate": store.Stamp(f.Start),
		"LogFileContentType": eventlog.ContentType, "LogFileFieldNames": f.Type.FieldNames(), "LogFileFieldTypes": f.Type.FieldTypes(),
		"LogFileLength": strconv.Itoa(f.Size()), "Sequence": strconv.Itoa(f.Sequence), "ApiVersion": strconv.Itoa(lastVersion),
	}
}

var logFileRoutes = []route{
	{method: http.MethodGet, pattern: "sobjects/" + eventLogFile + "/{id}/LogFile", api: commitlog.APIOther, serve: serveLogFile},
}

// serveLogFile answers the content of a file.
func serveLogFile(r *request) reply {
	id, ok := store.LongID(r.param("id"))
	l := r.org.watch.files
	l.mu.Lock()
	f, found := l.files[id]
	l.mu.Unlock()
	if !ok || !found {
		return failure(apierr.NotFound.New())
	}
	var b bytes.Buffer
	b.Grow(f.Size())
	_, _ = f.WriteTo(&b) // a buffer does not fail
	return reply{status: http.StatusOK, contentType: eventlog.ContentType, body: b.Bytes()}
}
