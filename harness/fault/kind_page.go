package fault

import "net/http"

var page = Kind{
	Name:  "page",
	Does:  "Requests are answered with an HTML page in place of JSON, as an edge does while the org is down for maintenance.",
	Needs: []string{"for"},
	Takes: andAim("status", "body", "contentType"),
	Hits:  "requests answered with the page",
	check: func(f Fault) error { return checkStatus(orDefault(f.Status, http.StatusServiceUnavailable)) },
	begin: func(_ *Nemesis, w *window) (effect, error) {
		f := w.planned.Fault
		return answering{w.aim, "requests answered with a page", func(Call) Reply {
			return Reply{Status: orDefault(f.Status, http.StatusServiceUnavailable),
				ContentType: orDefault(f.ContentType, "text/html; charset=UTF-8"), Body: orDefault(f.Body, maintenancePage)}
		}}, nil
	},
}

// maintenancePage is in the manner of the real one, whose exact text is not
// published: HTML, no JSON, nothing that a client could parse.
const maintenancePage = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="UTF-8"><title>Down for Maintenance</title></head>
<body>
<h1>We are down for maintenance.</h1>
<p>Sorry for the inconvenience. We'll be back shortly.</p>
</body>
</html>
`

// answering is a fault that answers requests itself.
type answering struct {
	*aim
	what  string // what its hits are
	reply func(Call) Reply
}

func (a answering) decide(call Call) (Decision, bool) {
	if !a.takes(call) {
		return Decision{}, false
	}
	a.hit()
	reply := a.reply(call)
	return Decision{Reply: &reply}, true
}

func (a answering) end() (hits int, note string, err error) { return a.told(a.what) }

func orDefault[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}
