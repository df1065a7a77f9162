package sieve

// numbers is a set of numbers that are given in order, so that a bit for each
// will do; 0 is never in it.
type numbers struct {
	bits []uint64
	n    int
}

func (s *numbers) has(n uint32) bool {
	i := int(n >> 6)
	return i < len(s.bits) && s.bits[i]>>(n&63)&1 != 0
}

func (s *numbers) add(n uint32) {
	if n == 0 || s.has(n) {
		return
	}
	if more := int(n>>6) + 1 - len(s.bits); more > 0 {
		s.bits = append(s.bits, make([]uint64, more)...)
	}
	s.bits[n>>6] |= 1 << (n & 63)
	s.n++
}
