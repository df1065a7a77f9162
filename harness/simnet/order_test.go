package simnet

import (
	"bytes"
	"io"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever is written when, all of it arrives in order, in its time and before
// the end, and the end is the one that was sent.
func TestNothingIsLostOnTheWay(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := stream{
			seed:    rapid.Uint64().Draw(r, "seed"),
			latency: time.Duration(rapid.IntRange(0, 5_000_000).Draw(r, "latency")),
			chunks:  rapid.SliceOf(rapid.SliceOfN(rapid.Byte(), 0, 100)).Draw(r, "chunks"),
			pauses:  rapid.SliceOfN(rapid.IntRange(0, 2_000_000), 1, 5).Draw(r, "pauses"),
			rst:     rapid.Bool().Draw(r, "rst"),
			size:    rapid.IntRange(1, 200).Draw(r, "read size"),
		}
		synctest.Test(t, s.pass)
		require.Equal(r, string(bytes.Join(s.chunks, nil)), s.got)
		want := map[bool]error{true: syscall.ECONNRESET, false: io.EOF}[s.rst]
		require.ErrorIs(r, s.err, want)
		require.Greater(r, s.took, s.latency)
		require.LessOrEqual(r, s.took, s.latency+time.Millisecond+time.Duration(len(s.chunks)), "in order costs a nanosecond each")
	})
}

// stream is what one end writes, and what came of it at the other.
type stream struct {
	seed    uint64
	latency time.Duration
	chunks  [][]byte
	pauses  []int // nanoseconds after each chunk, again and again
	rst     bool
	size    int

	got  string
	err  error
	took time.Duration // from the end's sending to its arrival
}

func (s *stream) pass(t *testing.T) {
	p := newTestPair(t, New(s.seed, s.latency))
	ended := make(chan time.Time, 1)
	go func() {
		for i, chunk := range s.chunks {
			_, _ = p.a.Write(chunk)
			time.Sleep(time.Duration(s.pauses[i%len(s.pauses)]))
		}
		if s.rst {
			_ = p.a.SetLinger(0)
		}
		_ = p.a.Close()
		ended <- time.Now()
	}()
	s.got, s.err = readAll(p.b, s.size)
	s.took = time.Since(<-ended)
	_ = p.b.Close()
}

func readAll(r io.Reader, size int) (string, error) {
	var all bytes.Buffer
	for b := make([]byte, size); ; {
		n, err := r.Read(b)
		all.Write(b[:n])
		if err != nil {
			return all.String(), err
		}
	}
}

// Equal things that leave together arrive together, different ones never do.
func TestOneThingPerInstant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(1, 0)
		w := &n.wire
		var order []string
		note := func(what string) func() {
			return func() { order = append(order, what+" "+time.Duration(w.now()).String()) }
		}
		n.mu.Lock()
		w.send(1000, 7, note("c"))
		w.send(1000, 5, note("a"))
		w.send(1001, 1, note("d"))
		w.send(1000, 5, note("a"))
		w.send(1000, 6, note("b"))
		w.send(5000, 6, note("e"))
		n.mu.Unlock()
		time.Sleep(time.Millisecond)
		n.mu.Lock()
		defer n.mu.Unlock()
		require.Equal(t, []string{"a 1µs", "a 1µs", "b 1.001µs", "c 1.002µs", "d 1.003µs", "e 5µs"}, order)
	})
}
