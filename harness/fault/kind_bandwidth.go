package fault

var bandwidth = Kind{
	Name:  "bandwidth",
	Does:  "Bytes pass at no more than a rate, in KB/s.",
	Needs: []string{"for", "rate"},
	Takes: []string{"stream"},
	Hits:  "chunks of bytes slowed down",
	check: func(f Fault) error { return checkToxic(bandwidthToxic(f)) },
	begin: func(n *Nemesis, w *window) (effect, error) { return poison(n, w, bandwidthToxic(w.planned.Fault)) },
}

func bandwidthToxic(f Fault) Toxic {
	return Toxic{Type: "bandwidth", Stream: f.Stream, Attributes: map[string]any{"rate": f.Rate}}
}
