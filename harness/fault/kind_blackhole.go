package fault

import "fmt"

var blackhole = Kind{
	Name:  "blackhole",
	Does:  "Connects succeed, then bytes vanish in both directions; open connections go silent too. What was swallowed stays silent for ever.",
	Needs: []string{"for"},
	Hits:  "connections swallowed",
	begin: func(n *Nemesis, _ *window) (effect, error) {
		if n.Link == nil {
			return nil, errNoLink
		}
		s := swallowing{n.Link, n.Link.Stats()}
		n.Link.Blackhole(true)
		return s, nil
	},
}

type swallowing struct {
	link   *Link
	before Stats
}

func (s swallowing) end() (hits int, note string, err error) {
	s.link.Blackhole(false)
	now := s.link.Stats()
	note = fmt.Sprintf("connections swallowed, with %d bytes", now.SwallowedBytes-s.before.SwallowedBytes)
	return int(now.Swallowed - s.before.Swallowed), note, nil
}
