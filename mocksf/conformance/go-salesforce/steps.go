package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// step runs one step and prints how it went, as a JSON line. Those after it
// run all the same.
func step(name string, run func() error) {
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

// equal compares as Go prints.
func equal(want, got any) error {
	if fmt.Sprint(want) != fmt.Sprint(got) {
		return fmt.Errorf("want %v, got %v", want, got)
	}
	return nil
}

// refused wants an error that says something.
func refused(err error, words string) error {
	if err == nil {
		return fmt.Errorf("not refused: %s", words)
	}
	if !strings.Contains(err.Error(), words) {
		return fmt.Errorf("not refused with %s but with %w", words, err)
	}
	return nil
}
