package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Blame is one fault that may have led to an anomaly, and what ties it to it.
type Blame struct {
	Fault  string `json:"fault"`
	Tie    Tie    `json:"tie"`
	Hits   int    `json:"hits,omitempty"` // requests of the anomaly that the tie is made of; 0 for a tie by time alone
	Likely bool   `json:"likely"`         // the tie is close enough to explain an anomaly of this class
	Rerun  Rerun  `json:"rerun,omitempty"`
}

// Tie is how closely a fault is tied to an anomaly.
type Tie string

// The ties, the closest first.
const (
	TieReply     Tie = "took the reply of"                       // a request did its work, and its sender could not know
	TiePart      Tie = "took part in"                            // a request failed by it
	TieStruck    Tie = "struck while it was open"                // the integration was killed or stopped between acceptance and commit
	TieDuring    Tie = "was at work during"                      // a request and the fault overlapped
	TieWaiting   Tie = "was at work meanwhile"                   // between acceptance and commit, and nothing closer is known
	TieElsewhere Tie = "was at work on other requests meanwhile" // told only when nothing is closer
)

// Rerun is what a run without the fault showed.
type Rerun string

// The outcomes of a rerun.
const (
	NotRerun Rerun = ""
	Gone     Rerun = "gone"  // without the fault there was no such anomaly
	Fewer    Rerun = "fewer" // there were fewer: other faults do the same
	Stays    Rerun = "stays" // there were as many all the same
)

// ties ranks the ties.
var ties = []Tie{TieElsewhere, TieWaiting, TieDuring, TieStruck, TiePart, TieReply}

// content lists the classes of which the tie to a fault explains little: what
// a request says is the integration's own doing.
var content = map[Class]bool{Corrupted: true, Phantom: true}

// explains tells whether a tie is close enough to be a likely cause.
func (s *suspects) explains(tie Tie) bool {
	switch tie {
	case TieReply, TiePart:
		return !content[s.class]
	case TieStruck:
		return absence[s.class]
	}
	return false
}

// String says the blame in words: cut (took the reply of 1 of its requests).
func (b Blame) String() string {
	tie := string(b.Tie)
	if b.Hits > 0 {
		tie += fmt.Sprintf(" %s of its requests", thousands(b.Hits))
	}
	switch b.Rerun {
	case Gone:
		tie += "; gone in a rerun without it"
	case Fewer:
		tie += "; fewer in a rerun without it, other faults do the same"
	case Stays:
		tie += "; a rerun without it broke the same promise"
	}
	return b.Fault + " (" + tie + ")"
}

// Cause says, as carefully as what is known allows, which faults led to the
// anomaly; the culprit comes first.
func (a Anomaly) Cause() string {
	if a.Unprovoked {
		return "It takes no fault: the control run broke the same promise in the same way."
	}
	all := a.Blame
	if len(all) == 0 {
		return "No fault touched it."
	}
	lead := "Possibly: "
	switch {
	case all[0].Rerun == Gone, all[0].Rerun == Fewer:
		lead = "Confirmed: "
	case all[0].Tie == TieElsewhere:
		return "No fault touched it. At work on other requests meanwhile: " + faultNames(all) + "."
	case all[0].Likely:
		lead = "Most likely: "
	}
	text := lead + all[0].String() + "."
	if len(all) > 1 {
		text += " Less likely: " + faultNames(all[1:]) + "."
	}
	return text
}

func faultNames(all []Blame) string {
	names := make([]string, len(all))
	for i, b := range all {
		names[i] = b.Fault
	}
	return strings.Join(names, ", ")
}

// span is a time during which something was under way.
type span struct{ from, to time.Duration }

// suspects is what blame is found by.
type suspects struct {
	class    Class
	before   time.Duration // a fault that begins later is no cause; never: any may be
	requests []*commitlog.Request
	open     []span // per operation: from its acceptance to its commit, or the end
	windows  []history.Window
	aimed    map[string]bool // faults that are named in requests: nothing else is their doing
}

// blame ranks the faults by how closely they are tied to an anomaly, the
// closest first. Among equals the one with more requests comes first, then the
// later one.
func blame(s suspects) []Blame {
	var all []Blame
	begins := map[string]time.Duration{}
	for i := range s.windows {
		w := &s.windows[i]
		if w.Hits <= 0 || s.before != never && w.From > s.before {
			continue
		}
		if b := s.accuse(w); b.Tie != "" {
			b.Likely = s.explains(b.Tie)
			all, begins[b.Fault] = append(all, b), w.From
		}
	}
	slices.SortStableFunc(all, func(a, b Blame) int {
		return cmp.Or(
			cmp.Compare(s.rank(b), s.rank(a)),
			cmp.Compare(b.Hits, a.Hits),
			cmp.Compare(begins[b.Fault], begins[a.Fault]),
		)
	})
	if len(all) > 0 && all[0].Tie != TieElsewhere {
		all = slices.DeleteFunc(all, func(b Blame) bool { return b.Tie == TieElsewhere })
	}
	return all
}

// rank orders the ties. What was gone after a crash was taken by it, whatever
// else went wrong before.
func (s *suspects) rank(b Blame) int {
	if s.class == NotDurable && b.Tie == TieStruck {
		return len(ties)
	}
	return slices.Index(ties, b.Tie)
}

// accuse finds the closest tie of one fault; none leaves it empty.
func (s *suspects) accuse(w *history.Window) Blame {
	counts := map[Tie]int{}
	for _, r := range s.requests {
		if s.before == never || r.At <= s.before {
			counts[s.tie(w, r)]++
		}
	}
	struck := stopsIntegration[w.Kind] && slices.ContainsFunc(s.open, func(o span) bool { return o.from <= w.From+w.Took && w.From <= o.to })
	if s.class == NotDurable && struck && endsSubject(w.Kind) {
		return Blame{Fault: w.Fault, Tie: TieStruck}
	}
	meanwhile, far := slices.ContainsFunc(s.open, func(o span) bool { return overlaps(w, o) }), s.aimed[w.Fault] && !absence[s.class]
	for _, tie := range slices.Backward(ties) {
		if tie == TieStruck && struck || tie == TieWaiting && meanwhile && !far || tie == TieElsewhere && meanwhile {
			return Blame{Fault: w.Fault, Tie: tie}
		}
		if counts[tie] > 0 {
			return Blame{Fault: w.Fault, Tie: tie, Hits: counts[tie]}
		}
	}
	return Blame{}
}

// kindExpire is the kind of fault that ends all sessions.
const kindExpire = "expire-token"

// stopsIntegration lists the kinds of faults that hit all of its work at once.
var stopsIntegration = map[string]bool{kindKill: true, kindStop: true, "pause": true}

// tie finds what a fault had to do with a request. A duplicate needs a reply
// that was lost: a request that failed openly did nothing that could be doubled.
func (s *suspects) tie(w *history.Window, r *commitlog.Request) Tie {
	within := overlaps(w, span{r.At, r.At + r.Took})
	lost := r.Fate.ReplyLost() && r.Records > 0
	switch {
	case w.Kind == kindExpire && r.Status == unauthorized && r.At >= w.From:
		return TiePart // the answer that its session had ended
	case r.Fault == w.Fault && lost, within && endsSubject(w.Kind), within && lost && r.Fault == "" && !s.aimed[w.Fault]:
		return TieReply
	case r.Fault == w.Fault && s.class != Duplicate, within && r.Disturbed() && r.Fault == "" && !s.aimed[w.Fault]:
		return TiePart
	case r.Fault == w.Fault, within && !s.aimed[w.Fault]:
		return TieDuring
	}
	return ""
}

// overlaps tells whether the window and the span share a moment. A window
// without an end lasts.
func overlaps(w *history.Window, s span) bool {
	return w.From <= s.to && (w.To == 0 || s.from <= w.To)
}
