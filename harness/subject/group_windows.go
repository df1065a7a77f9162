package subject

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

type signal int

const (
	sigKill signal = iota
	sigTerm
	sigStop
	sigCont
)

func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func awaitExit(cmd *exec.Cmd) (reaped bool, err error) { return true, cmd.Wait() }

func killLeftovers(int) {}

// signalGroup can kill the program itself and nothing else: Windows has no
// signals. A program that is asked to end is killed.
func signalGroup(leader int, s signal) error {
	switch s {
	case sigCont:
		return nil
	case sigStop:
		return errors.New("a process cannot be paused on Windows")
	}
	p, err := os.FindProcess(leader)
	if err != nil {
		return nil // it has ended
	}
	defer func() { _ = p.Release() }()
	return p.Kill()
}
