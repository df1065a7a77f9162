package harness

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"

	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/subject"
)

// The credentials that every subject is given. They open nothing but the mock.
const (
	clientID     = "squall-client"
	clientSecret = "squall-secret"
	username     = "integration@squall.example"
	password     = "squall-passwordTOKEN"
)

// setUpSubject prepares the source, and what the subject is told.
func (r *rig) setUpSubject(life context.Context, sub subject.Subject, dir *rundir.Dir) error {
	listen, err := r.world.freeAddr()
	if err != nil {
		return err
	}
	env := subject.Env{LoginURL: "http://" + r.link.Addr(), ClientID: clientID, ClientSecret: clientSecret,
		Username: username, Password: password, APIVersion: r.scenario.Org.APIVersion,
		ListenAddr: listen, AlertURL: r.alerts.url, StateDir: cmp.Or(r.world.stateDir, dir.StateDir())}
	if r.site != nil {
		env.StatusURL = r.site.url
	}
	if env.SourceURL, err = r.setUpSource(listen); err != nil {
		return err
	}
	if env.Extra, err = expand(r.scenario.Subject.Env, env); err != nil {
		return err
	}
	subject.Inhabit(sub, r.world.World)
	r.host = newHost(life, r.world.Network, sub, env, dir.SubjectLog(), r.scenario.Subject, r.note)
	r.nemesis.Process = r.host
	return nil
}

// expand fills the templates of subject.env with the contract's variables.
func expand(templates map[string]string, env subject.Env) (map[string]string, error) {
	vars := map[string]string{}
	for _, v := range env.Vars() {
		name, value, _ := strings.Cut(v, "=")
		vars[name] = value
	}
	out := map[string]string{}
	for name, text := range templates {
		t, err := template.New(name).Option("missingkey=error").Parse(text)
		if err != nil {
			return nil, fmt.Errorf("subject.env.%s is no Go template: %w", name, err)
		}
		var b bytes.Buffer
		if err := t.Execute(&b, vars); err != nil {
			return nil, fmt.Errorf("subject.env.%s: %s; it may use %s", name, inTemplate(err), strings.Join(slices.Sorted(maps.Keys(vars)), ", "))
		}
		out[name] = b.String()
	}
	return out, nil
}

// inTemplate is what the template library found, without its own coordinates.
func inTemplate(err error) string {
	if _, what, ok := strings.Cut(err.Error(), ">: "); ok {
		return what
	}
	return err.Error()
}
