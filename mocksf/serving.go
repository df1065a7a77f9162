package mocksf

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/squall-harness/squall/mocksf/internal/authority"
	"github.com/squall-harness/squall/mocksf/internal/oauth"
)

// Serving says where Serve and RunT listen, and who may come.
type Serving struct {
	// Addr is host:port; "" is a free port of 127.0.0.1.
	Addr string

	// TLS serves https, by a certificate authority made at the start: Server.CA.
	// It is HTTP/1.1 in any case.
	TLS bool

	// ConnectProxy is where an HTTP proxy listens, host:port on this machine, for
	// clients that know no other hosts than Salesforce's: it hands each CONNECT
	// to one of those (port 443) to the org, with a certificate for that host,
	// and refuses all others. "" is none.
	ConnectProxy string

	// AllowHosts are further names by which clients may call the org: what they
	// put into the Host header. Addresses, this machine's names, Salesforce's
	// and that of Config.PublicURL are allowed in any case; others are refused,
	// since a web page could make them point here, unless Addr lets other
	// machines come.
	AllowHosts []string

	// AllowOrigins are origins, such as http://localhost:3000, whose web pages
	// may call the org (CORS). Without it no other page than its own may.
	AllowOrigins []string
}

// Server is an org that listens on a port of its own.
type Server struct {
	*Org
	URL      string // where it listens, such as http://127.0.0.1:40123, without a slash at the end
	ProxyURL string // where its CONNECT proxy does, "" without one
	CA       []byte // what clients must trust, a certificate in PEM; nil without TLS and proxy
	Loopback bool   // whether only this machine can reach it

	server, proxy *http.Server
	feed          *feed
	serving       sync.WaitGroup
	failed        chan error // the first failure of a listener
}

// ErrConnectProxy says that an error of Serve is about Serving.ConnectProxy.
var ErrConnectProxy = errors.New("the CONNECT proxy cannot listen")

// Serve starts an org that listens as cfg.Serving says. It must be closed. The
// error is about an address that cannot be listened on, or settings that make
// no sense.
func Serve(cfg Config) (*Server, error) {
	if err := cfg.Serving.check(cfg.PublicURL); err != nil {
		return nil, err
	}
	if err := cfg.Auth.Check(); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", orDefault(cfg.Serving.Addr, "127.0.0.1:0"))
	if err != nil {
		return nil, err
	}
	s := &Server{failed: make(chan error, 3), Loopback: isLoopbackAddr(listener.Addr())}
	if err := s.start(listener, cfg); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return s, nil
}

// check finds what makes no sense.
func (how Serving) check(publicURL string) error {
	if publicURL != "" {
		u, err := url.Parse(publicURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			return fmt.Errorf("the public URL %q is no base such as https://org.example:8443", publicURL)
		}
	}
	if how.ConnectProxy != "" && !oauth.IsLoopback(hostname(how.ConnectProxy)) {
		return fmt.Errorf("the CONNECT proxy listens on this machine only, and %s is none of its addresses", how.ConnectProxy)
	}
	return nil
}

func (s *Server) start(listener net.Listener, cfg Config) error {
	how, own, scheme := cfg.Serving, listener.Addr().String(), "http"
	var secure *tls.Config
	if how.TLS || how.ConnectProxy != "" {
		ca, err := authority.New(s.scope(cfg), wallClock(cfg))
		if err != nil {
			return err
		}
		s.CA, secure = ca.PEM(), &tls.Config{GetCertificate: certificates(ca), NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12}
	}
	var door net.Listener
	if how.ConnectProxy != "" {
		var err error
		if door, err = net.Listen("tcp", how.ConnectProxy); err != nil {
			return fmt.Errorf("%w: %w", ErrConnectProxy, err)
		}
		if !isLoopbackAddr(door.Addr()) { // the name was this machine's, what it leads to is not
			return errors.Join(fmt.Errorf("%w: %s is no address of this machine", ErrConnectProxy, door.Addr()), door.Close())
		}
	}
	if how.TLS {
		listener, scheme = tls.NewListener(listener, secure), "https"
	}
	s.Org, s.URL = New(cfg), scheme+"://"+own
	s.server = cfg.Guard.Server(newLocal(s.Org, cfg, !s.Loopback))
	s.run(s.server, listener)
	if door != nil {
		s.feed, s.ProxyURL = newFeed(door.Addr()), "http://"+door.Addr().String()
		s.proxy = cfg.Guard.Server(&connectProxy{feed: s.feed, tls: secure, own: own, ownTLS: how.TLS})
		s.run(s.server, s.feed)
		s.run(s.proxy, door)
	}
	return nil
}

func (s *Server) run(server *http.Server, l net.Listener) {
	s.serving.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	})
}

// Failed delivers the error of a listener that broke down.
func (s *Server) Failed() <-chan error { return s.failed }

// Close stops listening, cuts the connections and closes the org.
func (s *Server) Close() {
	if s.proxy != nil {
		_ = s.proxy.Close() // the errors are of listeners that are closed already
	}
	_ = s.server.Close()
	s.serving.Wait()
	s.Org.Close()
}

// scope is what the org's certificate authority may vouch for: names that lead
// to the org, and no others.
func (s *Server) scope(cfg Config) authority.Scope {
	scope := authority.Scope{Domains: append([]string{"localhost"}, salesforceDomains...)}
	for _, host := range ownHosts(cfg) {
		if net.ParseIP(host) == nil {
			scope.Domains = append(scope.Domains, host)
		}
	}
	if s.Loopback {
		scope.IPs = []*net.IPNet{{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}, {IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)}}
	}
	return scope
}

// ownHosts are the names that the operator gave the org.
func ownHosts(cfg Config) []string {
	var hosts []string
	for _, host := range cfg.Serving.AllowHosts {
		hosts = append(hosts, strings.ToLower(hostname(host)))
	}
	if u, err := url.Parse(cfg.PublicURL); err == nil && u.Hostname() != "" {
		hosts = append(hosts, strings.ToLower(u.Hostname()))
	}
	return hosts
}

func newLocal(next http.Handler, cfg Config, anyHost bool) *local {
	return &local{next: next, anyHost: anyHost, hosts: ownHosts(cfg), origins: cfg.Serving.AllowOrigins}
}

func wallClock(cfg Config) func() time.Time {
	if cfg.Now != nil {
		return cfg.Now
	}
	return time.Now
}

func isLoopbackAddr(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
