package simnet

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/cespare/xxhash/v2"
)

// digest hashes bytes under a seed.
func digest(seed uint64, b []byte) uint64 {
	d := xxhash.NewWithSeed(seed)
	_, _ = d.Write(b)
	return d.Sum64()
}

// mix hashes numbers under a seed.
func mix(seed uint64, numbers ...uint64) uint64 {
	b := make([]byte, 0, 32)
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	return digest(seed, b)
}

// jitter is between 1 ns and 1 ms: what is sent now never arrives now.
func jitter(hash uint64) int64 { return 1 + int64(hash%uint64(time.Millisecond-1)) }

// name and address are numbers that stand for a host and for an address.
func name(host string) uint64 { return xxhash.Sum64String(host) }

func address(a netip.AddrPort) uint64 {
	ip := a.Addr().As16()
	return mix(uint64(a.Port()), binary.LittleEndian.Uint64(ip[:8]), binary.LittleEndian.Uint64(ip[8:]))
}
