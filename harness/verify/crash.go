package verify

import (
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// The kinds of fault that end the subject, without warning or by asking it to.
// It owes the same afterwards.
const (
	kindKill = "kill"
	kindStop = "stop"
)

func endsSubject(kind string) bool { return kind == kindKill || kind == kindStop }

// Crash is an end of the subject.
type Crash struct {
	From time.Duration // since when it may hear no reply
	To   time.Duration // when it was gone: it acknowledged nothing any more
}

// Crashes lists when the subject was ended. Who is killed may be deaf from the
// first moment; who is asked to stop hears and answers until the end.
func Crashes(windows []history.Window) []Crash {
	var all []Crash
	for _, w := range windows {
		gone := w.From + w.Took
		switch {
		case w.Hits <= 0:
		case w.Kind == kindKill:
			all = append(all, Crash{w.From, gone})
		case w.Kind == kindStop:
			all = append(all, Crash{gone, gone})
		}
	}
	return all
}

// Found tells whether the crash found an operation acknowledged and not yet
// delivered.
func (c Crash) Found(acked, delivered time.Duration) bool {
	return acked <= c.To && delivered > c.To
}

// Cut tells whether a request that was answered may have found nobody to hear it.
func (c Crash) Cut(begun, answered time.Duration) bool {
	return begun <= c.To && c.From <= answered
}

// crashes lists when the subject was ended.
func (l *ledger) crashes() []Crash { return Crashes(l.History.Windows) }
