package mocksf

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
)

// The limits of one call (REST API guide, Composite Graph Limits).
const (
	maxGraphs     = 75
	maxNodes      = 500
	maxBadGraphs  = 14
	maxDepth      = 15 // nodes that refer to one another in a row, in one graph
	maxKinds      = 15 // combinations of version, method and object, in one call
	graphsVersion = 50 // the API version that introduced them
)

// graph is one unit of a composite graph call.
type graph struct {
	id   string
	subs []subrequest
}

// planGraphs reads the graphs and counts what they write.
func planGraphs(r *request) {
	var graphs []graph
	nodes := 0
	for v := range r.json.Get("graphs").Items() {
		subs, err := r.readSubrequests(v.Get("compositeRequest"))
		if err != nil {
			r.bad = err
			return
		}
		graphs = append(graphs, graph{v.Get("graphId").Text(), subs})
		nodes += len(subs)
	}
	switch {
	case r.json.Get("graphs").Kind() != jsontree.Array:
		r.bad = apierr.JSONParser.New("The member graphs is missing, or is no array")
	case len(graphs) > maxGraphs:
		r.bad = apierr.LimitExceeded.New("The request has more than 75 graphs")
	case nodes > maxNodes:
		r.bad = apierr.LimitExceeded.New("The request has more than 500 nodes")
	default:
		r.bad = checkGraphs(graphs)
	}
	for g := range graphs {
		for i := range graphs[g].subs {
			if r.bad == nil {
				r.planSub(&graphs[g].subs[i])
			}
		}
	}
	r.planned = graphs
}

// checkGraphs holds the graphs against the limits of each, and of the call.
func checkGraphs(graphs []graph) *apierr.Error {
	seen, kinds := map[string]bool{}, map[string]bool{}
	for _, g := range graphs {
		if g.id == "" || seen[g.id] {
			return apierr.InvalidInput.New("Every graph needs a graphId of its own: '" + short(g.id) + "' is none")
		}
		seen[g.id] = true
		if err := g.checkNodes(kinds); err != nil {
			return err
		}
		if g.depth() > maxDepth {
			return apierr.LimitExceeded.New("The graph " + short(g.id) + " is deeper than 15 nodes")
		}
	}
	if len(kinds) > maxKinds {
		return apierr.LimitExceeded.New("The request has more than 15 different nodes")
	}
	return nil
}

// checkNodes sees to it that a graph is about records only, and collects the
// kinds of its nodes.
func (g graph) checkNodes(kinds map[string]bool) *apierr.Error {
	for _, s := range g.subs {
		parts := s.path() // sobjects/{object} and more behind the version
		if len(parts) < 5 || len(parts) > 7 || !strings.EqualFold(parts[3], "sobjects") || s.method == http.MethodPut {
			return apierr.InvalidInput.New("Not supported in a graph: " + s.method + " " + short(s.url))
		}
		if v := version(parts[2]); v < graphsVersion {
			return apierr.InvalidInput.New("A graph needs version 50.0 or later: " + short(s.url))
		}
		kinds[s.method+" "+strings.ToLower(parts[2]+" "+parts[4])] = true
	}
	return nil
}

// depth is the length of the longest chain of references.
func (g graph) depth() int {
	depths, deepest := map[string]int{}, 0
	for _, s := range g.subs {
		above := 0
		for _, text := range append(s.headerTexts(), s.url, s.body.Raw()) {
			for first := true; text != ""; first = false {
				piece, rest, _ := strings.Cut(text, "@{")
				if !first {
					above = max(above, depths[piece[:max(strings.IndexAny(piece, ".[}"), 0)]])
				}
				text = rest
			}
		}
		depths[s.ref] = above + 1
		deepest = max(deepest, above+1)
	}
	return deepest
}

func (s *subrequest) headerTexts() (texts []string) {
	for _, values := range s.header {
		texts = append(texts, values...)
	}
	return texts
}

// serveGraphs runs each graph as a unit of its own. After too many failures
// the rest is not tried.
func serveGraphs(r *request) reply {
	dst, bad, failed := append(make([]byte, 0, 256*(1+r.call.Records)), `{"graphs":[`...), 0, 0 // room for all of it
	for i, g := range r.planned.([]graph) {
		results, ok := r.graph(g, bad <= maxBadGraphs)
		if !ok {
			bad++
		}
		for j := range results {
			failed += results[j].refused(&g.subs[j])
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsontree.AppendString(append(dst, `{"graphId":`...), g.id)
		dst = appendSubresults(append(dst, `,"graphResponse":{"compositeResponse":`...), results)
		dst = strconv.AppendBool(append(dst, `},"isSuccessful":`...), ok)
		dst = append(dst, '}')
	}
	rep := answer(http.StatusOK, append(dst, ']', '}'))
	rep.failed = failed
	return rep
}

func (r *request) graph(g graph, try bool) (results []subresult, ok bool) {
	if try {
		return r.unit(g.subs)
	}
	for _, s := range g.subs {
		results = append(results, subresult{ref: s.ref, reply: failure(apierr.Halted.New())})
	}
	return results, false
}
