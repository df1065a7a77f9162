package crowd

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"sort"
	"sync"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// Org is where the crowd works.
type Org interface {
	http.Handler
	Visit(identity string) (token string)
}

// Crowd is a spec at work.
type Crowd struct {
	Spec    Spec
	Org     Org
	Version string               // of the REST API, for example 67.0
	Name    func(string) string  // makes the identity of user-1 or reader-1
	Ops     []history.Operation  // what the source offers, in the order of Due
	Now     func() time.Duration // on the clock of Due
	Seed    uint64               // fixes who looks at what, as far as time allows
}

// stagger keeps people apart: no two of them act at the same instant.
const stagger = 1371 * time.Microsecond

// Run lets everybody work until ctx is over.
func (c *Crowd) Run(ctx context.Context) {
	var all sync.WaitGroup
	n := 0
	start := func(name string, work func(*person)) {
		n++
		p := c.person(name)
		delay := c.Spec.Every*time.Duration(n)/time.Duration(c.Spec.Readers+c.Spec.Users) + time.Duration(n)*stagger
		all.Go(func() {
			for wait := delay; pause(ctx, wait); wait = c.Spec.Every {
				work(p)
			}
		})
	}
	units, known := c.units(), c.known()
	for i := range c.Spec.Readers {
		start(fmt.Sprintf("reader-%d", i+1), (&reader{crowd: c, units: units, next: i, step: c.Spec.Readers}).look)
	}
	for i := range c.Spec.Users {
		start(fmt.Sprintf("user-%d", i+1), (&user{crowd: c, known: known}).edit)
	}
	all.Wait()
}

// pause waits; false when ctx was over first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// person is one of the crowd, logged in.
type person struct {
	name string
	door door
	rng  *rand.Rand
}

func (c *Crowd) person(name string) *person {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // never fails
	return &person{
		name: name, rng: rand.New(rand.NewPCG(c.Seed, h.Sum64())),
		door: door{org: c.Org, token: c.Org.Visit(c.Name(name)), root: "/services/data/v" + c.Version},
	}
}

// due is how many of the operations are due.
func (c *Crowd) due() int {
	now := c.Now()
	return sort.Search(len(c.Ops), func(i int) bool { return c.Ops[i].Due > now })
}
