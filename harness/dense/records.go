package dense

import (
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// aim is a record as it is named by object and external id.
type aim struct {
	record   uint64 // id of the one that was made under this name
	version  int32  // highest one intended so far
	applied  int32  // highest one carried out so far
	intended bool   // an operation has named it
	deleted  bool   // by the latest of these
	touched  bool   // others wrote it
}

// intent is a record of an operation that nothing has carried out yet.
type intent struct {
	op             Op
	target, parent uint32
	version        int32
	first          bool // no operation before wrote its target, or the one before deleted it
	fields         uint64
}

// number is that of a target, 0 when it has no name.
func (x *Indexer) number(object, externalID string) uint32 {
	hash := Target(object, externalID)
	if hash == 0 {
		return 0
	}
	n, known := x.targets[hash]
	if !known {
		n = uint32(len(x.aims))
		x.targets[hash] = n
		x.aims = append(x.aims, aim{})
	}
	return n
}

// intent adds a record that an operation intends; false when the columns do not
// say all of it.
func (x *Indexer) intent(op Op, key uint32, r *history.Record, flags uint8) bool {
	text, _ := r.Fields[x.token].(string)
	token, in := Hash(text), intent{op: op, version: int32(r.Version)}
	fields, plain := intended(r, x.token)
	in.target, in.fields = x.number(r.Object, r.ExternalID), fields
	if r.Parent != nil {
		in.parent = x.number(r.Parent.Object, r.Parent.ExternalID)
		plain = plain && in.parent != 0
	}
	t := &x.Intents
	t.Op = append(t.Op, op)
	t.Token = append(t.Token, token)
	t.Key = append(t.Key, key)
	t.Target = append(t.Target, in.target)
	t.Parent = append(t.Parent, in.parent)
	t.Flags = append(t.Flags, flags)
	rises := x.aim(&in, r)
	_, twice := x.open[token]
	if twice {
		x.stray(token, 0)
	} else if token != 0 {
		x.open[token] = in
	}
	return plain && rises && !twice && token != 0 && r.Op == "" && int(in.version) == r.Version
}

// aim compares an intent with what was intended for the same record before: it
// rises when its version is higher than any of them, or it has none.
func (x *Indexer) aim(in *intent, r *history.Record) (rises bool) {
	if in.target == 0 {
		in.first = true
		return r.Version >= 0
	}
	a := &x.aims[in.target]
	in.first = !a.intended || a.deleted
	rises = in.version == 0 || in.version > a.version
	a.version, a.intended, a.deleted = max(a.version, in.version), true, r.Op == "delete"
	return rises
}

// Commit adds a commit: a row for each change, and one for a commit without
// changes.
func (x *Indexer) Commit(c *commitlog.Commit) {
	request := short(c.Request)
	if len(c.Changes) == 0 {
		x.change(c, request, &commitlog.Change{Op: commitlog.Delete}, 0)
	}
	joined := uint8(0)
	for i := range c.Changes {
		x.change(c, request, &c.Changes[i], joined)
		joined = Joined
	}
}

func (x *Indexer) change(c *commitlog.Commit, request uint32, change *commitlog.Change, joined uint8) {
	text, _ := change.Fields[x.token].(string)
	token, target := Hash(text), x.number(change.Object, change.ExternalID)
	x.name(change, target)
	op, flags := x.effect(c, change, token, target)
	flags |= joined
	e := &x.Effects
	e.LSN = append(e.LSN, uint32(c.LSN))
	e.At = append(e.At, int64(c.At))
	e.Op = append(e.Op, op)
	e.Flags = append(e.Flags, flags)
	if flags&Exact == 0 && token != 0 {
		x.stray(token, flags)
	}
	t := &x.Changes
	t.Op = append(t.Op, op)
	t.Target = append(t.Target, target)
	t.Record = append(t.Record, short(change.ID))
	t.Request = append(t.Request, request)
	t.Flags = append(t.Flags, flags)
}

func (x *Indexer) stray(token uint64, flags uint8) {
	x.Strays.Token = append(x.Strays.Token, token)
	x.Strays.Flags = append(x.Strays.Flags, flags)
}

// name notes which record was made under a name. Its id is higher than any
// before that begins like it, so that no other change has named it before.
func (x *Indexer) name(change *commitlog.Change, target uint32) {
	prefix := change.ID[:min(3, len(change.ID))]
	if change.ID <= x.newest[prefix] {
		return
	}
	x.newest[prefix] = change.ID
	if change.Op == commitlog.Insert && target != 0 {
		x.aims[target].record = Hash(change.ID)
	}
}

// effect holds a change against the open record that has its token. The first
// change that carries it out closes it.
func (x *Indexer) effect(c *commitlog.Commit, change *commitlog.Change, token uint64, target uint32) (Op, uint8) {
	writes := change.Op == commitlog.Insert || change.Op == commitlog.Update
	if c.ByOthers() {
		x.aims[target].touched = x.aims[target].touched || writes
		return 0, Others
	}
	in, open := x.open[token]
	if !open {
		return 0, 0
	}
	fields, lookup := written(change, x.token)
	if !writes || c.Fate.ReplyLost() || fields != in.fields {
		return in.op, 0
	}
	if in.parent != 0 && lookup != 0 && lookup != x.aims[in.parent].record {
		return in.op, Astray
	}
	if in.parent != 0 && lookup == 0 || !x.meets(&in, change.Op, target) {
		return in.op, 0
	}
	delete(x.open, token)
	return in.op, in.flags(change.Op)
}

// meets tells whether a change is of the record that is intended, and takes
// nothing back there.
func (x *Indexer) meets(in *intent, op commitlog.Op, target uint32) bool {
	if in.target == 0 {
		return true
	}
	a := &x.aims[in.target]
	again := op == commitlog.Insert && (!in.first || a.touched)
	if in.target != target || again || in.version != 0 && in.version < a.applied {
		return false
	}
	a.applied = max(a.applied, in.version)
	return true
}

// flags say what is exact.
func (in *intent) flags(op commitlog.Op) uint8 {
	flags := Exact
	if in.target == 0 && op == commitlog.Insert {
		flags |= Created
	}
	if in.parent != 0 {
		flags |= LooksUp
	}
	if in.version != 0 {
		flags |= Versioned
	}
	return flags
}
