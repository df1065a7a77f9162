package harness

import (
	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/mocksf/trust"
)

// statusSite is Salesforce's status site. It is on another way than the org, so
// no fault of the network keeps the subject from asking it.
type statusSite struct {
	server
	status *trust.Status
}

// setUpSite opens the site if a fault says what it shows.
func (r *rig) setUpSite() (err error) {
	if !r.scenario.showsSite() {
		return nil
	}
	if r.site, err = newStatusSite(r.world.Network); err == nil {
		r.nemesis.Site, r.servers = r.site, append(r.servers, r.site.server)
	}
	return err
}

func newStatusSite(n subject.Network) (*statusSite, error) {
	status := trust.New(trust.Config{})
	s, err := serve(n, status)
	return &statusSite{s, status}, err
}

// Raise is part of fault.Site.
func (s *statusSite) Raise(degraded bool) (resolve func()) {
	incident := trust.Incident{Message: "The service is disrupted. We are investigating.", Degraded: degraded, Minor: degraded}
	if degraded {
		incident.Message = "The service is slower than usual. We are investigating."
	}
	id := s.status.Raise(incident)
	return func() { s.status.Resolve(id) }
}
