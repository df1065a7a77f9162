package fault

var cutReply = Kind{
	Name:   "cut-reply",
	Does:   "The org does the work and commits, then the connection is reset in place of the reply.",
	Needs:  []string{"for"},
	Takes:  andAim(),
	Hits:   "replies cut after a commit",
	writes: true,
	begin:  func(_ *Nemesis, w *window) (effect, error) { return cutting{w.aim}, nil },
}

type cutting struct{ *aim }

// decide counts where the commit is: a request that commits nothing, such as
// one with an expired session, has no reply worth cutting.
func (c cutting) decide(call Call) (Decision, bool) {
	return Decision{Cut: true, AfterCommit: c.hit}, c.takes(call)
}

func (c cutting) end() (hits int, note string, err error) {
	return c.told("replies cut after a commit")
}
