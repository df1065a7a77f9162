package fault

var stop = Kind{
	Name:  "stop",
	Does:  "The integration is asked to stop (SIGTERM), killed if it has not ended after subject.grace, and started again after the delay: a deployment.",
	Takes: []string{"delay"},
	Hits:  "stops",
	begin: func(n *Nemesis, w *window) (effect, error) {
		if n.Process == nil {
			return nil, errNoProcess
		}
		s := &stopping{window: w, process: n.Process, ended: make(chan struct{})}
		n.background.Go(s.run)
		return s, nil
	},
}

// stopping waits beside the schedule until the process has ended, and closes
// its window with the restart.
type stopping struct {
	window  *window
	process Process
	ended   chan struct{}
	err     error // once ended
}

func (s *stopping) run() {
	s.err = s.process.Terminate()
	s.window.ended()
	close(s.ended)
	s.window.closeAfter(s.window.planned.Delay)
}

func (s *stopping) stay() bool { return true }

func (s *stopping) end() (hits int, note string, err error) {
	<-s.ended
	switch {
	case s.err != nil:
		return 0, "stops", s.err
	case s.window.ctx.Err() != nil:
		return 1, "stops; not started again, the run was over", nil
	}
	return 1, "stops", s.process.Restart(s.window.ctx)
}
