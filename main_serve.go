package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/squall-harness/squall/harness"
	"github.com/squall-harness/squall/mocksf"
)

var serveFlags = []string{
	"--addr HOST:PORT           where it listens, 127.0.0.1:8080 when absent",
	"--profile NAME             how strong the org is: a profile's name, or a .yaml file of your own",
	"--describe PATH            objects of your own org: what sf sobject describe --json printed, or a folder of such files; may come again",
	"--client-id ID, --client-secret SECRET, --username NAME, --password PASSWORD",
	"                           what logins must bring; any value when absent. Where others see",
	"                           command lines: SQUALL_CLIENT_SECRET, SQUALL_PASSWORD in the environment",
	"--jwt-key FILE             a certificate or public key in PEM: JWT logins of the client id must be signed with its private key",
	"--trace                    a line for each request",
	"--tls                      serves https, with a certificate authority of its own, which is written to a file",
	"--ca-file FILE.pem         that file, replaced when it is there; a temporary one when absent",
	"--connect-proxy HOST:PORT  an HTTP proxy on this machine that hands every host of Salesforce to the org",
	"--base-url URL             what the org calls itself in instance_url and the like; what clients call it when absent",
	"--allow-host NAME          a further name by which clients may call the org; may come again",
	"--allow-origin ORIGIN      an origin whose web pages may call the org, for example http://localhost:3000; may come again",
}

// serveArgs are what squall serve was told.
type serveArgs struct {
	cfg       mocksf.Config
	describes []string // files and folders
	caFile    string
	trace     bool
}

func parseServe(args []string) (a serveArgs, err error) {
	f := flag.NewFlagSet("serve", flag.ContinueOnError)
	how := &a.cfg.Serving
	f.StringVar(&how.Addr, "addr", "127.0.0.1:8080", "") // another host than loopback must be asked for by name
	f.BoolVar(&how.TLS, "tls", false, "")
	f.StringVar(&a.caFile, "ca-file", "", "")
	f.StringVar(&how.ConnectProxy, "connect-proxy", "", "")
	f.StringVar(&a.cfg.PublicURL, "base-url", "", "")
	f.Func("profile", "", func(name string) error { return useProfile(&a.cfg, name) })
	f.Func("describe", "", appendTo(&a.describes))
	f.BoolVar(&a.trace, "trace", false, "")
	complete := loginFlags(f, &a.cfg)
	f.Func("allow-host", "", appendTo(&how.AllowHosts))
	f.Func("allow-origin", "", appendTo(&how.AllowOrigins))
	rest, err := parseMixed(f, args)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("what is %q for? The address goes after --addr", rest[0])
	}
	if err == nil {
		err = complete()
	}
	if err == nil && a.describes != nil {
		a.cfg.Schema = mocksf.DefaultSchema()
		err = a.cfg.Schema.Load(a.describes...) // all at once: one may look up what another describes
	}
	if err == nil && a.caFile != "" && !how.TLS && how.ConnectProxy == "" {
		err = errors.New("--ca-file is for --tls and --connect-proxy: there is no certificate authority without them")
	}
	return a, err
}

// useProfile makes an org as strong as a profile says.
func useProfile(cfg *mocksf.Config, name string) error {
	p, err := mocksf.LoadProfile(name)
	if err == nil {
		p.Apply(cfg)
	}
	return err
}

func appendTo(list *[]string) func(string) error {
	return func(text string) error {
		*list = append(*list, text)
		return nil
	}
}

func serveVerb(ctx context.Context, c console, args []string) (int, error) {
	a, err := parseServe(args)
	if err != nil {
		return harness.ExitHarness, err
	}
	a.cfg.Monitoring = monitored(c.out, a.trace)
	s, err := mocksf.Serve(a.cfg)
	if err != nil {
		return harness.ExitHarness, a.inWords(err)
	}
	defer s.Close()
	if !s.Loopback {
		fmt.Fprintf(c.err, "squall serve: %s can be reached from other machines, and whoever reaches it may log in\n", s.URL)
	}
	fmt.Fprintf(c.out, "A Salesforce org listens on %s\nLog in at %s/services/oauth2/token with %s.\nWatch it at %s/_squall/. Ctrl-C ends it.\n", s.URL, s.URL, wanted(a.cfg), s.URL)
	remove, err := a.tellTrust(c, s)
	if err != nil {
		return harness.ExitHarness, err
	}
	defer remove()
	select {
	case <-ctx.Done():
		return harness.ExitPass, nil
	case err := <-s.Failed():
		return harness.ExitHarness, err
	}
}

// tellTrust writes the certificate that clients must trust, and says how they
// are brought to it. remove takes a temporary file away again.
func (a serveArgs) tellTrust(c console, s *mocksf.Server) (remove func(), err error) {
	remove = func() {}
	if s.CA == nil {
		return remove, nil
	}
	path, err := writeCA(a.caFile, s.CA)
	if err != nil {
		return remove, err
	}
	if a.caFile == "" {
		remove = func() { _ = os.Remove(path) } // the system clears what stays behind
	}
	fmt.Fprintf(c.out, "Clients must trust %s: NODE_EXTRA_CA_CERTS for Node.js, SSL_CERT_FILE for Go and OpenSSL, REQUESTS_CA_BUNDLE for Python\n", path)
	if s.ProxyURL != "" {
		fmt.Fprintf(c.out, "Clients that know Salesforce's hosts only come here by HTTPS_PROXY=%s\n", s.ProxyURL)
	}
	return remove, nil
}

// writeCA puts the certificate into a file, whole or not at all: somebody may
// wait for it.
func writeCA(path string, text []byte) (string, error) {
	dir := "" // where temporary files go
	if path != "" {
		dir = filepath.Dir(path)
	}
	f, err := os.CreateTemp(dir, "squall-ca-*.pem")
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err == nil && path != "" {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return "", err
	}
	if path == "" {
		path = f.Name()
	}
	return path, nil
}

// inWords says what to do about an address that cannot be listened on.
func (a serveArgs) inWords(err error) error {
	name, addr := "--addr", a.cfg.Serving.Addr
	if errors.Is(err, mocksf.ErrConnectProxy) {
		name, addr = "--connect-proxy", a.cfg.Serving.ConnectProxy
	}
	var why *os.SyscallError
	var op *net.OpError
	switch {
	case errors.As(err, &why):
		return fmt.Errorf("cannot listen on %s: %w; write another host:port after %s", addr, why.Err, name)
	case errors.As(err, &op):
		return fmt.Errorf("%s %s is no host:port such as 127.0.0.1:8080", name, addr)
	}
	return err
}
