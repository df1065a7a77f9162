package fault

import "strings"

var cutReply = Kind{
	Name:   "cut-reply",
	Does:   "The org does the work and commits, then the connection is reset in place of the reply. With match.steps: of steps that commit nothing too.",
	Needs:  []string{"for"},
	Takes:  andAim(),
	Hits:   "replies cut after a commit, or after a step",
	writes: true,
	begin:  func(_ *Nemesis, w *window) (effect, error) { return cutting{w.aim}, nil },
}

type cutting struct{ *aim }

// decide counts where the commit is: a request that commits nothing, such as
// one with an expired session, has no reply worth cutting.
func (c cutting) decide(call Call) (Decision, bool) {
	return c.match.done(Decision{Cut: true}, c.hit), c.takes(call)
}

func (c cutting) end() (hits int, note string, err error) {
	if len(c.match.Steps) > 0 {
		return c.told("replies cut after the work: " + strings.Join(c.match.Steps, ", "))
	}
	return c.told("replies cut after a commit")
}
