package fault

import (
	"errors"
	"fmt"
	"syscall"
)

var errNoLink = errors.New("there is no fault proxy in the path")

var refuse = Kind{
	Name:  "refuse",
	Does:  "Connects are refused (ECONNREFUSED) and all open connections are reset.",
	Needs: []string{"for"},
	Hits:  "open connections reset, and connects of the nemesis itself that were refused",
	begin: func(n *Nemesis, _ *window) (effect, error) {
		if n.Link == nil {
			return nil, errNoLink
		}
		r := &refusing{link: n.Link, reset: n.Link.Refuse()}
		r.probe()
		return r, nil
	},
}

// refusing is a closed port. The kernel refuses the subject's connects, and
// nobody can count them; that they would be refused is shown by connects of
// our own at the beginning and at the end.
type refusing struct {
	link                    *Link
	reset, probes, refusals int
}

func (r *refusing) probe() {
	r.probes++
	if errors.Is(r.link.knock(), syscall.ECONNREFUSED) {
		r.refusals++
	}
}

func (r *refusing) end() (hits int, note string, err error) {
	r.probe()
	note = fmt.Sprintf("open connections reset (%d) and probe connects refused (%d of %d)", r.reset, r.refusals, r.probes)
	return r.reset + r.refusals, note, r.link.Accept()
}
