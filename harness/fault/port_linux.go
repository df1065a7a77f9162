package fault

import (
	"fmt"
	"os"
	"syscall"
)

// reservePort takes a free port of 127.0.0.1 and keeps it until release: a
// socket that is bound and never listens. While the link refuses, connects get
// ECONNREFUSED and nobody else is given the port. Linux lets a listener have
// the same port as long as both set SO_REUSEADDR and the other one does not
// listen (socket(7)); Go's listeners set it.
func reservePort() (addr string, release func() error, err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", nil, os.NewSyscallError("socket", err)
	}
	port, err := bindFree(fd)
	if err != nil {
		_ = syscall.Close(fd)
		return "", nil, err
	}
	return fmt.Sprintf("127.0.0.1:%d", port), func() error { return syscall.Close(fd) }, nil
}

func bindFree(fd int) (port int, err error) {
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return 0, os.NewSyscallError("setsockopt", err)
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return 0, os.NewSyscallError("bind", err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		return 0, os.NewSyscallError("getsockname", err)
	}
	inet, ok := name.(*syscall.SockaddrInet4)
	if !ok {
		return 0, fmt.Errorf("getsockname: %T is no IPv4 address", name)
	}
	return inet.Port, nil
}
