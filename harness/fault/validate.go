package fault

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

// longest bounds every time in a fault, far below where sums overflow.
const longest = 366 * 24 * time.Hour

// Validate says what is wrong with a fault, and what to write instead. A fault
// that can never fire is wrong too. loadEnd is when the last transaction is
// due; 0 means that it is not known.
func Validate(f Fault, loadEnd time.Duration) error {
	if err := validate(f, loadEnd); err != nil {
		return fmt.Errorf("fault %q: %w", f.Name, err)
	}
	return nil
}

func validate(f Fault, loadEnd time.Duration) error {
	if strings.TrimSpace(f.Name) == "" {
		return fmt.Errorf("name is missing: the report calls the fault by it")
	}
	k, err := kindNamed(f.Kind)
	if err != nil {
		return err
	}
	for _, check := range []func() error{
		func() error { return checkFields(k, f) },
		func() error { return checkTimes(f, loadEnd) },
		func() error { return checkCount(f) },
		func() error { return checkMatch(k, f.Match) },
		func() error { return checkSite(f) },
		func() error { return k.checkOwn(f) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (k Kind) checkOwn(f Fault) error {
	if k.check == nil {
		return nil
	}
	return k.check(f)
}

// checkFields holds the fault against the table of kinds.
func checkFields(k Kind, f Fault) error {
	set := fieldsSet(f)
	for _, need := range k.Needs {
		if !slices.Contains(set, need) {
			return fmt.Errorf("a fault of the kind %s needs %s", k.Name, need)
		}
	}
	known := slices.Concat([]string{"name", "kind", "at", "jitter", "optional", "site"}, k.Needs, k.Takes)
	for _, field := range set {
		if !slices.Contains(known, field) {
			return fmt.Errorf("a fault of the kind %s takes no %s; it takes: %s", k.Name, field, strings.Join(known, ", "))
		}
	}
	return nil
}

// fieldsSet lists the keys that differ from their zero value.
func fieldsSet(f Fault) []string {
	var set []string
	v := reflect.ValueOf(f)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			set = append(set, key)
		}
	}
	return set
}

func checkTimes(f Fault, loadEnd time.Duration) error {
	for _, t := range []struct {
		key  string
		time time.Duration
	}{{"at", f.At}, {"for", f.For}, {"jitter", f.Jitter}, {"delay", f.Delay}, {"back", f.Back}} {
		if t.time < 0 || t.time > longest {
			return fmt.Errorf("%s is %v: write a time from 0s to %v", t.key, t.time, longest)
		}
	}
	if last := f.At + f.Jitter; loadEnd > 0 && last >= loadEnd {
		return fmt.Errorf("it begins at %v, and the load ends at %v: it would never fire; begin earlier", last, loadEnd)
	}
	return nil
}

// checkSite is the rule for what the status site tells of a fault.
func checkSite(f Fault) error {
	words := []string{SiteDisruption, SiteDegradation, SiteGreen}
	switch {
	case f.Site == "":
		return nil
	case !slices.Contains(words, f.Site):
		return fmt.Errorf("site is %q: write one of: %s", f.Site, strings.Join(words, ", "))
	case slices.Contains([]string{kill.Name, stop.Name, pause.Name}, f.Kind):
		return fmt.Errorf("site: Salesforce's status site tells of no trouble of the integration's own; leave it out for the kind %s", f.Kind)
	case f.For <= 0:
		return fmt.Errorf("site: an incident lasts as long as its fault, and a fault of the kind %s is over at once; leave it out", f.Kind)
	}
	return nil
}

// maxAmong bounds what the plan has to draw and carry.
const maxAmong = 1_000_000

func checkCount(f Fault) error {
	switch {
	case f.Count < 0 || f.Count > maxAmong:
		return fmt.Errorf("count is %d: write a number from 1 to %d, or leave it out to hit every matching request", f.Count, maxAmong)
	case f.Among < 0 || f.Among > maxAmong:
		return fmt.Errorf("among is %d: write a number from 1 to %d", f.Among, maxAmong)
	case f.Among > 0 && f.Count == 0:
		return fmt.Errorf("among is %d and there is no count: say how many of these requests are hit", f.Among)
	case f.Among > 0 && f.Count > f.Among:
		return fmt.Errorf("count %d is more than among %d: they cannot all be hit; raise among", f.Count, f.Among)
	}
	return nil
}

const apiAuth = string(commitlog.APIAuth)

var (
	knownAPIs = []string{string(commitlog.APIRow), string(commitlog.APICollections), string(commitlog.APIComposite),
		string(commitlog.APIGraph), string(commitlog.APIBulk), string(commitlog.APIClassic), string(commitlog.APIQuery), string(commitlog.APIAuth), string(commitlog.APIOther)}
	writingAPIs  = knownAPIs[:6]
	steppedAPIs  = []string{string(commitlog.APIBulk), string(commitlog.APIClassic), apiAuth}
	knownMethods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	readMethods  = knownMethods[:2]
	knownWrites  = []string{WritesSingle, WritesMulti, WritesAny}
	knownSteps   = []string{"token", stepCreate, stepUpload, stepClose, "abort", "status", "results"}
)

func checkMatch(k Kind, m Match) error {
	for _, w := range []struct {
		key          string
		words, known []string
	}{{"match.apis", m.APIs, knownAPIs}, {"match.methods", m.Methods, knownMethods}, {"match.steps", m.Steps, knownSteps}, {"match.writes", word(m.Writes), knownWrites}} {
		for _, word := range w.words {
			if !oneOf(w.known, word) {
				return fmt.Errorf("%s: %q is unknown; write one of: %s", w.key, word, strings.Join(w.known, ", "))
			}
		}
	}
	return checkReachable(k.matching(m))
}

func word(w string) []string {
	if w == "" {
		return nil
	}
	return []string{w}
}

// checkReachable finds matches that no request can fulfil.
func checkReachable(m Match) error {
	if len(m.Steps) > 0 {
		return checkSteps(m)
	}
	if m.Writes == "" && len(m.Objects) == 0 {
		return nil
	}
	if m.apart(writingAPIs) {
		return fmt.Errorf("match.apis: %s never writes records: it would never fire", strings.Join(m.APIs, ", "))
	}
	if len(m.Methods) > 0 && !slices.ContainsFunc(m.Methods, func(w string) bool { return !oneOf(readMethods, w) }) {
		return fmt.Errorf("match.methods: %s never writes records: it would never fire", strings.Join(m.Methods, ", "))
	}
	if m.Writes == WritesMulti && len(m.APIs) > 0 && !slices.ContainsFunc(m.APIs, func(a string) bool { return !strings.EqualFold(a, string(commitlog.APIRow)) }) {
		return fmt.Errorf("match.writes: a request of the row API writes one record: multi would never fire")
	}
	return nil
}

// apart tells whether the match names APIs, and none of these.
func (m Match) apart(apis []string) bool {
	return len(m.APIs) > 0 && !slices.ContainsFunc(m.APIs, func(a string) bool { return oneOf(apis, a) })
}

// checkSteps holds what else is asked of steps against what they are.
func checkSteps(m Match) error {
	onlyToken := !slices.ContainsFunc(m.Steps, func(s string) bool { return !strings.EqualFold(s, knownSteps[0]) })
	switch {
	case m.Writes != "":
		return fmt.Errorf("match.writes: %s and match.steps are two ways to choose requests: leave one out", m.Writes)
	case onlyToken && len(m.Objects) > 0:
		return fmt.Errorf("match.objects: a login is about no object: it would never fire")
	case m.apart(steppedAPIs):
		return fmt.Errorf("match.apis: %s has no steps: it would never fire; leave it out", strings.Join(m.APIs, ", "))
	}
	return nil
}

// checkStatus is the rule for the HTTP status of an answer.
func checkStatus(status int) error {
	if status < 200 || status > 599 {
		return fmt.Errorf("status is %d: write an HTTP status from 200 to 599", status)
	}
	return nil
}

// CheckAll validates the faults of a scenario together: names are unique, and
// two faults that would undo each other do not overlap.
func CheckAll(faults []Fault, loadEnd time.Duration) error {
	for i, f := range faults {
		if err := Validate(f, loadEnd); err != nil {
			return err
		}
		for _, other := range faults[:i] {
			if f.Name == other.Name {
				return fmt.Errorf("two faults are named %q: names tell them apart in the report", f.Name)
			}
			if f.excludes(other) {
				return fmt.Errorf("faults %q and %q may be at work at the same time, and the end of one would end the other: move one", other.Name, f.Name)
			}
		}
	}
	return nil
}

// excludes says whether two faults switch the same thing and may overlap.
func (f Fault) excludes(other Fault) bool {
	switched := []string{refuse.Name, blackhole.Name, pause.Name, kill.Name, stop.Name}
	return f.Kind == other.Kind && slices.Contains(switched, f.Kind) &&
		f.At < other.latestEnd() && other.At < f.latestEnd()
}

func (f Fault) latestEnd() time.Duration {
	return f.At + f.Jitter + f.For + f.Delay
}
