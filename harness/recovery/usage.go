package recovery

import (
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// apis lists the doors in the order in which reports show them.
var apis = []commitlog.API{
	commitlog.APIRow, commitlog.APICollections, commitlog.APIComposite, commitlog.APIGraph,
	commitlog.APIBulk, commitlog.APIClassic, commitlog.APIQuery, commitlog.APIAuth, commitlog.APIOther,
}

// usage counts calls and operations by API, those with neither left out.
func usage(passages []passage, requests []commitlog.Request, healed, drained time.Duration) []Usage {
	use := make(map[commitlog.API]*tally, len(apis))
	for _, api := range apis {
		use[api] = &tally{Usage: Usage{API: api}}
	}
	for i := range requests {
		if u := use[requests[i].API]; u != nil {
			u.call(&requests[i])
		}
	}
	for i := range passages {
		if u := use[passages[i].api]; u != nil {
			u.operation(&passages[i], healed, drained)
		}
	}
	var used []Usage
	for _, api := range apis {
		if u := use[api]; u.Calls > 0 || u.Operations > 0 {
			u.DrainRate = rate(u.draining, drained-healed)
			used = append(used, u.Usage)
		}
	}
	return used
}

// tally is a usage in the making.
type tally struct {
	Usage
	draining int // operations completed between the heal and the end of the drain
}

func (u *tally) call(r *commitlog.Request) {
	u.Calls++
	unanswered := r.Status == 0 || r.Fate.ReplyLost()
	if r.Status >= 400 || unanswered {
		u.Failed++
	}
}

func (u *tally) operation(p *passage, healed, drained time.Duration) {
	u.Operations++
	if p.completed > healed && p.completed <= drained {
		u.draining++
	}
}
