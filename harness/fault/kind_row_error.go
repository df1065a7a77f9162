package fault

import "fmt"

var rowError = Kind{
	Name:   "row-error",
	Does:   "One record of a request is refused with an error code, such as UNABLE_TO_LOCK_ROW; with it goes the whole unit where the unit is all or none.",
	Needs:  []string{"for", "code"},
	Takes:  andAim("message"),
	Hits:   "requests in which a record was refused",
	writes: true,
	begin: func(_ *Nemesis, w *window) (effect, error) {
		f := w.planned.Fault
		return refusingRow{w.aim, RowError{Code: f.Code, Message: f.Message}}, nil
	},
}

type refusingRow struct {
	*aim
	row RowError
}

func (r refusingRow) decide(call Call) (Decision, bool) {
	if !r.takes(call) {
		return Decision{}, false
	}
	r.hit()
	row := r.row
	return Decision{RowError: &row}, true
}

func (r refusingRow) end() (hits int, note string, err error) {
	return r.told(fmt.Sprintf("requests in which a record was refused with %s", r.row.Code))
}
