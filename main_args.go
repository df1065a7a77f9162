package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/scenarios"
)

// runArgs is the command line of `squall run`, parsed.
type runArgs struct {
	scenarios   []string
	seed        *uint64 // nil: the scenario's own
	out         string
	speed       float64
	control     bool
	noFaults    bool
	stopAtFirst bool
	virtual     bool
	set         settings
	command     []string // after --
}

// settings collects --set key=value.
type settings []harness.Setting

// String is part of flag.Value.
func (s *settings) String() string { return "" }

// Set is part of flag.Value.
func (s *settings) Set(text string) error {
	key, value, ok := strings.Cut(text, "=")
	if !ok || key == "" {
		return errors.New("write it as key=value, for example load.rate=50")
	}
	*s = append(*s, harness.Setting{Key: key, Value: value})
	return nil
}

func parseRun(args []string) (a *runArgs, err error) {
	a = &runArgs{speed: 1}
	args, command, given := cutAt(args, "--")
	if given && (len(command) == 0 || command[0] == "") {
		return a, errors.New("nothing follows --: write the command that starts your integration, for example -- ./my-integration")
	}
	a.command = command
	f := flag.NewFlagSet("run", flag.ContinueOnError)
	f.StringVar(&a.out, "out", "runs", "")
	f.BoolVar(&a.control, "control", false, "")
	f.BoolVar(&a.stopAtFirst, "stop-at-first", false, "")
	f.BoolVar(&a.noFaults, "no-faults", false, "")
	f.BoolVar(&a.virtual, "virtual", false, "")
	f.Var(&a.set, "set", "")
	f.Func("seed", "", a.setSeed)
	f.Func("speed", "", a.setSpeed)
	if a.scenarios, err = parseMixed(f, args); err != nil {
		return a, err
	}
	if len(a.scenarios) == 0 {
		return a, fmt.Errorf("which scenario? There are: %s; or give a .yaml file of your own", strings.Join(scenarios.Names(), ", "))
	}
	return a, nil
}

func (a *runArgs) setSeed(text string) error {
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return errors.New("a seed is a whole number from 0 to 18446744073709551615")
	}
	a.seed = &seed
	return nil
}

func (a *runArgs) setSpeed(text string) error {
	speed, err := strconv.ParseFloat(strings.TrimSuffix(text, "x"), 64)
	if err != nil || !(speed > 0) || math.IsInf(speed, 0) {
		return errors.New("write a positive factor such as 2x")
	}
	a.speed = speed
	return nil
}

// parseMixed lets flags stand before and after the other arguments, which it
// returns.
func parseMixed(f *flag.FlagSet, args []string) (rest []string, err error) {
	f.SetOutput(io.Discard) // the error says it all
	for {
		if err := f.Parse(args); err != nil {
			return nil, inWords(err)
		}
		if f.NArg() == 0 {
			return rest, nil
		}
		rest = append(rest, f.Arg(0))
		args = f.Args()[1:]
	}
}

// inWords is an error of package flag as the rest of the program would say it.
func inWords(err error) error {
	text := err.Error()
	for _, r := range [][2]string{
		{"flag provided but not defined: -", "there is no flag --"},
		{"flag needs an argument: -", "a value must follow --"},
		{" for flag -", " for --"},
	} {
		text = strings.Replace(text, r[0], r[1], 1)
	}
	return errors.New(text)
}

// load reads all the scenarios.
func (a *runArgs) load() ([]*harness.Scenario, error) {
	all := make([]*harness.Scenario, len(a.scenarios))
	for i, name := range a.scenarios {
		all[i] = a.scenario(name)
		if err := all[i].Err(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (a *runArgs) scenario(name string) *harness.Scenario {
	s := scenarios.Load(name, a.set...)
	if a.seed != nil {
		s.Seed = *a.seed
	}
	if a.speed != 1 {
		s = s.Faster(a.speed)
	}
	if a.noFaults {
		s = s.WithoutFaults()
	}
	return s
}
