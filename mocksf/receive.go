package mocksf

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
)

// The oldest and the newest version of the REST API that the org serves.
const (
	firstVersion = 31
	lastVersion  = 67
)

// firstRetired is the oldest version that the REST API had. It and those after it,
// up to the one before firstVersion, answer 410 since Summer '22 and Summer '25.
const firstRetired = 20

// maxURI bounds the URI, and the URI together with the headers, in bytes (REST
// API guide, API Request Limits).
const maxURI = 16384

// receive reads the request and finds its route and session. whole is false
// when the client broke off. What is wrong with the request is noted in bad;
// the hook may still answer something else.
func (o *Org) receive(w http.ResponseWriter, r *request) (whole bool) {
	x, hr := r.exchange, r.http
	r.method, r.path, r.header = hr.Method, hr.URL.EscapedPath(), hr.Header
	r.query = readParameters(hr.URL.RawQuery)
	if m := r.query.Get("_HttpMethod"); m != "" && r.method == http.MethodPost {
		r.method = strings.ToUpper(m) // for clients that cannot send PATCH
	}
	if r.bad = o.resolve(r); r.bad == nil {
		r.bad = tooLong(hr)
	}
	o.reroute(r)
	x.call.API, x.call.Step = r.route.api, r.route.step
	x.call.Client, x.call.TraceID = callOption(hr.Header, "client"), traceID(hr.Header)
	var err *apierr.Error
	if r.body, err, whole = o.readBody(w, x, r.route.maxBody); err != nil {
		r.bad = err
	}
	r.admit()
	if r.bad == nil {
		r.bad = r.parse()
	}
	if r.bad == nil {
		r.plan()
	}
	return whole
}

// resolve finds the route of a request.
func (o *Org) resolve(r *request) *apierr.Error {
	routes, params := o.router.find(r.bare())
	if len(routes) == 0 {
		return nowhere(r.path)
	}
	if r.route, r.params = routes[0], params; r.param("version") != "" {
		if r.version = version(r.param("version")); r.version == 0 {
			return o.noVersion(r.param("version"))
		}
	}
	method := r.method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	i := slices.IndexFunc(routes, func(l *leaf) bool { return l.method == method })
	if i < 0 {
		r.route, r.params = &leaf{route: route{api: routes[0].api, open: routes[0].open, refuse: routes[0].refuse}}, nil
		return apierr.MethodNotAllowed.New(r.method, allowed(routes))
	}
	if r.route = routes[i]; r.version < r.route.since {
		return apierr.NotFound.New()
	}
	return nil
}

// nowhere is what a path without a resource is answered with. Apex REST, where
// the org has no class, has words of its own.
func nowhere(path string) *apierr.Error {
	if strings.HasPrefix(strings.ToLower(path), "/services/apexrest/") {
		return apierr.NoApexClass.New()
	}
	return apierr.NotFound.New()
}

// noVersion tells versions that were there once from those that never were.
func (o *Org) noVersion(text string) *apierr.Error {
	if n := number(text); n >= firstRetired && n < firstVersion {
		return apierr.Gone.New().WithCode(o.cfg.Assume.GoneCode)
	}
	return apierr.NotFound.New()
}

// version reads v67.0; 0 is a version that the org does not serve.
func version(text string) int {
	n := number(text)
	if n < firstVersion || n > lastVersion {
		return 0
	}
	return n
}

// number is 67 for v67.0; 0 for what is no version.
func number(text string) int {
	digits, ok := strings.CutSuffix(strings.TrimPrefix(text, "v"), ".0")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || !strings.HasPrefix(text, "v") {
		return 0
	}
	return n
}

func tooLong(hr *http.Request) *apierr.Error {
	size := len(hr.RequestURI)
	if size > maxURI {
		return apierr.URITooLong.New()
	}
	for name, values := range hr.Header {
		for _, v := range values {
			size += len(name) + len(v)
		}
	}
	if size > maxURI {
		return apierr.HeadersTooLarge.New()
	}
	return nil
}

// admit checks session and daily limit. A request without a session is refused
// for that before anything else is said about it, as in a real org.
func (r *request) admit() {
	if r.route.open {
		return
	}
	session, ok := r.org.sessions.lookup(r.token(), r.org.cfg.Clock())
	if !ok {
		if r.bad == nil || r.bad.Status < 410 && strings.HasPrefix(r.http.URL.Path, "/services/") {
			r.bad = unknownSession(r.header)
		}
		return
	}
	if r.call.Identity = session.identity; session.visitor {
		return
	}
	if r.bad == nil {
		if r.bad = r.org.overload(r.call.Running); r.bad != nil {
			return // what is refused for a limit is not counted
		}
	}
	done, err := r.org.enter(r.call.At)
	if r.done = done; r.bad == nil {
		r.bad = err
	}
}

// parse reads the body where the route does not read it itself.
func (r *request) parse() *apierr.Error {
	switch {
	case r.route.raw:
		return nil
	case r.route.files && isMultipart(r.header):
		return r.parseFiles()
	case r.route.record && isXML(r.header) && len(r.body) > 0:
		return r.parseXML()
	}
	return r.parseJSON()
}

// text is the body without a copy: it is never written again.
func (r *request) text() string { return unsafe.String(unsafe.SliceData(r.body), len(r.body)) }

// parseJSON reads a JSON body and notes its traces.
func (r *request) parseJSON() *apierr.Error {
	if len(r.body) == 0 {
		if r.route.method != http.MethodGet && r.route.method != http.MethodDelete && !(r.route.record && r.param("object") != "") {
			return apierr.NoBody.New()
		}
		return nil // of a record, whether there is such an object is to be told first
	}
	if kind := r.header.Get("Content-Type"); kind != "" && !strings.HasPrefix(strings.ToLower(kind), "application/json") {
		return wrongMedia(kind)
	}
	return r.readJSON()
}

// wrongMedia refuses a content type, which may have parameters.
func wrongMedia(contentType string) *apierr.Error {
	media, _, _ := strings.Cut(contentType, ";")
	return apierr.MediaType.New(short(strings.TrimSpace(media)))
}

func (r *request) readJSON() *apierr.Error {
	var err error
	if r.json, err = jsontree.Parse(r.text()); err != nil {
		return apierr.JSONParser.New(err.Error())
	}
	for _, field := range r.org.cfg.TraceFields {
		r.call.Traces = slices.AppendSeq(r.call.Traces, r.json.Strings(field))
	}
	return nil
}
