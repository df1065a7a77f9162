package verify

import (
	"cmp"
	"slices"
)

// deed is what a transaction did to one key. Moments order all deeds of a run:
// a commit with lsn n happens at 2n, what was read from the state after it at
// 2n+1.
type deed struct {
	key, txn int32
	at       int64
	write    bool
	version  int64 // of a read: the moment at which the version served was written; before all of them for none
}

// tie is why one transaction must come before another one.
type tie uint8

const (
	ww tie = iota // it wrote the version before
	wr            // it wrote the version that the other one read
	rw            // it read the version before
)

// edge says that a transaction comes before another one.
type edge struct {
	tie      tie
	from, to int32
	left, at int64 // moments of the two deeds
	key      int32
}

// precedence draws the edges that follow from the known order of the versions
// of every key; per transaction, in the order of the deeds. There are no more
// than two for each deed.
func precedence(txns int, deeds []deed) [][]edge {
	out := make([][]edge, txns)
	add := func(t tie, a, b deed) {
		if a.txn != b.txn {
			out[a.txn] = append(out[a.txn], edge{t, a.txn, b.txn, a.at, b.at, a.key})
		}
	}
	slices.SortStableFunc(deeds, func(a, b deed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.at, b.at)) })
	for from := 0; from < len(deeds); {
		to := from
		var writes []deed
		for ; to < len(deeds) && deeds[to].key == deeds[from].key; to++ {
			if deeds[to].write {
				writes = append(writes, deeds[to])
			}
		}
		for i := 1; i < len(writes); i++ {
			add(ww, writes[i-1], writes[i])
		}
		for _, read := range deeds[from:to] {
			if read.write {
				continue
			}
			next, _ := slices.BinarySearchFunc(writes, read.version+1, func(w deed, at int64) int { return cmp.Compare(w.at, at) })
			if next > 0 {
				add(wr, writes[next-1], read)
			}
			if next < len(writes) {
				add(rw, read, writes[next])
			}
		}
		from = to
	}
	return out
}

// knots finds the transactions that no serial order can hold: the strongly
// connected components of more than one. It returns the number of each one's
// component, 0 for those that are in none (Tarjan).
func knots(graph [][]edge) []int32 {
	n := len(graph)
	k := &tarjan{graph: graph, index: make([]int32, n), low: make([]int32, n), knot: make([]int32, n), inStack: make([]bool, n)}
	for v := range graph {
		if k.index[v] == 0 {
			k.visit(int32(v))
		}
	}
	return k.knot
}

type tarjan struct {
	graph      [][]edge
	index, low []int32 // 0 before the visit
	knot       []int32
	stack      []int32
	inStack    []bool
	visits     int32
	knots      int32
}

func (k *tarjan) visit(v int32) {
	k.visits++
	k.index[v], k.low[v] = k.visits, k.visits
	k.stack, k.inStack[v] = append(k.stack, v), true
	for _, e := range k.graph[v] {
		if k.index[e.to] == 0 {
			k.visit(e.to)
			k.low[v] = min(k.low[v], k.low[e.to])
		} else if k.inStack[e.to] {
			k.low[v] = min(k.low[v], k.index[e.to])
		}
	}
	if k.low[v] == k.index[v] {
		k.close(v)
	}
}

// close takes a component off the stack.
func (k *tarjan) close(root int32) {
	at := len(k.stack) - 1
	for k.stack[at] != root {
		at--
	}
	for _, v := range k.stack[at:] {
		k.inStack[v] = false
		if len(k.stack)-at > 1 {
			k.knot[v] = k.knots + 1
		}
	}
	if len(k.stack)-at > 1 {
		k.knots++
	}
	k.stack = k.stack[:at]
}

// cycle finds a shortest way from a transaction back to itself that arrives
// after it left, with edges up to a kind: then it is this transaction that was
// not isolated. nil when there is none.
func cycle(graph [][]edge, knot []int32, start int32, worst tie) []edge {
	for _, first := range graph[start] {
		if way := wayBack(graph, knot, first, worst); way != nil {
			return way
		}
	}
	return nil
}

// wayBack is a breadth-first search that begins with an edge.
func wayBack(graph [][]edge, knot []int32, first edge, worst tie) []edge {
	if first.tie > worst || knot[first.to] != knot[first.from] {
		return nil
	}
	came := map[int32]edge{first.to: first}
	for queue := []int32{first.to}; len(queue) > 0; queue = queue[1:] {
		for _, e := range graph[queue[0]] {
			_, seen := came[e.to]
			switch {
			case e.tie > worst || knot[e.to] != knot[first.from]:
			case e.to == first.from && e.at > first.left:
				return path(came, first, e)
			case !seen && e.to != first.from:
				came[e.to] = e
				queue = append(queue, e.to)
			}
		}
	}
	return nil
}

func path(came map[int32]edge, first, last edge) []edge {
	way := []edge{last}
	for e := last; e != first; {
		e = came[e.from]
		way = append(way, e)
	}
	slices.Reverse(way)
	return way
}
