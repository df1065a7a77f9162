package mocksf

import (
	"net/http"
	"strings"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/rowlock"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// recordsPerMB is how many records a megabyte of data storage holds.
const recordsPerMB = 512

// usualStorageMB is what an org shows that has no bound.
const usualStorageMB = 10_240

// overseer stands between the store and every record write.
type overseer struct{ *Org }

// SetReadOnly begins or ends read-only mode, as an instance has it during
// maintenance: every record write is refused with
// INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE, reads go on. The owner's
// own Insert is not refused.
func (o *Org) SetReadOnly(on bool) { o.readOnly.Store(on) }

// Refuse is part of store.Guard.
func (g overseer) Refuse(by store.Author) *apierr.Error {
	if g.readOnly.Load() && by.API != commitlog.APIDirect {
		return apierr.Maintenance.New()
	}
	return nil
}

// Before is part of store.Guard.
func (g overseer) Before(tx *store.Tx, w store.Write) *apierr.Error {
	if by := tx.Author(); by.API != commitlog.APIDirect {
		if err := g.access.check(by.Identity, w); err != nil {
			return err
		}
	}
	if mb := g.cfg.Limits.StorageMB; mb > 0 && w.Old == nil && tx.Live() >= mb*recordsPerMB {
		return apierr.StorageFull.New()
	}
	if rules := g.rules[w.Table]; rules != nil {
		return rules.fire(w)
	}
	return nil
}

// Check is part of store.Guard.
func (g overseer) Check(tx *store.Tx, w store.Write) *apierr.Error {
	if rules := g.rules[w.Table]; rules != nil && w.New != nil {
		return rules.check(tx, w)
	}
	return nil
}

// lock takes the locks of the records that a request is going to write, which
// it holds until its work is done. ok is false when the client, or the org, was
// gone meanwhile. Locks that it could not get fail the records that need them.
func (o *Org) lock(r *request, d Decision) (held rowlock.Held, ok bool) {
	if o.cfg.Limits.LockWait <= 0 || r.bad != nil || !r.route.write || d.Hold > 0 {
		return held, true
	}
	held, ok = o.locks.Take(r.rehearse(), o.cfg.Limits.LockWait, r.http.Context().Done(), o.ctx.Done())
	r.taken = held.Taken
	return held, ok
}

// rehearse serves the request for nothing and returns the locks that it needs.
func (r *request) rehearse() []string {
	reads, filled := r.reads, r.filled
	r.dry = true
	defer func() { r.reads, r.filled, r.dry = reads, filled, false }()
	return r.org.store.Rehearse(store.Author{}, func(tx *store.Tx) {
		inner := *r
		inner.tx = tx
		inner.serve()
	})
}

// chunkTime is how long a chunk of a bulk job takes now.
func (o *Org) chunkTime(t *store.Table, rows int) time.Duration {
	return o.stretch(o.cfg.Service.BulkChunk + o.cost(t, rows))
}

// storageMB is the data storage that the org shows.
func (o *Org) storageMB() int {
	if o.cfg.Limits.StorageMB <= 0 {
		return usualStorageMB
	}
	return o.cfg.Limits.StorageMB
}

// storage is the data storage and what is left of it, in megabytes.
func (r *request) storage() (most, left int) {
	most = r.org.storageMB()
	r.read(func(v *store.View) { left = max(most-v.Live()/recordsPerMB, 0) })
	return most, left
}

// allowsDuplicates tells whether the request wants to save in spite of
// duplicate rules that only alert (REST API guide, Duplicate Rule Header).
func allowsDuplicates(h http.Header) bool {
	for name, value := range options(h.Get("Sforce-Duplicate-Rule-Header"), ";") {
		if strings.EqualFold(name, "allowSave") && strings.EqualFold(value, "true") {
			return true
		}
	}
	return false
}

// restate gives an error the HTTP status that the org is told to use for it.
func (o *Org) restate(err *apierr.Error) *apierr.Error {
	if err != nil && o.cfg.Statuses[err.Code] != 0 {
		return err.WithStatus(o.cfg.Statuses[err.Code])
	}
	return err
}
