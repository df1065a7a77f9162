package sieve

// pool holds things that come and go, under numbers that are used again. It
// grows by pages, so that nothing is copied when a backlog makes it large.
type pool[T any] struct {
	pages []*[poolPage]T
	n     int32 // numbers given so far
	free  []int32
}

const poolPage = 1 << 10 // see at

func (p *pool[T]) take() int32 {
	if n := len(p.free); n > 0 {
		i := p.free[n-1]
		p.free = p.free[:n-1]
		return i
	}
	if int(p.n) == len(p.pages)*poolPage {
		p.pages = append(p.pages, new([poolPage]T))
	}
	p.n++
	return p.n - 1
}

func (p *pool[T]) at(i int32) *T { return &p.pages[i>>10][i&(poolPage-1)] }

func (p *pool[T]) give(i int32) { p.free = append(p.free, i) }
