package mocksf

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
)

// subrequest is one entry of a composite call.
type subrequest struct {
	ref     string
	method  string
	url     string
	body    jsontree.Value
	header  http.Header
	records int // that it means to write
}

// subresult is what became of it.
type subresult struct {
	ref string
	reply
	row    bool           // a record that was read
	parsed jsontree.Value // the body, once it was looked into
}

// newSubrequest reads an entry of compositeRequest.
func (r *request) newSubrequest(v jsontree.Value) (subrequest, *apierr.Error) {
	s := subrequest{
		ref: v.Get("referenceId").Text(), method: v.Get("method").Text(), url: v.Get("url").Text(), body: v.Get("body"),
	}
	for name, value := range v.Get("httpHeaders").Members() {
		if slices.Contains([]string{"accept", "authorization", "content-type"}, strings.ToLower(name)) {
			return s, apierr.InvalidInput.New("The header " + short(name) + " is not allowed in a subrequest")
		}
		if s.header == nil {
			s.header = http.Header{}
		}
		s.header.Set(name, value.Text())
	}
	switch {
	case !validRef(s.ref) && r.version >= strictVersion:
		return s, apierr.InvalidInput.New("Invalid reference ID: '" + short(s.ref) + "': letters, digits and underscores are allowed, the first one no underscore")
	case !slices.Contains(subMethods, s.method):
		return s, apierr.InvalidInput.New("Invalid HTTP method in subrequest " + short(s.ref) + ": '" + short(s.method) + "'")
	case !strings.HasPrefix(s.url, "/services/data/v") && !(s.method == http.MethodGet && strings.HasPrefix(s.url, "@{")):
		return s, apierr.InvalidInput.New("Invalid URL in subrequest " + short(s.ref) + ": it must begin with /services/data/vXX.X/")
	}
	return s, nil
}

// path lists the parts of the URL: services, data, vXX.X, and what follows.
func (s *subrequest) path() []string {
	path, _, _ := strings.Cut(s.url, "?")
	return strings.FieldsFunc(path, isSlash)
}

// strictVersion is the version from which a reference ID with other characters
// fails the whole request; before, only what refers to it fails.
const strictVersion = 52

// subMethods are the methods of sub-requests, in this case only.
var subMethods = []string{"GET", "POST", "PATCH", "PUT", "DELETE"}

func validRef(ref string) bool {
	for i, c := range ref {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (c != '_' || i == 0) {
			return false
		}
	}
	return ref != ""
}

// readSubrequests reads the list of a composite call or graph.
func (r *request) readSubrequests(list jsontree.Value) ([]subrequest, *apierr.Error) {
	if list.Kind() != jsontree.Array {
		return nil, apierr.JSONParser.New("The member compositeRequest is missing, or is no array")
	}
	var subs []subrequest
	seen := map[string]bool{}
	for v := range list.Items() {
		s, err := r.newSubrequest(v)
		if err != nil {
			return nil, err
		}
		if seen[s.ref] {
			return nil, apierr.InvalidInput.New("Duplicate reference ID: '" + short(s.ref) + "'")
		}
		seen[s.ref] = true
		subs = append(subs, s)
	}
	return subs, nil
}

// below makes a request of the exchange out of a method and URL, as far as its
// route. Only resources that may be used inside a composite call are found.
func (r *request) below(method, target string, body jsontree.Value, header http.Header) (*request, *apierr.Error) {
	path, query, _ := strings.Cut(target, "?")
	sub := &request{exchange: r.exchange, org: r.org, route: &leaf{}, method: method, path: path, header: header, json: body, tx: r.tx, inside: true}
	if query != "" {
		sub.query = readParameters(query)
	}
	if err := r.org.resolve(sub); err != nil {
		return nil, err
	}
	if !sub.route.inner {
		return nil, apierr.NotFound.New()
	}
	return sub, nil
}

// planSub tells the exchange what a sub-request means to write.
func (r *request) planSub(s *subrequest) {
	before := r.call.Records
	if sub, err := r.below(s.method, s.url, s.body, s.header); err == nil {
		sub.plan()
	}
	s.records = r.call.Records - before
}

// run serves a sub-request; values of earlier results replace its references.
func (r *request) run(s *subrequest, earlier []subresult) subresult {
	filled, err := filler{r, earlier}.fill(s)
	if err != nil {
		return subresult{ref: s.ref, reply: failure(err)}
	}
	sub, err := r.below(s.method, filled.url, filled.body, filled.header)
	if err != nil {
		return subresult{ref: s.ref, reply: failure(err)}
	}
	sub.plan()
	return subresult{ref: s.ref, reply: sub.serve(), row: sub.route.api == commitlog.APIRow && s.method == http.MethodGet}
}

// refused is the number of records that a sub-request meant to write and did
// not.
func (res *subresult) refused(s *subrequest) int {
	if res.status >= http.StatusMultipleChoices {
		return s.records
	}
	return res.failed
}

// bad tells whether a result fails a unit that is all or none. A record that
// is as the client has it is no failure.
func (res *subresult) bad() bool {
	return res.status >= http.StatusMultipleChoices && res.status != http.StatusNotModified || res.failed > 0
}

// appendSubresult appends an entry of compositeResponse.
func appendSubresult(dst []byte, res subresult) []byte {
	dst = appendRaw(append(dst, `{"body":`...), res.body)
	dst = res.appendHeaders(append(dst, `,"httpHeaders":{`...))
	dst = strconv.AppendInt(append(dst, `},"httpStatusCode":`...), int64(res.status), 10)
	dst = jsontree.AppendString(append(dst, `,"referenceId":`...), res.ref)
	return append(dst, '}')
}

// appendHeaders appends the headers of a reply that an entry shows: what names
// and dates the state of what was read (REST API guide, Using Composite Resources).
func (res *subresult) appendHeaders(dst []byte) []byte {
	start := len(dst)
	for _, name := range []string{"ETag", "Last-Modified", "Location"} {
		value := res.header.Get(name)
		if name == "Location" {
			value = res.location
		}
		if value == "" {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = jsontree.AppendString(append(jsontree.AppendString(dst, name), ':'), value)
	}
	return dst
}

func appendRaw(dst, body []byte) []byte {
	if len(body) == 0 {
		return append(dst, "null"...)
	}
	return append(dst, body...)
}
