package mocksf

import (
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// The limits of one call (REST API guide, sObject Collections).
const (
	maxCollection = 200
	maxRuns       = 10 // runs of records of one type
)

// The versions that introduced collections, and upserting them (REST API
// guide, sObject Collections).
const (
	collectionsVersion = 42
	upsertManyVersion  = 46
)

const collectionPattern = "composite/sobjects"

var collectionRoutes = []route{
	{method: "POST", pattern: collectionPattern, api: commitlog.APICollections, since: collectionsVersion, write: true, inner: true, plan: planRecords, serve: createMany},
	{method: "PATCH", pattern: collectionPattern, api: commitlog.APICollections, since: collectionsVersion, write: true, inner: true, plan: planRecords, serve: updateMany},
	{method: "DELETE", pattern: collectionPattern, api: commitlog.APICollections, since: collectionsVersion, write: true, inner: true, plan: planIDs, serve: deleteMany},
	{method: "PATCH", pattern: collectionPattern + "/{object}/{field}", api: commitlog.APICollections, write: true, inner: true, since: upsertManyVersion, plan: planRecords, serve: upsertMany},
	{method: "GET", pattern: collectionPattern + "/{object}", api: commitlog.APICollections, since: collectionsVersion, inner: true, serve: retrieveByQuery},
	{method: "POST", pattern: collectionPattern + "/{object}", api: commitlog.APICollections, since: collectionsVersion, inner: true, serve: retrieveByBody},
}

// planRecords reads the list of records and counts it.
func planRecords(r *request) {
	var records []jsontree.Value
	last, runs := "", 0
	for record := range r.json.Get("records").Items() {
		name := r.typeOf(record)
		if name != last {
			last, runs = name, runs+1
		}
		records = append(records, record)
		if t, ok := r.org.store.Table(name); ok {
			r.intend(t.Name, 1)
		}
	}
	switch {
	case r.json.Get("records").Kind() != jsontree.Array:
		r.bad = apierr.JSONParser.New("The member records is missing, or is no array")
	case len(records) > maxCollection:
		r.bad = apierr.TooManyRecords.New(maxCollection)
	case runs > maxRuns:
		r.bad = apierr.LimitExceeded.New("The records change their type more often than 10 chunks allow")
	}
	r.planned = records
}

// typeOf is the object that a record of the list belongs to.
func (r *request) typeOf(record jsontree.Value) string {
	if object := r.param("object"); object != "" {
		return object
	}
	return record.Get("attributes").Get("type").Text()
}

// createMany inserts records.
func createMany(r *request) reply {
	return r.each(resultStyle{}, func(record jsontree.Value, t *store.Table) rowWrite {
		d, err := draft(t, record)
		return rowWrite{err, func(tx *store.Tx) rowResult {
			row, err := tx.Insert(d)
			return saved(store.Saved{Row: row}, err)
		}}
	})
}

// updateMany writes into records named by their ids.
func updateMany(r *request) reply {
	return r.each(resultStyle{}, func(record jsontree.Value, t *store.Table) rowWrite {
		id := memberText(record, "Id")
		d, err := draft(t, record, "Id")
		if id == "" && err == nil {
			err = apierr.MissingID.New("Id")
		}
		return rowWrite{err, func(tx *store.Tx) rowResult {
			return rowResult{id: longID(id), err: tx.Update(id, d)}
		}}
	})
}

// upsertMany writes records of one object named by an external id.
func upsertMany(r *request) reply {
	t, err := r.table()
	if err != nil {
		return failure(err)
	}
	field, err := t.External(r.param("field"))
	if err != nil {
		return failure(err)
	}
	name := t.Fields[field].Name
	return r.each(resultStyle{upsert: r.version >= upsertBodyVersion, keepID: true}, func(record jsontree.Value, t *store.Table) rowWrite {
		value := memberText(record, name)
		d, err := draft(t, record, name)
		return rowWrite{err, func(tx *store.Tx) rowResult { return saved(tx.Upsert(d, field, value, false)) }}
	})
}

// each makes a write of every record of the list and runs them.
func (r *request) each(style resultStyle, build func(jsontree.Value, *store.Table) rowWrite) reply {
	var writes []rowWrite
	for _, record := range r.planned.([]jsontree.Value) {
		name := r.typeOf(record)
		t, ok := r.org.store.Table(name)
		if !ok {
			writes = append(writes, rowWrite{err: apierr.InvalidType.New(name)})
			continue
		}
		writes = append(writes, build(record, t))
	}
	return r.collection(writes, r.json.Get("allOrNone").True(), style)
}

// planIDs reads the ids of a call that deletes.
func planIDs(r *request) {
	ids := splitList(r.query.Get("ids"))
	for _, id := range ids {
		if t, ok := r.org.store.TableOf(id); ok {
			r.intend(t.Name, 1)
		}
	}
	switch {
	case len(ids) == 0:
		r.bad = apierr.MissingID.New("ids")
	case len(ids) > maxCollection:
		r.bad = apierr.TooManyRecords.New(maxCollection)
	}
	r.planned = ids
}

// deleteMany deletes records named by their ids.
func deleteMany(r *request) reply {
	var writes []rowWrite
	for _, id := range r.planned.([]string) {
		t, ok := r.org.store.TableOf(id)
		if !ok {
			writes = append(writes, rowWrite{err: apierr.MalformedID.New("Id", id).On("Id")})
			continue
		}
		writes = append(writes, rowWrite{run: func(tx *store.Tx) rowResult {
			return rowResult{id: longID(id), err: tx.Delete(t, id)}
		}})
	}
	return r.collection(writes, strings.EqualFold(r.query.Get("allOrNone"), "true"), resultStyle{keepID: true})
}

func longID(id string) string {
	long, _ := store.LongID(id)
	return long
}

func splitList(list string) []string {
	var parts []string
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
