package mocksf

import (
	"cmp"
	"net/http"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// Assumptions are what the org does where no source tells how a real one does
// it, and a client could notice. A field that is zero has its default.
type Assumptions struct {
	UpdatedDays      int    // how far back updated looks; 30
	DeletedDays      int    // and deleted; 30
	GoneCode         string // errorCode of the 410 of a retired version; GONE
	PreconditionCode string // errorCode of the 412 of a condition that failed; PRECONDITION_FAILED
	BodyMB           int    // largest body of a request, but for files of bulk jobs; 50
	Retrieve         int    // records that one call of collections reads; 2,000
	JobDeleted       int    // status when a bulk job is deleted; 204
}

func (a Assumptions) withDefaults() Assumptions {
	a.UpdatedDays, a.DeletedDays = cmp.Or(a.UpdatedDays, 30), cmp.Or(a.DeletedDays, 30)
	a.GoneCode = cmp.Or(a.GoneCode, apierr.Gone.Code)
	a.PreconditionCode = cmp.Or(a.PreconditionCode, apierr.Precondition.Code)
	a.BodyMB, a.Retrieve = cmp.Or(a.BodyMB, maxJSONBody>>20), cmp.Or(a.Retrieve, 2000)
	a.JobDeleted = cmp.Or(a.JobDeleted, http.StatusNoContent)
	return a
}

// precondition is the error of a condition that failed.
func (r *request) precondition() *apierr.Error {
	return apierr.Precondition.New().WithCode(r.org.cfg.Assume.PreconditionCode)
}
