package mocksf

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Move is a migration of the org to another instance, which has another
// address.
type Move struct {
	// To is the new base URL, such as http://127.0.0.1:40124: the instance_url
	// of logins from now on. Requests whose Host is another one come to the old
	// instance, where only logins go on.
	To string
	// Redirect is how long the old instance points to the new one before it
	// dies: then it answers 420, with a page in HTML, as the edge does that has
	// no routing information for a host (REST API guide, Status Codes and Error
	// Responses). 0: it dies at once.
	Redirect time.Duration
	// Status of the redirect; 0 is 302, which makes many clients turn a POST
	// into a GET, and many drop the Authorization header. Which one real
	// instances use could not be confirmed.
	Status int
	// EndSessions ends all sessions, as a migration does that the users notice.
	EndSessions bool
}

// moved is a migration that took place.
type moved struct {
	Move
	host string // of the new instance
	dies time.Duration
}

// Migrate moves the org. Record ids, the id of the org and its data stay. It is
// an error if To is no http or https URL with a host, or Status no redirect.
func (o *Org) Migrate(m Move) error {
	to, err := url.Parse(m.To)
	switch {
	case err != nil:
		return fmt.Errorf("mocksf: the new address: %w", err)
	case to.Scheme != "http" && to.Scheme != "https" || to.Host == "" || to.Path != "" || to.RawQuery != "":
		return fmt.Errorf("mocksf: the new address %q is no URL such as https://na99.example.com", m.To)
	case m.Status != 0 && (m.Status < 301 || m.Status > 308):
		return fmt.Errorf("mocksf: %d is no redirect", m.Status)
	case m.Status == 0:
		m.Status = http.StatusFound
	}
	o.moved.Store(&moved{m, to.Host, o.cfg.Clock() + m.Redirect})
	if m.EndSessions {
		o.ExpireTokens()
	}
	return nil
}

// reroute sends a request to the old instance on its way: it gets neither a
// session nor a place in the allocation.
func (o *Org) reroute(r *request) {
	m := o.moved.Load()
	if m == nil || r.http.Host == m.host || r.route.api == commitlog.APIAuth {
		return
	}
	serve := noRoute
	if o.cfg.Clock() < m.dies {
		serve = m.redirect
	}
	r.route, r.params, r.version, r.bad = &leaf{route: route{api: r.route.api, open: true, raw: true, serve: serve}}, nil, 0, nil
}

func (m *moved) redirect(r *request) reply {
	return reply{status: m.Status, location: m.To + r.http.URL.RequestURI()}
}

// statusNoRoute is what the edge answers that does not know a host.
const statusNoRoute = 420

func noRoute(*request) reply {
	return reply{status: statusNoRoute, contentType: "text/html", body: []byte(
		"<!DOCTYPE html><html><head><title>Site under construction</title></head><body><h1>We are setting up this instance.</h1></body></html>\n")}
}
