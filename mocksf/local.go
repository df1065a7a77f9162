package mocksf

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// LocalOnly lets programs of this machine through to h, and keeps pages in its
// browsers out: it refuses, with 403, what a browser sends for another site's
// page, and a request for a host other than an address, localhost, one of
// Salesforce's own, or one of hosts. The second is what a foreign name that
// suddenly means 127.0.0.1 would look like.
func LocalOnly(h http.Handler, hosts ...string) http.Handler {
	var browser http.CrossOriginProtection
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !knownHost(r.Host, hosts):
			refuse(w, apierr.Foreign.New("The host "+short(r.Host)+" is not served here"))
		case browser.Check(r) != nil || foreignOrigin(r):
			refuse(w, apierr.Foreign.New("Requests from pages of another origin are not served"))
		default:
			h.ServeHTTP(w, r)
		}
	})
}

// foreignOrigin tells whether a page of another origin sent the request, which
// for GET too is nobody's wish here.
func foreignOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	from, err := url.Parse(origin)
	return err != nil || !strings.EqualFold(from.Host, r.Host)
}

// knownHost tells whether a name of the Host header can only mean this org.
func knownHost(host string, hosts []string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if net.ParseIP(host) != nil || slices.ContainsFunc(hosts, func(h string) bool { return strings.EqualFold(h, host) }) {
		return true
	}
	for _, own := range []string{"localhost", "salesforce.com", "force.com"} {
		if host == own || strings.HasSuffix(host, "."+own) {
			return true
		}
	}
	return false
}

// refuse answers in the REST API's form what never reached the org.
func refuse(w http.ResponseWriter, err *apierr.Error) {
	rep := failure(err)
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(rep.status)
	_, _ = w.Write(rep.body) // a client that is gone needs no answer
}
