// Package authority is a certificate authority of the org's own, made anew at
// each start, which vouches for the names that the org answers for. Its key
// never leaves the process.
package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"time"
)

// life is how long its certificates are good. Clients refuse some that are good
// for longer than 398 days.
const life = 90 * 24 * time.Hour

// maxLeaves bounds the certificates that are remembered.
const maxLeaves = 1000

// ErrName says that a name is none that the authority vouches for.
var ErrName = errors.New("not a name that this authority vouches for")

// Authority signs certificates. It is safe for concurrent use.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	now  func() time.Time

	mu     sync.Mutex
	leaves map[string]*tls.Certificate
}

// Scope is what an authority may vouch for. It is written into its certificate,
// so that whoever trusts it trusts it for nothing else.
type Scope struct {
	Domains []string     // with all that lies below them
	IPs     []*net.IPNet // none is all
}

// New makes an authority; now is the wall clock.
func New(scope Scope, now func() time.Time) (*Authority, error) {
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "Squall mock org, certificate authority", Organization: []string{"Squall"}},
		IsCA:    true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: scope.Domains, PermittedIPRanges: scope.IPs,
	}
	a := &Authority{now: now, leaves: map[string]*tls.Certificate{}}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	der, err := a.sign(template, template, &a.key.PublicKey)
	if err != nil {
		return nil, err
	}
	a.cert, err = x509.ParseCertificate(der)
	return a, err
}

func (a *Authority) sign(template, parent *x509.Certificate, public *ecdsa.PublicKey) (der []byte, err error) {
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return nil, err
	}
	now := a.now()
	template.NotBefore, template.NotAfter = now.Add(-time.Hour), now.Add(life)
	return x509.CreateCertificate(rand.Reader, template, parent, public, a.key)
}

// PEM is the authority's certificate, for clients to trust.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// Leaf is a certificate for one host name or IP address, made when it is asked
// for first. The error is ErrName for a name outside of the scope.
func (a *Authority) Leaf(name string) (*tls.Certificate, error) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if !a.covers(name) {
		return nil, fmt.Errorf("%q: %w", name, ErrName)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if leaf := a.leaves[name]; leaf != nil {
		return leaf, nil
	}
	leaf, err := a.make(name)
	if err != nil {
		return nil, err
	}
	if len(a.leaves) >= maxLeaves {
		clear(a.leaves)
	}
	a.leaves[name] = leaf
	return leaf, nil
}

func (a *Authority) make(name string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:  pkix.Name{Organization: []string{"Squall mock org"}}, // a common name has 64 letters at most, a host name more
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	der, err := a.sign(template, a.cert, &key.PublicKey)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// covers tells whether a name lies in the scope.
func (a *Authority) covers(name string) bool {
	if ip := net.ParseIP(name); ip != nil {
		ranges := a.cert.PermittedIPRanges
		for _, r := range ranges {
			if r.Contains(ip) {
				return true
			}
		}
		return len(ranges) == 0
	}
	for _, domain := range a.cert.PermittedDNSDomains {
		if name == domain || strings.HasSuffix(name, "."+domain) {
			return validHost(name)
		}
	}
	return false
}

// validHost keeps out names that no certificate can bear.
func validHost(name string) bool {
	if len(name) > 253 || strings.HasPrefix(name, ".") || strings.Contains(name, "..") {
		return false
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return true
}
