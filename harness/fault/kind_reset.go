package fault

var reset = Kind{
	Name: "reset",
	Does: "All open connections are reset (RST); new ones work.",
	Hits: "connections reset",
	begin: func(n *Nemesis, _ *window) (effect, error) {
		if n.Link == nil {
			return nil, errNoLink
		}
		return done{n.Link.Reset(), "open connections reset"}, nil
	},
}
