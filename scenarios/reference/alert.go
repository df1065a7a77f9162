package reference

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Alerts tells people what they should know, at ALERT_URL. It looks at the
// same figures as /metrics and at the gate, in a goroutine of its own: a
// receiver that hangs holds up nothing. Which alerts fire is kept in the
// outbox, so that a restart can resolve what the last run fired.
type Alerts struct {
	URL    string
	HTTP   *http.Client
	Outbox Outbox
	Gate   *Gate
	Feed   *Feed
	Every  time.Duration // time between two looks, up to ten times that when nothing changes

	firing map[string]firing
}

// firing is an alert that was sent and not resolved.
type firing struct {
	cause string
	since time.Time
}

// condition is what one alert is about.
type condition struct {
	name    string
	summary string
	on      bool   // it should fire
	over    bool   // it should be resolved, if it fires
	cause   string // why it fires
}

// highBacklog is the number of waiting transactions that somebody should know of.
const highBacklog = 500

// patience is how long no call may succeed before somebody is told.
const patience = time.Second

func newAlerts(env Env, outbox Outbox, gate *Gate, feed *Feed) *Alerts {
	web := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DialContext: env.Dial}}
	return &Alerts{URL: env.AlertURL, HTTP: web, Outbox: outbox, Gate: gate, Feed: feed, Every: 200 * time.Millisecond}
}

// Run looks and tells until ctx ends.
func (a *Alerts) Run(ctx context.Context) {
	if a.URL == "" {
		return
	}
	defer a.HTTP.CloseIdleConnections()
	a.firing = map[string]firing{}
	fired, _ := a.Outbox.Fired() // unreadable: then they fire anew
	for name := range fired {
		a.firing[name] = firing{since: time.Now()}
	}
	for pause := a.Every; sleep(ctx, pause); {
		pause = min(2*pause, 10*a.Every) // in quiet times a look every few seconds is enough
		for _, c := range a.conditions(time.Now()) {
			if a.tell(ctx, c) {
				pause = a.Every
			}
		}
	}
}

// conditions judges the present. An alert is over when the backlog is really
// gone, not when the first call succeeds again.
func (a *Alerts) conditions(now time.Time) []condition {
	waiting, dead := a.Outbox.Counts()
	trouble, feed := a.Gate.Trouble(), a.Feed.Trouble()
	lasting := !trouble.Since.IsZero() && now.Sub(trouble.Since) > patience
	return []condition{
		{name: "SalesforceUnreachable", summary: "No call to Salesforce succeeds.",
			on: lasting, over: waiting == 0 && trouble.Since.IsZero(), cause: trouble.Cause},
		{name: "BacklogHigh", summary: "Accepted transactions pile up.",
			on: waiting >= highBacklog, over: waiting == 0, cause: fmt.Sprintf("%d transactions or more wait for delivery", highBacklog)},
		{name: "DeadLetters", summary: "Transactions cannot be delivered and need somebody to look at them.",
			on: dead > 0, over: dead == 0, cause: fmt.Sprintf("%d so far; %s", dead, strings.Join(a.Outbox.Dead(), "; "))},
		{name: "SourceFeed", summary: "Transactions cannot be fetched from the source.", on: feed != "", over: feed == "", cause: feed},
	}
}

// tell sends what has changed: an alert begins, has another cause, or is over.
// What could not be sent is sent at the next look. It is true when there was
// something to say.
func (a *Alerts) tell(ctx context.Context, c condition) bool {
	now := time.Now()
	f, isFiring := a.firing[c.name]
	switch {
	case c.on && (!isFiring || f.cause != c.cause):
		if !isFiring {
			f.since = now
		}
		f.cause = c.cause
		if a.post(ctx, message("firing", c, f, now)) == nil && a.Outbox.SetFired(c.name, true) == nil {
			a.firing[c.name] = f
		}
	case isFiring && c.over:
		if a.post(ctx, message("resolved", c, f, now)) == nil && a.Outbox.SetFired(c.name, false) == nil {
			delete(a.firing, c.name)
		}
	default:
		return false
	}
	return true
}
