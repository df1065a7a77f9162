package mocksf

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
)

// References such as @{account.id} or @{list[0].Id} stand for values of the
// results of earlier sub-requests. They are case-sensitive: the result of a
// POST has id, a record that was read has Id.

// nullVersion is the version from which a reference to a field that is null
// stands for null, whoever answered it. Before, one to a record that was read
// failed (REST API guide, Composite Subrequest).
const nullVersion = 52

// filler replaces the references of one sub-request by values of the results
// before it.
type filler struct {
	*request
	earlier []subresult
}

// fill returns the sub-request with values in place of the references in its
// URL, headers and body.
func (f filler) fill(s *subrequest) (filled subrequest, err *apierr.Error) {
	filled = *s
	if filled.url, err = f.replaceAll(s.url, inURL); err != nil {
		return filled, err
	}
	if filled.header, err = f.headers(s.header); err != nil {
		return filled, err
	}
	if !strings.Contains(s.body.Raw(), "@{") {
		return filled, nil
	}
	raw, err := f.replaceAll(s.body.Raw(), inBody)
	if err != nil {
		return filled, err
	}
	var syntax error
	if filled.body, syntax = jsontree.Parse(raw); syntax != nil {
		return filled, apierr.JSONParser.New(syntax.Error())
	}
	return filled, nil
}

func (f filler) headers(header http.Header) (http.Header, *apierr.Error) {
	if len(header) == 0 {
		return header, nil
	}
	filled := make(http.Header, len(header))
	for _, name := range slices.Sorted(maps.Keys(header)) { // so that chance does not choose the error
		for _, value := range header[name] {
			text, err := f.replaceAll(value, func(_, _ string, v jsontree.Value) (string, bool) { return v.Text(), false })
			if err != nil {
				return nil, err
			}
			filled[name] = append(filled[name], text)
		}
	}
	return filled, nil
}

// inURL is the text of a value inside a path, or behind the question mark. What
// a URL begins with is a URL itself: nextRecordsUrl, or that of the attributes.
func inURL(before, _ string, v jsontree.Value) (text string, whole bool) {
	switch {
	case before == "":
		return v.Text(), false
	case strings.Contains(before, "?"):
		return url.QueryEscape(v.Text()), false
	}
	return url.PathEscape(v.Text()), false
}

// inBody is the text of a value inside a JSON string. A null takes the quotes
// around it along.
func inBody(before, after string, v jsontree.Value) (text string, whole bool) {
	if v.Kind() == jsontree.Null && strings.HasSuffix(before, `"`) && strings.HasPrefix(after, `"`) {
		return "null", true
	}
	quoted := jsontree.AppendString(nil, v.Text())
	return string(quoted[1 : len(quoted)-1]), false
}

// replaceAll replaces every reference in text by what show makes of its value.
// before is the text up to the reference as it will be, after what follows;
// whole says that the text also replaces one character on either side.
func (f filler) replaceAll(text string, show func(before, after string, v jsontree.Value) (text string, whole bool)) (string, *apierr.Error) {
	var done []byte
	for {
		before, rest, ok := strings.Cut(text, "@{")
		if !ok {
			break
		}
		expr, after, ok := strings.Cut(rest, "}")
		if !ok {
			return "", apierr.InvalidReference.New(short(rest), short(text))
		}
		v, err := f.lookUp(expr)
		if err != nil {
			return "", err
		}
		done = append(done, before...)
		shown, whole := show(unsafe.String(unsafe.SliceData(done), len(done)), after, v) // not kept
		if whole {
			done, after = done[:len(done)-1], after[1:]
		}
		if done = append(done, shown...); !f.afford(len(shown)) {
			return "", apierr.LimitExceeded.New("The references stand for more text than a request may have")
		}
		text = after
	}
	if done == nil {
		return text, nil
	}
	return string(append(done, text...)), nil
}

// afford counts what references have grown to in the whole exchange: a few
// characters can stand for a long text, and in many places.
func (f filler) afford(n int) bool {
	f.filled += n
	return f.filled <= maxJSONBody
}

// lookUp finds the value that an expression such as ref.records[0].Id means.
func (f filler) lookUp(expr string) (jsontree.Value, *apierr.Error) {
	end := strings.IndexAny(expr, ".[")
	if end < 0 {
		end = len(expr)
	}
	for i := range f.earlier {
		res := &f.earlier[i]
		if res.ref != expr[:end] {
			continue
		}
		if res.status >= http.StatusMultipleChoices || !validRef(res.ref) {
			break
		}
		v := walk(res.tree(), expr[end:])
		if v.Kind() == jsontree.Absent || v.Kind() >= jsontree.Array || v.Kind() == jsontree.Null && res.row && f.version < nullVersion {
			break
		}
		return v, nil
	}
	return jsontree.Value{}, apierr.InvalidReference.New(short(expr), short(expr[:end]))
}

func short(text string) string { return apierr.Short(text) }

// tree is the body of a result, read once.
func (res *subresult) tree() jsontree.Value {
	if res.parsed.Kind() == jsontree.Absent {
		res.parsed, _ = jsontree.Parse(string(res.body)) // of our own making; absent when empty
	}
	return res.parsed
}

// walk follows a path such as .records[0].Id.
func walk(v jsontree.Value, path string) jsontree.Value {
	for path != "" && v.Kind() != jsontree.Absent {
		if index, rest, ok := strings.Cut(path, "]"); ok && path[0] == '[' {
			n, err := strconv.Atoi(index[1:])
			if err != nil {
				return jsontree.Value{}
			}
			v, path = item(v, n), rest
			continue
		}
		name := strings.TrimPrefix(path, ".")
		end := strings.IndexAny(name, ".[")
		if name == path || end == 0 {
			return jsontree.Value{}
		}
		if end < 0 {
			end = len(name)
		}
		v, path = v.Get(name[:end]), name[end:]
	}
	return v
}

func item(list jsontree.Value, n int) jsontree.Value {
	for v := range list.Items() {
		if n == 0 {
			return v
		}
		n--
	}
	return jsontree.Value{}
}
