package verify

import "fmt"

// consistency judges Consistency after every commit: the declared invariants
// hold, a record never stands without the parent that the source gave it, and
// no external id is held by two living records. A breach lasts until a commit
// ends it; what others than the integration broke is not held against it.
type consistency struct{}

func (consistency) guarantee() Guarantee { return Consistency }

func (consistency) judge(l *ledger) *finding {
	c := &census{ledger: l, f: &finding{}}
	if len(l.Settings.Invariants) > 0 {
		c.start()
		c.walk()
	}
	asked := 0
	for _, r := range c.rules {
		asked += r.asked
		if r.asked == 0 {
			c.f.unproven = fmt.Sprintf("Invariant %q was never put to the test: no %s was written.", r.Name, r.Parent)
		}
	}
	c.f.count(figRules, asked)
	c.f.count("lookups followed", c.lookups)
	c.f.count("external ids watched", c.keys)
	c.f.holds = fmt.Sprintf("%s held after each of %s, %s led to a record, and no external id was held twice.",
		capital(plural(len(c.rules), "invariant")), plural(len(l.Commits), "commit"), plural(c.lookups, "lookup"))
	return c.f
}

// census is the fold's state.
type census struct {
	*ledger
	f       *finding
	rules   []*rule
	links   links
	holders holders
	lookups int // intended lookups that were followed
	keys    int // external ids that were held
}

func (c *census) start() {
	for i := range c.Settings.Invariants {
		c.rules = append(c.rules, newRule(&c.Settings.Invariants[i]))
	}
	c.links = links{alive: map[string]bool{}, orphans: map[int32]*candidate{}}
	c.holders = holders{first: make([]string, len(c.last)), more: map[int32][]string{}, open: map[int32]*candidate{}}
}

// walk applies commit after commit, and judges after each.
func (c *census) walk() {
	for from := 0; from < len(c.effects); {
		to := from + 1
		for to < len(c.effects) && c.effects[to].commit == c.effects[from].commit {
			to++
		}
		c.commit(c.effects[from:to])
		from = to
	}
}

// commit takes in the effects of one commit.
func (c *census) commit(effects []effect) {
	for i := range effects {
		for _, r := range c.rules {
			r.apply(c.changeOf(&effects[i]))
		}
		c.hold(&effects[i])
	}
	for _, r := range c.rules {
		for _, p := range r.touched {
			p.touched = false
			c.judgeRule(r, p, effects)
		}
		r.touched = r.touched[:0]
	}
	for i := range effects {
		c.follow(&effects[i])
	}
}

// judgeRule looks at a record that a commit touched.
func (c *census) judgeRule(r *rule, p *parent, effects []effect) {
	if p.alive {
		r.asked++
	}
	what := r.breach(p)
	switch {
	case what == "" && p.broken:
		c.end(p.open, &effects[0])
		p.broken, p.open = false, nil
	case what != "" && !p.broken:
		p.broken = true
		if !c.commitOf(&effects[0]).ByOthers() {
			p.open = c.f.anomalies.add(Inconsistent, func() candidate { return c.breach(r, p, what, effects) })
		}
	}
}

// end closes a breach.
func (c *census) end(open *candidate, e *effect) {
	if open != nil {
		at := c.commitOf(e)
		open.To = at.At
		open.commits = append(open.commits, e.commit)
		open.Text += fmt.Sprintf(" It was right again from commit %d on, after %d ms.", at.LSN, (open.To - open.From).Milliseconds())
	}
}

func (c *census) breach(r *rule, p *parent, what string, effects []effect) candidate {
	at := c.commitOf(&effects[0])
	name := p.name.name()
	if p.name.externalID == "" {
		name = p.name.object + " " + p.id
	}
	found := candidate{commits: []int32{effects[0].commit}, Anomaly: Anomaly{
		Key: name, From: at.At,
		Text: fmt.Sprintf("Commit %d at %s broke %q for %s: %s.", at.LSN, seconds(at.At), r.Name, name, what),
	}}
	if op := c.authorOf(r, p, effects); op != none {
		found.ops, found.Operation = []int32{op}, c.ops[op].ID
	}
	return found
}

// authorOf finds the operation that a commit carries out on the record or on
// its children; none when nobody intended it.
func (c *census) authorOf(r *rule, p *parent, effects []effect) int32 {
	for i := range effects {
		id := c.changeOf(&effects[i]).ID
		if intent := effects[i].intent; intent >= 0 && (id == p.id || r.children[id].parent == p.id) {
			return c.intents[intent].op
		}
	}
	return none
}
