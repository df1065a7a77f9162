package simnet

import (
	"net"
	"time"
)

// deadline is an instant, and a timer that wakes whoever waits then.
type deadline struct {
	at    time.Time // zero: none
	timer *time.Timer
}

func (d *deadline) over() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func (d *deadline) set(at time.Time, wake func()) {
	d.stop()
	d.at = at
	wait := time.Until(at)
	switch {
	case at.IsZero() || wait <= 0:
	case d.timer == nil:
		d.timer = time.AfterFunc(wait, wake)
	default:
		d.timer.Reset(wait)
	}
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
}

func (c *conn) setDeadlines(t time.Time, which ...*deadline) error {
	c.wake.L.Lock()
	defer c.wake.L.Unlock()
	if c.closed {
		return c.error("set", net.ErrClosed)
	}
	for _, d := range which {
		d.set(t, c.wakeUp)
	}
	c.wake.Broadcast() // a reader that waits looks at it anew
	return nil
}

// wakeUp takes the lock, or it could come between a reader's look and its wait.
func (c *conn) wakeUp() {
	c.wake.L.Lock()
	defer c.wake.L.Unlock()
	c.wake.Broadcast()
}
