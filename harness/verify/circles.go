package verify

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// cutter turns what happened within a cluster into transactions and deeds.
type cutter struct {
	*scene
	reads map[string][]*commitlog.Read // the integration's, by request
	byWho map[string][]int32           // what each of the crowd saw, by state

	// The cluster at hand.
	from, to int64
	deeds    []deed
	txns     []txn
	byOp     map[int32]int32 // operation -> transaction
	keys     map[place]int32
	places   []place
	fields   map[int32][]string // per target: the fields that the cluster writes
}

// place is what a deed is done to: a field of a record, or its existence.
type place struct {
	target int32
	field  string // "" is the record itself
}

// txn is one transaction of a cluster.
type txn struct {
	op     int32 // or none
	glance int32 // of a reader, or none
	name   string
	who    string // the user, or who else made a commit
	lsn    uint64 // of that commit
}

func newCutter(s *scene) *cutter {
	k := &cutter{scene: s, reads: s.ownReads(), byWho: map[string][]int32{}}
	for i := range s.glances {
		k.byWho[s.glances[i].who] = append(k.byWho[s.glances[i].who], int32(i))
	}
	return k
}

// cut takes in what happened from one moment to another.
func (k *cutter) cut(from, to int64) {
	k.from, k.to, k.deeds, k.txns, k.places = from, to, nil, nil, nil
	k.byOp, k.keys, k.fields = map[int32]int32{}, map[place]int32{}, map[int32][]string{}
	k.addWrites()
	for t := range k.txns { // all writes are known now
		if k.txns[t].op != none {
			k.addOwnReads(int32(t))
		} else if k.txns[t].who != "" {
			k.addLook(int32(t))
		}
	}
	k.addGlances()
}

func (k *cutter) add(one txn) int32 {
	k.txns = append(k.txns, one)
	return int32(len(k.txns) - 1)
}

func (k *cutter) key(target int32, field string) int32 {
	at := place{target, field}
	key, known := k.keys[at]
	if !known {
		key = int32(len(k.places))
		k.keys[at], k.places = key, append(k.places, at)
		k.fields[target] = append(k.fields[target], field)
	}
	return key
}

// addWrites takes in the effects. An operation is one transaction as far as its
// records appear for the first time; every other commit is one of its own.
func (k *cutter) addWrites() {
	first := sort.Search(len(k.effects), func(i int) bool { return writtenAt(k.commitOf(&k.effects[i]).LSN) >= k.from })
	commit, other := none, none
	for i := first; i < len(k.effects); i++ {
		e := &k.effects[i]
		at := writtenAt(k.commitOf(e).LSN)
		if at > k.to {
			return
		}
		if op := k.opOf(int32(i)); op != none && k.intents[e.intent].first == int32(i) {
			k.write(e, k.ofOperation(op), at)
			continue
		}
		if commit != e.commit {
			commit, other = e.commit, k.ofOther(e)
		}
		k.write(e, other, at)
	}
}

func (k *cutter) ofOperation(op int32) int32 {
	t, known := k.byOp[op]
	if !known {
		t = k.add(txn{op: op, name: "operation " + k.ops[op].ID, glance: none})
		k.byOp[op] = t
	}
	return t
}

// ofOther is a repetition, a stranger's write, or a user's.
func (k *cutter) ofOther(e *effect) int32 {
	c := k.commitOf(e)
	who := commitlog.CrowdName(c.Identity)
	if who == "" {
		who = string(c.API)
	}
	return k.add(txn{op: none, glance: none, name: fmt.Sprintf("%s, by commit %d,", who, c.LSN), who: who, lsn: c.LSN})
}

// addLook takes in what a user saw last before a write: with that it began.
func (k *cutter) addLook(t int32) {
	seen := k.byWho[k.txns[t].who]
	at := sort.Search(len(seen), func(i int) bool { return k.glances[seen[i]].lsn >= k.txns[t].lsn }) - 1
	if at < 0 || readAt(k.glances[seen[at]].lsn) < k.from {
		return
	}
	g := &k.glances[seen[at]]
	for _, one := range g.saw {
		k.see(one, t, g.lsn, one.fields)
	}
}

func (k *cutter) write(e *effect, t int32, at int64) {
	if e.target < 0 {
		return
	}
	if e.inserts || e.deletes {
		k.deeds = append(k.deeds, deed{key: k.key(e.target, ""), txn: t, at: at, write: true})
	}
	for _, field := range slices.Sorted(maps.Keys(k.changeOf(e).Fields)) {
		k.deeds = append(k.deeds, deed{key: k.key(e.target, field), txn: t, at: at, write: true})
	}
}

// addOwnReads takes in what an operation read in the requests that carried it.
// Of the records that it writes itself that counts for nothing here: what it
// overwrote there tells more, see clobber.
func (k *cutter) addOwnReads(t int32) {
	own, done := map[int32]bool{}, map[string]bool{"": true}
	members := k.members(int(k.txns[t].op))
	for _, it := range members {
		own[it.target] = true
	}
	for _, it := range members {
		if it.first == none || done[k.commitOf(&k.effects[it.first]).Request] {
			continue
		}
		request := k.commitOf(&k.effects[it.first]).Request
		done[request] = true
		for _, r := range k.reads[request] {
			for i := range r.Records {
				if seen := k.sight(r, &r.Records[i]); !own[seen.target] {
					k.see(seen, t, r.LSN, r.Fields)
				}
			}
		}
	}
}

// addGlances takes in what the crowd saw.
func (k *cutter) addGlances() {
	first := sort.Search(len(k.glances), func(i int) bool { return readAt(k.glances[i].lsn) >= k.from })
	for i := first; i < len(k.glances) && readAt(k.glances[i].lsn) <= k.to; i++ {
		g := &k.glances[i]
		t := k.add(txn{op: none, glance: int32(i), name: fmt.Sprintf("%s at %s", g.who, seconds(g.at))})
		for _, seen := range g.saw {
			k.see(seen, t, g.lsn, nil)
		}
	}
}

// see adds the reads of one record, as far as the cluster writes what was read;
// no fields are all.
func (k *cutter) see(seen sight, t int32, lsn uint64, fields []string) {
	version := readAt(lsn)
	if seen.lsn > 0 {
		version = writtenAt(seen.lsn)
	}
	for _, field := range k.fields[seen.target] {
		asked := fields == nil || field == "" || slices.ContainsFunc(fields, func(f string) bool { return strings.EqualFold(f, field) })
		if asked {
			k.deeds = append(k.deeds, deed{key: k.keys[place{seen.target, field}], txn: t, at: readAt(lsn), version: version})
		}
	}
}
