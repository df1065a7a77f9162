package mocksf

import (
	"time"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// Ramp is an org that comes back from an outage: it begins with a share of its
// capacity, in which everything takes so much longer, and turns away what it
// cannot bear. The zero value is an org at full strength.
type Ramp struct {
	From     int           // percent of the capacity at the beginning, 1 to 100; 0 is 100
	Over     time.Duration // until it has all of it
	Requests int           // that it bears at once at full strength, others get 503 SERVER_UNAVAILABLE; 0 is any number
}

// Recover begins the ramp again from now on. A new org begins at time 0 of its
// clock.
func (o *Org) Recover() { o.ramped.Store(int64(o.cfg.Clock())) }

// share is the part of its capacity that the org has now, above 0 and at most 1.
func (o *Org) share() float64 {
	r := o.cfg.Limits.Ramp
	since := o.cfg.Clock() - time.Duration(o.ramped.Load())
	if r.From <= 0 || r.From >= 100 || since >= r.Over {
		return 1
	}
	from := float64(r.From) / 100
	return from + (1-from)*float64(max(since, 0))/float64(r.Over)
}

// stretch is how long the org takes now for work that takes d at full strength.
func (o *Org) stretch(d time.Duration) time.Duration {
	if share := o.share(); share < 1 {
		return time.Duration(float64(d) / share)
	}
	return d
}

// overload refuses a request that is more than the org bears now.
func (o *Org) overload(running int) *apierr.Error {
	bears := float64(o.cfg.Limits.Ramp.Requests) * o.share()
	if bears > 0 && float64(running) > max(bears, 1) {
		return apierr.ServerUnavailable.New()
	}
	return nil
}
