package mocksf

import (
	"slices"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

//go:generate go test -run TestErrorsPageIsCurrent . -update

// ErrorKind is one error that the org can answer with: its code, its HTTP
// status when it is the whole reply, its text (with fmt verbs), whether it is
// Definite (nothing was written), whether the same request may succeed later
// (Retryable), and the source of these facts.
type ErrorKind = apierr.Kind

// Errors lists all errors that the org raises by itself. Every reply is made
// from this table.
func Errors() []ErrorKind {
	var kinds []ErrorKind
	for _, k := range slices.Concat(apierr.Table, apierr.LoginTable) {
		kinds = append(kinds, *k)
	}
	return kinds
}
