package sieve

// pool holds things that come and go, under numbers that are used again.
type pool[T any] struct {
	all  []T
	free []int32
}

func (p *pool[T]) take() int32 {
	if n := len(p.free); n > 0 {
		i := p.free[n-1]
		p.free = p.free[:n-1]
		return i
	}
	var zero T
	p.all = append(p.all, zero)
	return int32(len(p.all) - 1)
}

func (p *pool[T]) at(i int32) *T { return &p.all[i] }

func (p *pool[T]) give(i int32) { p.free = append(p.free, i) }
