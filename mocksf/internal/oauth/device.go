package oauth

import (
	"sync"
	"time"
)

// State is how far the login of a device has come.
type State int

// The states of a device.
const (
	Pending State = iota // nobody has answered yet
	Allowed
	Denied
	Gone // never was, has expired, or has been used
)

// Device is a device that waits until a user lets it in (RFC 8628).
type Device struct {
	Client, Scope     string
	DeviceCode, Typed string // what the device knows, and what the user types
	User              string // who let it in
	State             State
	Until             time.Duration // on the run's clock
}

// Devices are those that wait. The zero value is ready to use.
type Devices struct {
	mu      sync.Mutex
	waiting map[string]*Device // by DeviceCode
}

// Add lets a device wait.
func (d *Devices) Add(one Device, now time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting = roomIn(d.waiting, func(w *Device) bool { return w.Until <= now })
	d.waiting[one.DeviceCode] = &one
}

// Decide is a user's answer; false when no device waits for it.
func (d *Devices) Decide(typed, user string, allow bool, now time.Duration) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, w := range d.waiting {
		if w.Typed != typed || w.State != Pending || w.Until <= now {
			continue
		}
		if w.User, w.State = user, Denied; allow {
			w.State = Allowed
		}
		return true
	}
	return false
}

// Poll tells a device how far it has come. What is not Pending is told once.
func (d *Devices) Poll(deviceCode, client string, now time.Duration) Device {
	d.mu.Lock()
	defer d.mu.Unlock()
	w := d.waiting[deviceCode]
	switch {
	case w == nil || w.Client != client:
		return Device{State: Gone}
	case w.Until <= now:
		delete(d.waiting, deviceCode)
		return Device{State: Gone}
	case w.State != Pending:
		delete(d.waiting, deviceCode)
	}
	return *w
}
