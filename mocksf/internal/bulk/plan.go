package bulk

import (
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

// nullCell clears a field; an empty cell leaves it alone.
const nullCell = "#N/A"

// plan says what each column of a job's file means.
type plan struct {
	order
	columns []column
}

type column struct {
	use      use
	field    int
	parent   *store.Table // of use parent: the table that the field points at
	external int          // of use parent: the external id field there
}

type use uint8

const (
	value    use = iota // goes into a field
	key                 // names the record
	parent              // names the parent by its external id
	recordID            // the Id column of a job whose records are named otherwise
)

// noSuchField begins the errorMessage of a job whose header names no field.
const noSuchField = "InvalidBatch : Field name not found : "

// newPlan resolves the header. The error is the job's errorMessage.
func newPlan(o order, header []string) (*plan, string) {
	p := &plan{order: o}
	for _, name := range header {
		c, ok := o.column(strings.TrimSpace(name))
		if !ok {
			return nil, noSuchField + name
		}
		p.columns = append(p.columns, c)
	}
	return p, ""
}

func (o order) column(name string) (column, bool) {
	if relation, external, ok := strings.Cut(name, "."); ok {
		return o.parentColumn(relation, external)
	}
	field, ok := o.table.Field(name)
	c := column{field: field}
	switch {
	case o.operation != Insert && field == o.key:
		c.use = key
	case field == store.FieldID:
		c.use = recordID
	}
	return c, ok
}

// parentColumn reads Account.Ext_Id__c, and Contact:Who.Ext_Id__c of a
// polymorphic relationship (Bulk API guide, Relationship Fields in a Header
// Row).
func (o order) parentColumn(relation, external string) (column, bool) {
	object, name, typed := strings.Cut(relation, ":")
	if !typed {
		object, name = "", relation
	}
	field, table, ok := o.table.Parent(name, object)
	if !ok {
		return column{}, false
	}
	i, err := table.External(external)
	return column{use: parent, field: field, parent: table, external: i}, err == nil
}

// read fills a draft from the cells of one row and returns the text that names
// the record.
func (p *plan) read(d *store.Draft, cells []string) (name string, err *apierr.Error) {
	for i, cell := range cells {
		c := &p.columns[i]
		switch {
		case c.use == key:
			name = named(cell)
		case cell == "" || p.operation.deletes():
		case c.use == recordID:
			err = apierr.FieldInBody.New("Id").On("Id")
		default:
			err = c.put(d, cell)
		}
		if err != nil {
			return "", err
		}
	}
	return name, nil
}

// named is the text of a cell that names a record; null names none.
func named(cell string) string {
	if cell == nullCell {
		return ""
	}
	return cell
}

func (c *column) put(d *store.Draft, cell string) *apierr.Error {
	kind := store.Cell
	if cell == nullCell {
		kind = store.Null
	}
	if c.use == parent {
		return d.SetParent(c.field, c.parent, c.external, kind, cell)
	}
	return d.Set(c.field, kind, cell)
}

// pack does what it can of a row that may become a new record.
func (p *plan) pack(press *store.Press, d *store.Draft, name string) {
	switch p.operation {
	case Insert:
		press.Pack(d, store.FieldID, "")
	case Upsert:
		press.Pack(d, p.key, name)
	}
}

// apply writes one row.
func (p *plan) apply(tx *store.Tx, d *store.Draft, name string) result {
	switch p.operation {
	case Insert:
		row, err := tx.Insert(d)
		return saved(store.Saved{Row: row, Created: true}, err)
	case Upsert:
		return saved(tx.Upsert(d, p.key, name, false))
	}
	if name == "" {
		return failed("", apierr.MissingID.New("Id"))
	}
	id, _ := store.LongID(name)
	if err := p.change(tx, d, name); err != nil {
		return failed(id, err)
	}
	return result{number: store.Sequence(id)}
}

func saved(s store.Saved, err *apierr.Error) result {
	if err != nil {
		return failed("", err)
	}
	return result{number: s.Sequence(), created: s.Created}
}

// change writes one row that names its record by an id.
func (p *plan) change(tx *store.Tx, d *store.Draft, id string) *apierr.Error {
	switch p.operation {
	case Delete:
		return tx.Delete(d.Table, id)
	case HardDelete:
		return tx.Erase(d.Table, id)
	}
	return tx.Update(id, d)
}
