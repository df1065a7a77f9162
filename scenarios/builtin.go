package scenarios

import (
	"context"
	"fmt"

	"github.com/squall-harness/squall/harness/subject"
	"github.com/squall-harness/squall/scenarios/mutants"
	"github.com/squall-harness/squall/scenarios/reference"
)

// Reference is the name of the reference integration.
const Reference = "reference"

// Integration is the reference integration, or a mutant of it by its name. It
// runs until its context ends.
func Integration(name string) (run func(context.Context, reference.Env) error, err error) {
	if name == Reference {
		return reference.Run, nil
	}
	m, ok := mutants.Find(name)
	if !ok {
		return nil, fmt.Errorf("no integration %q: `squall list` names them", name)
	}
	return m.Run, nil
}

// Func is Integration as a subject for virtual time.
func Func(name string) (subject.Subject, error) {
	run, err := Integration(name)
	if err != nil {
		return nil, err
	}
	return subject.Func(name, func(ctx context.Context, env subject.Env) error {
		e, err := reference.EnvFrom(env.Lookup)
		if err != nil {
			return err
		}
		e.Listen, e.Dial, e.Output = env.ListenOn, env.DialContext, env.Log()
		return run(ctx, e)
	}), nil
}
