package mocksf

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// route is one resource of the org: where it is, and who serves it.
type route struct {
	method  string
	pattern string // below /services/data/vXX.X, such as "sobjects/{object}/{id}"; from the root with a leading slash
	api     commitlog.API
	write   bool  // means to change records
	inner   bool  // may be a sub-request of a composite call
	open    bool  // needs no session, does not count against the daily limit
	raw     bool  // the body is not JSON
	record  bool  // the body is one record, which may come in XML
	files   bool  // the body may be a multipart message of a record and its files
	step    Step  // of a login or a bulk job
	since   int   // version that introduced it; 0 is every one
	maxBody int64 // bytes after decompression; 0 is Assumptions.BodyMB

	// plan looks at the request before any work and tells through intend what
	// it means to write. nil with write set is one record of {object}.
	plan func(*request)
	// serve does the work.
	serve func(*request) reply
	// refuse shows an error in the API's own form: that of a session that has
	// ended too. nil is the REST API's array.
	refuse func(*request, *apierr.Error) reply
}

// dataPrefix is where the patterns of the REST API begin.
const dataPrefix = "/services/data/{version}/"

// router finds routes by path. Fixed parts are matched in any case, and
// before placeholders; empty parts, as in // or a trailing slash, are skipped.
type router struct {
	root *branch
}

type branch struct {
	fixed  map[string]*branch
	any    *branch
	routes []*leaf
}

// leaf is a route with the names of its placeholders.
type leaf struct {
	route
	names []string
}

func newRouter() *router { return &router{root: &branch{}} }

func (rt *router) add(routes []route) {
	for _, r := range routes {
		pattern := r.pattern
		if !strings.HasPrefix(pattern, "/") {
			pattern = dataPrefix + pattern
		}
		l, b := &leaf{route: r}, rt.root
		for _, part := range strings.FieldsFunc(pattern, isSlash) {
			if name, ok := strings.CutPrefix(part, "{"); ok {
				l.names = append(l.names, strings.TrimSuffix(name, "}"))
				b = b.placeholder()
			} else {
				b = b.child(strings.ToLower(part))
			}
		}
		b.routes = append(b.routes, l)
	}
}

func isSlash(r rune) bool { return r == '/' }

func (b *branch) placeholder() *branch {
	if b.any == nil {
		b.any = &branch{}
	}
	return b.any
}

func (b *branch) child(part string) *branch {
	if b.fixed == nil {
		b.fixed = map[string]*branch{}
	}
	if b.fixed[part] == nil {
		b.fixed[part] = &branch{}
	}
	return b.fixed[part]
}

// find returns the routes of a path, one per method, and the values of their
// placeholders, unescaped.
func (rt *router) find(escapedPath string) (routes []*leaf, params []string) {
	parts := make([]string, 0, 8)
	for part := range strings.SplitSeq(escapedPath, "/") {
		if part == "" {
			continue
		}
		if strings.Contains(part, "%") {
			plain, err := url.PathUnescape(part)
			if err != nil {
				return nil, nil
			}
			part = plain
		}
		parts = append(parts, part)
	}
	return rt.root.find(parts, make([]string, 0, 4))
}

func (b *branch) find(parts, params []string) ([]*leaf, []string) {
	if len(parts) == 0 {
		return b.routes, params
	}
	if child := b.fixed[strings.ToLower(parts[0])]; child != nil {
		if routes, found := child.find(parts[1:], params); len(routes) > 0 {
			return routes, found
		}
	}
	if b.any == nil {
		return nil, nil
	}
	return b.any.find(parts[1:], append(params, parts[0]))
}

// begins tells whether the path of any route begins with the parts.
func (rt *router) begins(parts ...string) bool {
	b := rt.root
	for _, part := range parts {
		next := b.fixed[strings.ToLower(part)]
		if next == nil {
			next = b.any
		}
		if b = next; b == nil {
			return false
		}
	}
	return true
}

// allowed lists the methods of the routes of one path. HEAD comes with GET.
func allowed(routes []*leaf) string {
	var methods []string
	for _, l := range routes {
		if methods = append(methods, l.method); l.method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	slices.Sort(methods)
	return strings.Join(methods, ",")
}
