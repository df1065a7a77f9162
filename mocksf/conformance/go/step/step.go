// Package step is how the programs on Go clients report and compare.
package step

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
)

// Run runs one step and prints how it went, as a JSON line. Those after it
// run all the same.
func Run(name string, run func() error) {
	said := struct {
		Name   string `json:"name"`
		OK     bool   `json:"ok"`
		Detail string `json:"detail"`
	}{Name: name}
	err := guarded(run)
	if said.OK = err == nil; err != nil {
		said.Detail = err.Error()
	}
	_ = json.NewEncoder(os.Stdout).Encode(said)
}

// guarded turns a panic of the client into an error.
func guarded(run func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return run()
}

// Equal compares as Go prints.
func Equal(want, got any) error {
	if fmt.Sprint(want) != fmt.Sprint(got) {
		return fmt.Errorf("want %v, got %v", want, got)
	}
	return nil
}

// Refused wants an error that says something.
func Refused(err error, words string) error {
	if err == nil {
		return fmt.Errorf("not refused: %s", words)
	}
	if !strings.Contains(err.Error(), words) {
		return fmt.Errorf("not refused with %s but with %w", words, err)
	}
	return nil
}

// Trips counts what goes through it.
type Trips struct{ N atomic.Int32 }

// RoundTrip is http.RoundTripper.
func (t *Trips) RoundTrip(r *http.Request) (*http.Response, error) {
	t.N.Add(1)
	return http.DefaultTransport.RoundTrip(r)
}
