package fault

import "errors"

var errNoProcess = errors.New("there is no process to act on")

var pause = Kind{
	Name:  "pause",
	Does:  "The integration is stopped (SIGSTOP) and goes on afterwards (SIGCONT) as if nothing had happened.",
	Needs: []string{"for"},
	Hits:  "pauses",
	begin: func(n *Nemesis, _ *window) (effect, error) {
		if n.Process == nil {
			return nil, errNoProcess
		}
		return pausing{n.Process}, n.Process.Pause()
	},
}

type pausing struct{ process Process }

func (p pausing) end() (hits int, note string, err error) {
	return 1, "pauses", p.process.Resume()
}
