package subject

import (
	"errors"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownGroup makes the program lead a process group, and die with the thread
// that starts it.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// awaitExit returns when the program has ended, and leaves it a zombie: its id
// stays taken, so that its group can be signalled without hitting anybody
// else's.
func awaitExit(cmd *exec.Cmd) (reaped bool, err error) {
	for {
		err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		switch {
		case err == nil:
			return false, nil
		case !errors.Is(err, unix.EINTR):
			return true, cmd.Wait()
		}
	}
}
