package bulk

import (
	"github.com/squall-harness/squall/mocksf/internal/soql"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// maxStretches bounds the batches that PK chunking makes of one: a small chunk
// size gets larger where an object has many records.
const maxStretches = 10_000

// chunked turns a query's batch into one batch for each stretch of record ids
// (Bulk API guide, PK Chunking): its own state becomes NotProcessed. ok is false
// for a batch that is not to be chunked, or cannot be.
func (q *Queue) chunked(b *job, identity string) (end ending, ok bool) {
	if b.parent == nil || b.parent.classic.ChunkSize == 0 || b.stretch {
		return ending{}, false
	}
	ask := chunkable(b.info.Spec.Query)
	if ask == nil {
		return ending{}, false
	}
	last := uint32(0)
	q.cfg.Store.View(func(v *store.View) { last = v.Last(b.order.table) })
	size := max(uint32(b.parent.classic.ChunkSize), last/maxStretches+1)
	q.mu.Lock()
	defer q.mu.Unlock()
	if b.processed.Err() != nil {
		return ending{}, false
	}
	for from := uint32(1); from <= max(last, 1); from += size {
		part := q.batch(b.parent, &Upload{payload: stretch(*ask, b.order.table.Prefix, from, from+size)})
		part.stretch = true
		q.begin(part, identity)
	}
	return ending{state: Aborted}, true
}

// stretch is the query for the records whose ids count from one number up to,
// not including, another.
func stretch(ask soql.Query, prefix string, from, to uint32) string {
	id := soql.Path{{Text: "Id"}}
	bound := func(op soql.Op, n uint32) soql.Cond {
		return soql.Compare{Expr: soql.Expr{Path: id}, Op: op, Value: soql.Literal{Kind: soql.String, Text: store.MakeID(prefix, n)[:15]}}
	}
	terms := []soql.Cond{bound(soql.Ge, from), bound(soql.Lt, to)}
	if ask.Where != nil {
		terms = append([]soql.Cond{ask.Where}, terms...)
	}
	ask.Where = soql.And{Terms: terms}
	return ask.String()
}

// Chunkable tells whether PK chunking can take part in a query.
func Chunkable(text string) bool { return chunkable(text) != nil }

// chunkable is the query, nil when PK chunking can take no part in it.
func chunkable(text string) *soql.Query {
	ask, err := soql.Parse(text)
	if err != nil || ask.Limit != soql.NoLimit || len(ask.OrderBy) > 0 {
		return nil
	}
	return ask
}
