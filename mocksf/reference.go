package mocksf

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
)

// References such as @{account.id} or @{list[0].Id} stand for values of the
// results of earlier sub-requests. They are case-sensitive: the result of a
// POST has id, a record that was read has Id.

// fill replaces the references in URL and body.
func fill(s *subrequest, earlier []subresult) (target string, body jsontree.Value, err *apierr.Error) {
	target, err = replaceAll(s.url, earlier, func(_, _ string, v jsontree.Value) (string, bool) {
		return url.PathEscape(v.Text()), false
	})
	if err != nil || !strings.Contains(s.body.Raw(), "@{") {
		return target, s.body, err
	}
	raw, err := replaceAll(s.body.Raw(), earlier, inBody)
	if err != nil {
		return "", body, err
	}
	body, syntax := jsontree.Parse(raw)
	if syntax != nil {
		return "", body, apierr.JSONParser.New(syntax.Error())
	}
	return target, body, nil
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
// whole says that the text also replaces one character on either side.
func replaceAll(text string, earlier []subresult, show func(before, after string, v jsontree.Value) (text string, whole bool)) (string, *apierr.Error) {
	done := ""
	for {
		before, rest, ok := strings.Cut(text, "@{")
		if !ok {
			return done + text, nil
		}
		expr, after, ok := strings.Cut(rest, "}")
		if !ok {
			return "", apierr.InvalidReference.New(rest, text)
		}
		v, err := lookUp(expr, earlier)
		if err != nil {
			return "", err
		}
		shown, whole := show(before, after, v)
		if whole {
			before, after = before[:len(before)-1], after[1:]
		}
		done += before + shown
		text = after
	}
}

// lookUp finds the value that an expression such as ref.records[0].Id means.
func lookUp(expr string, earlier []subresult) (jsontree.Value, *apierr.Error) {
	end := strings.IndexAny(expr, ".[")
	if end < 0 {
		end = len(expr)
	}
	missing := apierr.InvalidReference.New(expr, expr[:end])
	for i := range earlier {
		res := &earlier[i]
		if res.ref != expr[:end] {
			continue
		}
		if res.status >= 300 {
			return jsontree.Value{}, missing
		}
		v, err := jsontree.Parse(string(res.body))
		if v = walk(v, expr[end:]); err != nil || v.Kind() == jsontree.Absent || v.Kind() >= jsontree.Array {
			return jsontree.Value{}, missing
		}
		return v, nil
	}
	return jsontree.Value{}, missing
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
