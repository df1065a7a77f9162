package workload

import (
	"fmt"
	"strings"

	"github.com/squall-harness/squall/harness/history"
)

// twinsField is an external id field that is not unique.
const twinsField = "Legacy_Id__c"

// twins is the number of external ids that several records share.
const twins = 5

// Seed is what must be in the org before the load: records of an object.
type Seed struct {
	Object string
	Fields map[string]any
}

// Seeds returns what the transactions of a spec expect to find: for poison,
// contacts two of which share each external id.
func Seeds(s Spec) (seeds []Seed) {
	if s.Mix.Poison == 0 {
		return nil
	}
	for n := range 2 * twins {
		seeds = append(seeds, Seed{"Contact", map[string]any{"LastName": fmt.Sprintf("Twin %d", n), twinsField: twin(n % twins)}})
	}
	return seeds
}

func twin(n int) string { return fmt.Sprintf("twin-%d", n) }

// poison makes a transaction that Salesforce refuses whatever the attempt. Some
// have the key of a busy account, whose later transactions must flow all the
// same.
func (g *generator) poison(op string) (string, []history.Record) {
	switch g.rng.IntN(5) {
	case 0:
		return g.poisonedUnit(op)
	case 1:
		return g.oneOfTwins()
	}
	id := "cont-" + op[2:]
	r := g.record("Contact", id)
	switch g.rng.IntN(3) {
	case 0: // a required field is missing
		r.Fields["Phone"] = "+49 30 1"
	case 1: // no address
		r.Fields["LastName"], r.Fields["Email"] = g.word(), "nobody"
	case 2: // longer than its field
		r.Fields["LastName"] = strings.Repeat(g.word()+" ", 20)
	}
	if g.spec.HotKeys > 0 && g.rng.IntN(2) == 0 {
		return g.hotKey(), []history.Record{r}
	}
	return id, []history.Record{r}
}

// poisonedUnit is a unit with one bad line: all of it must stay out.
func (g *generator) poisonedUnit(op string) (string, []history.Record) {
	account := "acct-" + op[2:]
	order := g.record("Order__c", "ord-"+op[2:])
	order.Parent = &history.Parent{Field: "Account__c", Object: "Account", ExternalIDField: externalID, ExternalID: account}
	line, cents := g.line(order.ExternalID, 0)
	order.Fields["Amount__c"] = float64(cents) / 100
	line.Fields["Product__c"] = strings.Repeat(g.word()+" ", 100)
	return account, []history.Record{g.account(account), order, line}
}

// oneOfTwins changes a contact that its external id does not tell apart.
func (g *generator) oneOfTwins() (string, []history.Record) {
	id := twin(g.rng.IntN(twins))
	r := history.Record{Object: "Contact", ExternalIDField: twinsField, ExternalID: id, Version: g.next("Contact", id),
		Fields: map[string]any{"LastName": g.word()}}
	return id, []history.Record{r}
}
