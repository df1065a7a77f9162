package fault

import "sync/atomic"

// Stats counts what a link did since it was made. Connects that were refused
// are not among it: nobody is there to see them.
type Stats struct {
	Accepted       uint64 // connections let in
	Reset          uint64 // connections that a fault reset
	Swallowed      uint64 // connections that the black hole took
	SwallowedBytes uint64 // bytes that vanished, both directions
	BytesUp        uint64 // bytes delivered to the upstream
	BytesDown      uint64 // bytes delivered to clients
	ToxicUp        uint64 // chunks of bytes that met a toxic on their way up
	ToxicDown      uint64 // and on their way down
}

type counters struct {
	accepted, reset, swallowed, swallowedBytes atomic.Uint64
	bytes, toxic                               [2]atomic.Uint64 // by direction
}

// Stats is how matters stand now.
func (l *Link) Stats() Stats {
	c := &l.stats
	return Stats{
		Accepted: c.accepted.Load(), Reset: c.reset.Load(),
		Swallowed: c.swallowed.Load(), SwallowedBytes: c.swallowedBytes.Load(),
		BytesUp: c.bytes[up].Load(), BytesDown: c.bytes[down].Load(),
		ToxicUp: c.toxic[up].Load(), ToxicDown: c.toxic[down].Load(),
	}
}
