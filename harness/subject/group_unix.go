//go:build unix

package subject

import (
	"errors"
	"os"
	"syscall"
)

type signal = syscall.Signal

const (
	sigKill = syscall.SIGKILL
	sigTerm = syscall.SIGTERM
	sigStop = syscall.SIGSTOP
	sigCont = syscall.SIGCONT
)

// signalGroup signals every process of the group that leader leads.
func signalGroup(leader int, s signal) error {
	err := syscall.Kill(-leader, s)
	if errors.Is(err, syscall.ESRCH) {
		return nil // all gone
	}
	return os.NewSyscallError("kill", err)
}

// killLeftovers ends the children that the leader left behind.
func killLeftovers(leader int) { _ = signalGroup(leader, sigKill) }
