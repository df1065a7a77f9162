package simnet

import (
	"container/heap"
	"sync"
	"time"
)

// wire is what is under way. It hands over one event per nanosecond, the
// earliest first and by hash among those of one instant.
type wire struct {
	base  time.Time
	lock  *sync.Mutex // held around all methods but fire, and around every event
	queue queue
	timer *time.Timer // made at the first event, in the bubble where it happens
	last  key         // of the event handed over last
	at    int64       // when that was
}

// key orders events. Events of equal keys cannot be told apart: they leave
// together.
type key struct {
	at   int64 // nanoseconds since base
	hash uint64
}

type event struct {
	key
	do func()
}

func (w *wire) now() int64 { return int64(time.Since(w.base)) }

// send lets do happen at an instant to come.
func (w *wire) send(at int64, hash uint64, do func()) {
	e := &event{key{at, hash}, do}
	heap.Push(&w.queue, e)
	if w.queue[0] == e {
		w.arm()
	}
}

func (w *wire) arm() {
	if len(w.queue) == 0 {
		return
	}
	wait := time.Duration(w.due() - w.now())
	if w.timer == nil {
		w.timer = time.AfterFunc(wait, w.fire)
		return
	}
	w.timer.Reset(wait)
}

// due is when the first event may happen: not in the nanosecond of another.
func (w *wire) due() int64 {
	first := w.queue[0].key
	if first == w.last {
		return w.at
	}
	return max(first.at, w.at+1)
}

func (w *wire) fire() {
	w.lock.Lock()
	defer w.lock.Unlock()
	for now := w.now(); len(w.queue) > 0 && w.due() <= now; {
		w.at, w.last = w.due(), w.queue[0].key
		heap.Pop(&w.queue).(*event).do()
	}
	w.arm()
}

// queue is a heap of events.
type queue []*event //nolint:recvcheck // as container/heap has it

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	if q[i].at != q[j].at {
		return q[i].at < q[j].at
	}
	return q[i].hash < q[j].hash
}

// Push adds an event at the end.
func (q *queue) Push(e any) { *q = append(*q, e.(*event)) }

// Pop takes the last event away.
func (q *queue) Pop() any {
	n := len(*q) - 1
	e := (*q)[n]
	(*q)[n], *q = nil, (*q)[:n]
	return e
}
