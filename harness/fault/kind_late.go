package fault

var late = Kind{
	Name:   "late",
	Does:   "A write is held back for the delay and then done, even if its sender has given it up: it lands late.",
	Needs:  []string{"for", "delay"},
	Takes:  andAim(),
	Hits:   "writes that landed late",
	writes: true,
	begin:  func(_ *Nemesis, w *window) (effect, error) { return holding{w}, nil },
}

type holding struct{ *window }

// decide counts when the write is taken: it lands after the window, perhaps.
func (h holding) decide(c Call) (Decision, bool) {
	if !h.aim.takes(c) {
		return Decision{}, false
	}
	h.aim.hit()
	return Decision{Hold: h.planned.Delay}, true
}

func (h holding) end() (hits int, note string, err error) {
	return h.aim.told("writes held back to land late")
}
