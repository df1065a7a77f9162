package simnet

import (
	"context"
	"errors"
	"net"
	"net/netip"
)

// opError is the error that package net makes of the same failure.
func opError(op string, source, addr netip.AddrPort, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		err = timeout{}
	}
	e := &net.OpError{Op: op, Net: "tcp", Err: err}
	if source.IsValid() {
		e.Source = tcpAddr(source)
	}
	if addr.IsValid() {
		e.Addr = tcpAddr(addr)
	}
	return e
}

// timeout is a dial whose context came to its deadline.
type timeout struct{}

func (timeout) Error() string        { return "i/o timeout" }
func (timeout) Timeout() bool        { return true }
func (timeout) Temporary() bool      { return true }
func (timeout) Is(target error) bool { return target == context.DeadlineExceeded }
