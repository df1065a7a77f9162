package workload

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/squall-harness/squall/harness/history"
)

// The classes of transactions.
const (
	ClassUpsert = "upsert"
	ClassHot    = "hot"
	ClassInsert = "insert"
	ClassUnit   = "unit"
	ClassDelete = "delete"
	ClassPoison = history.ClassPoison
)

// externalID is the external id field of every object of the default org.
const externalID = "Ext_Id__c"

// Generate draws the transactions of a run. The same seed and spec give the
// same transactions, byte for byte; Due counts from the first one.
func Generate(seed uint64, spec Spec, tokenField string) []history.Operation {
	g := generator{spec: spec, token: tokenField, versions: map[string]int{}, living: map[string]bool{}}
	ops := make([]history.Operation, 0, spec.Count())
	for i := range spec.Count() {
		g.rng = rand.New(rand.NewPCG(seed, uint64(i)))
		op := g.operation(i)
		op.Due = g.due(i)
		ops = append(ops, op)
	}
	return ops
}

// due keeps the rate, and is a little off the beat: what happens a round time
// after one transaction does not happen at the instant of another.
func (g *generator) due(i int) time.Duration {
	if i == 0 {
		return 0
	}
	return time.Duration((float64(i) + g.rng.Float64()/10) / g.spec.Rate * float64(time.Second))
}

type generator struct {
	spec     Spec
	token    string
	rng      *rand.Rand
	versions map[string]int  // per record: object and external id
	cold     []string        // external ids of contacts that may be changed later
	accounts []string        // external ids of the customers
	living   map[string]bool // contacts of class delete that exist
}

func (g *generator) operation(i int) history.Operation {
	op := history.Operation{ID: fmt.Sprintf("t-%06d", i+1), Class: g.class()}
	switch op.Class {
	case ClassUpsert:
		op.Key, op.Records = g.upsert(op.ID)
	case ClassHot:
		op.Key = g.hotKey()
		op.Records = []history.Record{g.account(op.Key)}
	case ClassInsert:
		op.Key, op.Records = g.insert(op.ID)
	case ClassUnit:
		op.Key, op.Records = g.unit(op.ID)
	case ClassDelete:
		op.Key, op.Records = g.life()
	case ClassPoison:
		op.Key, op.Records = g.poison(op.ID)
	}
	for n := range op.Records {
		op.Records[n].Fields[g.token] = fmt.Sprintf("%s.%d", op.ID, n)
	}
	return op
}

// classes are in the order of Mix.parts.
var classes = []string{ClassUpsert, ClassHot, ClassInsert, ClassUnit, ClassDelete, ClassPoison}

func (g *generator) class() string {
	n := g.rng.IntN(g.spec.Mix.sum())
	for i, part := range g.spec.Mix.parts() {
		if n -= part; n < 0 {
			return classes[i]
		}
	}
	return ClassUpsert // the parts sum up to more than n
}

func (g *generator) hotKey() string { return fmt.Sprintf("acct-h-%02d", g.rng.IntN(g.spec.HotKeys)) }

// next is the next version of a record.
func (g *generator) next(object, id string) int {
	g.versions[object+"\x00"+id]++
	return g.versions[object+"\x00"+id]
}

// upsert makes a contact, or changes one that an earlier transaction made. A
// change of an existing contact may clear its phone number: null is a value.
// The first upserts make the customers.
func (g *generator) upsert(op string) (string, []history.Record) {
	if len(g.accounts) < g.spec.Customers {
		id := "acct-" + op[2:] + g.oddity()
		g.accounts = append(g.accounts, id)
		return id, []history.Record{g.account(id)}
	}
	if len(g.cold) > 0 && g.rng.IntN(100) < 15 {
		return g.changeContact(g.cold[g.rng.IntN(len(g.cold))])
	}
	id := "cont-" + op[2:] + g.oddity()
	g.cold = append(g.cold, id)
	r := g.record("Contact", id)
	r.Fields["LastName"] = g.word() + " " + g.word()
	g.optional(r.Fields)
	return id, []history.Record{r}
}

// optional adds one field that not every contact has. No contact has them all,
// so that no single record tells the columns of a file.
func (g *generator) optional(fields map[string]any) {
	switch g.rng.IntN(4) {
	case 0, 1:
		fields["Phone"] = fmt.Sprintf("+49 30 %07d", g.rng.IntN(10_000_000))
	case 2:
		fields["Email"] = fmt.Sprintf("mail%d@example.com", g.rng.IntN(10_000_000))
	case 3:
		fields["Description"] = g.sentence()
	}
}

func (g *generator) changeContact(id string) (string, []history.Record) {
	r := g.record("Contact", id)
	r.Fields["LastName"] = g.word() + "-" + g.word()
	if g.rng.IntN(2) == 0 {
		r.Fields["Phone"] = nil
	}
	return id, []history.Record{r}
}

// insert makes an entry of an append-only log. Some belong to an account that
// an earlier transaction made; these share its key, so that the account comes
// first.
func (g *generator) insert(op string) (string, []history.Record) {
	r := history.Record{Object: "Activity_Log__c", Fields: map[string]any{"Note__c": g.sentence()}}
	if g.odd() {
		r.Fields["Quantity__c"] = g.thousandths()
	}
	key := g.knownAccount()
	if key == "" {
		return op, []history.Record{r}
	}
	r.Parent = &history.Parent{Field: "Account__c", Object: "Account", ExternalIDField: externalID, ExternalID: key}
	return key, []history.Record{r}
}

// knownAccount is an account that an earlier transaction made, "" more often
// than not. A hot one is always busy. A customer is not: an entry of it can take
// any way, and what it belongs to has long arrived.
func (g *generator) knownAccount() string {
	if len(g.accounts) > 0 && g.rng.IntN(100) < 25 {
		return g.accounts[g.rng.IntN(len(g.accounts))]
	}
	if g.spec.HotKeys == 0 || g.rng.IntN(100) < 70 {
		return ""
	}
	if key := g.hotKey(); g.versions["Account\x00"+key] > 0 {
		return key
	}
	return ""
}

// unit makes an account, an order of it and the order's lines.
func (g *generator) unit(op string) (string, []history.Record) {
	account := "acct-" + op[2:] + g.oddity()
	if g.spec.HotKeys > 0 && g.rng.IntN(2) == 0 {
		account = g.hotKey()
	}
	order := g.record("Order__c", "ord-"+op[2:])
	order.Parent = &history.Parent{Field: "Account__c", Object: "Account", ExternalIDField: externalID, ExternalID: account}
	order.Fields["Status__c"] = []string{"new", "paid", "shipped"}[g.rng.IntN(3)]
	records := []history.Record{g.account(account), order}
	total := 0 // in cents
	for n := range 1 + g.rng.IntN(max(1, g.spec.Lines)) {
		line, cents := g.line(order.ExternalID, n)
		total += cents
		records = append(records, line)
	}
	order.Fields["Amount__c"] = float64(total) / 100
	return account, records
}

// line is one line of an order, and its amount in cents.
func (g *generator) line(order string, n int) (r history.Record, cents int) {
	r = g.record("OrderLine__c", fmt.Sprintf("%s-l%d", order, n+1))
	r.Parent = &history.Parent{Field: "Order__c", Object: "Order__c", ExternalIDField: externalID, ExternalID: order}
	r.Fields["Quantity__c"] = float64(1 + g.rng.IntN(9))
	cents = g.cents()
	r.Fields["Amount__c"] = float64(cents) / 100
	return r, cents
}

// life makes a contact out of few, changes it, deletes it, or makes it again
// under the same key. Its versions rise through all of that.
func (g *generator) life() (string, []history.Record) {
	id := fmt.Sprintf("cont-h-%02d", g.rng.IntN(g.spec.HotKeys))
	r := g.record("Contact", id)
	if g.living[id] && g.rng.IntN(100) < 40 {
		g.living[id] = false
		r.Op = "delete"
		return id, []history.Record{r}
	}
	g.living[id] = true
	r.Fields["LastName"] = g.word() + " " + g.word()
	g.optional(r.Fields)
	return id, []history.Record{r}
}

func (g *generator) account(id string) history.Record {
	r := g.record("Account", id)
	r.Fields["Name"] = g.word() + " " + g.word() + " Ltd"
	r.Fields["BillingCity"] = g.word()
	return r
}

func (g *generator) record(object, id string) history.Record {
	return history.Record{Object: object, ExternalIDField: externalID, ExternalID: id,
		Version: g.next(object, id), Fields: map[string]any{}}
}
