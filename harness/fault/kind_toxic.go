package fault

import "fmt"

var anyToxic = Kind{
	Name:  "toxic",
	Does:  "One of toxiproxy's toxics, by its definition: latency, bandwidth, timeout, slicer, limit_data, reset_peer, slow_close.",
	Needs: []string{"for", "toxic"},
	Hits:  "chunks of bytes that met the toxic",
	check: func(f Fault) error { return checkToxic(*f.Toxic) },
	begin: func(n *Nemesis, w *window) (effect, error) { return poison(n, w, *w.planned.Toxic) },
}

func checkToxic(t Toxic) error {
	_, err := newToxic(t)
	return err
}

// poison puts a toxic into the path for as long as the fault lasts.
func poison(n *Nemesis, w *window, t Toxic) (effect, error) {
	if n.Link == nil {
		return nil, errNoLink
	}
	t.Name = w.planned.Name
	before := n.Link.Stats()
	if err := n.Link.AddToxic(t); err != nil {
		return nil, err
	}
	return poisoning{n.Link, t, before}, nil
}

type poisoning struct {
	link   *Link
	toxic  Toxic
	before Stats
}

func (p poisoning) end() (hits int, note string, err error) {
	now := p.link.Stats()
	p.link.RemoveToxic(p.toxic.Name)
	met, direction := now.ToxicDown-p.before.ToxicDown, "downstream"
	if p.toxic.Stream == "upstream" {
		met, direction = now.ToxicUp-p.before.ToxicUp, p.toxic.Stream
	}
	return int(met), fmt.Sprintf("chunks of bytes that met %s %s", p.toxic.Type, direction), nil
}
