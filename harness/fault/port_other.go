//go:build !linux

package fault

import "net"

// reservePort finds a free port of 127.0.0.1. It cannot keep it: on this
// system somebody else may take it while the link refuses, and then Accept
// says so.
func reservePort() (addr string, release func() error, err error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	return listener.Addr().String(), func() error { return nil }, listener.Close()
}
