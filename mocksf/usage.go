package mocksf

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// UsageNotices are the API usage notifications of Setup: the org tells when
// its requests pass a percentage of the daily allocation (REST API guide, API
// Request Limits and Allocations).
type UsageNotices struct {
	Percents []int         // of the allocation; none is no notice
	Again    time.Duration // until the same percentage is told again, if it is still passed; 0 is 24 hours

	// OnNotice is told, from the goroutine of the request that passed the
	// percentage. nil: the notice is on the page of the org only.
	OnNotice func(UsageNotice)
}

// UsageNotice is one notification.
type UsageNotice struct {
	At        time.Time
	Percent   int // that was passed
	Used, Max int // requests
	Org       string
}

// Subject is the subject line of the mail. Its words are the mock's own: those
// of Salesforce are not documented.
func (n UsageNotice) Subject() string {
	return fmt.Sprintf("Your organization has used %d%% of its daily API requests", n.Percent)
}

// Body is the text of the mail, see Subject.
func (n UsageNotice) Body() string {
	return fmt.Sprintf("Organization %s has made %d of %d API requests in the last 24 hours. The notification is set to %d%%.\nTime: %s\n",
		n.Org, n.Used, n.Max, n.Percent, n.At.UTC().Format(time.RFC3339))
}

// usageWatch remembers what was told.
type usageWatch struct {
	mu   sync.Mutex
	told map[int]time.Time
	last []UsageNotice // the newest, for the page
}

// keptNotices is how many the page shows.
const keptNotices = 10

// look tells what has been passed.
func (u *usageWatch) look(cfg UsageNotices, o *Org) {
	if len(cfg.Percents) == 0 {
		return
	}
	for _, n := range u.passed(cfg, o.used(), o.cfg.DailyRequests, o.cfg.Now()) {
		if cfg.OnNotice != nil {
			cfg.OnNotice(n)
		}
	}
}

func (u *usageWatch) passed(cfg UsageNotices, used, most int, now time.Time) (news []UsageNotice) {
	u.mu.Lock()
	defer u.mu.Unlock()
	again := cfg.Again
	if again <= 0 {
		again = 24 * time.Hour
	}
	for _, percent := range cfg.Percents {
		at, told := u.told[percent]
		if used*100 < percent*most || told && now.Sub(at) < again {
			continue
		}
		if u.told == nil {
			u.told = map[int]time.Time{}
		}
		u.told[percent] = now
		news = append(news, UsageNotice{At: now, Percent: percent, Used: used, Max: most, Org: orgID})
	}
	u.last = append(u.last, news...)
	u.last = slices.Delete(u.last, 0, max(0, len(u.last)-keptNotices))
	return news
}
