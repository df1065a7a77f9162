// Package simnet is a network in memory, made for testing/synctest bubbles: a
// day of traffic passes in seconds, and the same run happens again, to the
// nanosecond.
//
// Connections behave as TCP does on Linux: half close, deadlines, RST and FIN,
// and the errno of each as net/http sees it on a real socket. The tests hold
// one table against both. Buffers are unbounded and Write never waits, so that
// a protocol that writes while it holds a lock cannot stop a bubble; a writer
// that never ends must pace itself.
//
// # Why runs repeat
//
// Each Write is one chunk. It arrives after the latency of the network and a
// jitter below a millisecond, which is a hash of the chunk's bytes, the names
// of the two hosts' ends and the seed. No state that several connections share
// is in it: two messages that leave at the same instant arrive in an order
// that their contents decide, however the goroutines were scheduled. The
// network hands over one chunk per nanosecond, so each finds the world at rest.
// Equal chunks that leave at the same instant arrive at the same instant: to
// tell them apart is up to who sends them. Nothing random may stand in what is
// sent (a UUID, a token from crypto/rand), or it moves the arrival.
// A connect takes no time, unless it meets a black hole: whether a client finds
// an idle connection or must dial is often a matter of nanoseconds, and must not
// change when its request arrives. Ephemeral ports are given out in the order of the dials, and dials of one
// instant have none: keep ports out of what is sent and compared.
//
// A network belongs to the bubble in which it is made, or to none; it works in
// real time as well.
package simnet
