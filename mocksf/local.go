package mocksf

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/oauth"
)

// local lets programs through to an org on the user's machine and keeps web
// pages out: those that make their own name point here (DNS rebinding), and
// those that send requests from another origin.
type local struct {
	next    http.Handler
	anyHost bool     // other machines are meant to come, by whatever name
	hosts   []string // allowed beside this machine's names and Salesforce's, in small letters
	origins []string // allowed beside the org's own
}

func (l *local) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	foreign := origin != "" && !sameOrigin(origin, r.Host)
	switch {
	case !l.anyHost && !l.knows(r.Host):
		refuse(w, apierr.Foreign.New("The host "+short(r.Host)+" is not served here"))
	case origin == "" && r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate",
		foreign && !l.trusts(origin):
		refuse(w, apierr.Foreign.New("Requests from pages of another origin are not served"))
	case foreign:
		l.share(w, r, origin)
	default:
		l.next.ServeHTTP(w, r)
	}
}

// knows tells whether a Host header is a name that nobody else can make point
// here: an address, a name of this machine, one of Salesforce's, or one that
// the operator gave.
func (l *local) knows(hostport string) bool {
	host := strings.ToLower(strings.TrimSuffix(hostname(hostport), "."))
	return net.ParseIP(host) != nil || oauth.IsLoopback(host) || isSalesforceHost(host) || slices.Contains(l.hosts, host)
}

func (l *local) trusts(origin string) bool {
	return slices.ContainsFunc(l.origins, func(o string) bool { return strings.EqualFold(strings.TrimSuffix(o, "/"), origin) })
}

func sameOrigin(origin, hostport string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, hostport)
}

// share serves a page of an origin that the operator allowed (CORS).
func (l *local) share(w http.ResponseWriter, r *http.Request, origin string) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
		h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, HEAD")
		if want := r.Header.Get("Access-Control-Request-Headers"); want != "" {
			h.Set("Access-Control-Allow-Headers", want)
		}
		w.WriteHeader(http.StatusNoContent)
		return
	}
	h.Set("Access-Control-Expose-Headers", "Sforce-Limit-Info, Sforce-Locator, Sforce-NumberOfRecords, Location")
	l.next.ServeHTTP(w, r)
}

// refuse answers in the REST API's form what never reached the org.
func refuse(w http.ResponseWriter, err *apierr.Error) {
	rep := failure(err)
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(rep.status)
	_, _ = w.Write(rep.body) // a client that is gone needs no answer
}
