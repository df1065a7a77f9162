package subject

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// Vars is the environment as NAME=value: the contract in the order of Env's
// fields, then Extra in the order of the names. What is empty is left out.
func (e Env) Vars() []string {
	var vars []string
	add := func(name, value string) {
		if value != "" {
			vars = append(vars, name+"="+value)
		}
	}
	add("SF_LOGIN_URL", e.LoginURL)
	add("SF_CLIENT_ID", e.ClientID)
	add("SF_CLIENT_SECRET", e.ClientSecret)
	add("SF_USERNAME", e.Username)
	add("SF_PASSWORD", e.Password)
	add("SF_API_VERSION", e.APIVersion)
	add("LISTEN_ADDR", e.ListenAddr)
	add("SOURCE_URL", e.SourceURL)
	add("ALERT_URL", e.AlertURL)
	add("SF_STATUS_URL", e.StatusURL)
	add("STATE_DIR", e.StateDir)
	for _, name := range slices.Sorted(maps.Keys(e.Extra)) {
		add(name, e.Extra[name])
	}
	return vars
}

// Lookup is the value of a variable, as os.Getenv would give it to a program.
func (e Env) Lookup(name string) string {
	for _, v := range slices.Backward(e.Vars()) {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

// String is the environment for people: no value that holds a secret is shown.
func (e Env) String() string {
	vars := e.Vars()
	for i, v := range vars {
		name, value, _ := strings.Cut(v, "=")
		if holds(value, e.ClientSecret) || holds(value, e.Password) {
			vars[i] = name + "=[secret]"
		}
	}
	return strings.Join(vars, " ")
}

// GoString keeps secrets out of %#v too.
func (e Env) GoString() string { return fmt.Sprintf("subject.Env{%s}", e) }

func holds(value, secret string) bool { return secret != "" && strings.Contains(value, secret) }

// basics are the variables of the caller that a program needs to start at all:
// where programs, libraries, caches and temporary files are, language and time
// zone. No others are passed on: the caller's secrets are none of the
// subject's business.
var basics = []string{
	"PATH", "HOME", "USER", "SHELL", "TMPDIR", "TMP", "TEMP", "LANG", "LC_ALL", "TZ",
	"SYSTEMROOT", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
	"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "XDG_CACHE_HOME",
	"GOROOT", "GOPATH", "GOCACHE", "GOMODCACHE", "GOCOVERDIR", "GOTOOLCHAIN",
	"JAVA_HOME", "NODE_PATH", "PYTHONPATH", "VIRTUAL_ENV", "GEM_HOME", "GEM_PATH", "DOTNET_ROOT",
}

// inherited is what of the caller's environment is passed on.
func inherited() []string {
	var vars []string
	for _, name := range basics {
		if value, ok := os.LookupEnv(name); ok {
			vars = append(vars, name+"="+value)
		}
	}
	return vars
}
