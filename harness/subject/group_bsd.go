//go:build unix && !linux

package subject

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the program lead a process group. This system cannot tie its
// life to ours.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// awaitExit returns when the program has ended. There is no portable way to
// leave it a zombie meanwhile.
func awaitExit(cmd *exec.Cmd) (reaped bool, err error) { return true, cmd.Wait() }
