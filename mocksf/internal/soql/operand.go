package soql

// operand is an expression as conditions, orders and groups use it.
type operand struct {
	kind  Kind
	name  string // of the column, for messages
	multi bool
	value func(Row) any // in the form in which values are compared
	field *field        // of a plain field, for the indexes; nil else
}

// compiler turns conditions and orders into functions of a row. What a row is
// depends on the operands: a record, or a group of them.
type compiler struct {
	*binding
	operand func(Expr) (operand, error)
}

// records compiles for records.
func (b *binding) records() compiler { return compiler{b, b.recordOperand} }

// recordOperand resolves an expression over a record.
func (b *binding) recordOperand(e Expr) (operand, error) {
	if e.Func.ofGroup() {
		return operand{}, fail(MalformedQuery, b.query.Text, e.Path[0].Pos, "aggregate functions are allowed in SELECT, HAVING and ORDER BY of a grouped query only: %s", e)
	}
	f, err := b.field(e.Path)
	if err != nil {
		return operand{}, err
	}
	if e.Func == distance {
		return b.fromPlace(e, f)
	}
	kind, err := b.kindOf(e, f)
	if err != nil {
		return operand{}, err
	}
	o := operand{kind: kind, name: f.column.Name, multi: f.column.Multi, value: f.value}
	if e.Func == "" || e.Func == toLabel {
		o.field = f
		return o, nil
	}
	o.value = func(row Row) any {
		v := f.value(row)
		if v == nil {
			return nil
		}
		return e.Func.of(f.column.Kind, v)
	}
	return o, nil
}

// kindOf is the kind of an expression's value.
func (b *binding) kindOf(e Expr, f *field) (Kind, error) {
	kind, ok := e.Func.kind(f.column.Kind)
	switch {
	case f.column.File:
		return 0, fail(InvalidField, b.query.Text, e.Path[0].Pos, "field '%s' can not be filtered, sorted or grouped in a query call", f.column.Name)
	case ok:
		return kind, nil
	case e.Func.Aggregate():
		return 0, fail(MalformedQuery, b.query.Text, e.Path[0].Pos, "field %s does not support aggregate operator %s", f.column.Name, e.Func)
	}
	return 0, fail(InvalidField, b.query.Text, e.Path[0].Pos, "field %s does not support the function %s", f.column.Name, e.Func)
}
