package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"github.com/squall-harness/squall/harness"
)

// hold keeps a frozen run until Enter is pressed, where somebody is there to
// press it.
func (a *runArgs) hold(c console, show *progress) func(context.Context, harness.Frozen) {
	if !a.stopAtFirst || !term.IsTerminal(int(os.Stdin.Fd())) {
		return nil
	}
	return func(ctx context.Context, f harness.Frozen) {
		show.done()
		fmt.Fprint(c.err, heldText(f))
		enter := make(chan struct{})
		go func() { // ends with the program, where nothing is typed
			_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
			close(enter)
		}()
		select {
		case <-enter:
		case <-ctx.Done():
		}
	}
}

// heldText says where the run stands still, and how to go on.
func heldText(f harness.Frozen) string {
	text := fmt.Sprintf("squall: frozen at commit %d, which broke %q: %s\n", f.Stop.LSN, f.Stop.Guarantee, f.Stop.Text)
	text += fmt.Sprintf("  The report is %s.\n", harness.Relative(filepath.Join(f.Result.Dir, "report.html")))
	if f.Stop.PID != 0 {
		text += fmt.Sprintf("  The integration is process %d, stopped (SIGSTOP): look at it with a debugger or in /proc/%d.\n", f.Stop.PID, f.Stop.PID)
		text += fmt.Sprintf("  kill -CONT %d lets it go on, while Salesforce stays frozen.\n", f.Stop.PID)
	}
	return text + "  Enter ends the run.\n"
}
