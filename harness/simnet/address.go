package simnet

import (
	"net"
	"net/netip"
	"strconv"
)

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// resolve reads "host:port". The host is an IP address, localhost, or nothing;
// there is no other name on this network.
func resolve(network, addr string) (netip.AddrPort, error) {
	if network != "tcp" && network != "tcp4" {
		return netip.AddrPort{}, net.UnknownNetworkError(network)
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return netip.AddrPort{}, err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, &net.AddrError{Err: "invalid port", Addr: addr}
	}
	if host == "" || host == "localhost" {
		return netip.AddrPortFrom(loopback, uint16(number)), nil
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.AddrPort{}, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if ip.IsUnspecified() {
		ip = loopback
	}
	return netip.AddrPortFrom(ip, uint16(number)), nil
}

func tcpAddr(a netip.AddrPort) *net.TCPAddr { return net.TCPAddrFromAddrPort(a) }
