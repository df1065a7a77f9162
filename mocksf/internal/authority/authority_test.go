package authority

import (
	"crypto/x509"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func loopback(t testing.TB) *Authority {
	_, v4, err := net.ParseCIDR("127.0.0.0/8")
	require.NoError(t, err)
	a, err := New(Scope{Domains: []string{"salesforce.com", "localhost"}, IPs: []*net.IPNet{v4}}, time.Now)
	require.NoError(t, err)
	return a
}

func TestLeavesAreTrustedForTheirNamesOnly(t *testing.T) {
	a := loopback(t)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(a.PEM()))
	for _, name := range []string{"salesforce.com", "login.salesforce.com", "A-b.my.Salesforce.com.", "127.0.0.1", "localhost"} {
		leaf, err := a.Leaf(name)
		require.NoError(t, err, name)
		cert, err := x509.ParseCertificate(leaf.Certificate[0])
		require.NoError(t, err)
		_, err = cert.Verify(x509.VerifyOptions{Roots: roots, DNSName: strings.TrimSuffix(name, ".")})
		assert.NoError(t, err, name)
		_, err = cert.Verify(x509.VerifyOptions{Roots: roots, DNSName: "other.salesforce.com"})
		assert.Error(t, err, name)
		again, err := a.Leaf(name)
		require.NoError(t, err)
		assert.Same(t, leaf, again)
	}
	for _, name := range []string{"", "example.com", "evilsalesforce.com", "salesforce.com.evil.com", ".salesforce.com", "a..salesforce.com", "*.salesforce.com", "10.0.0.1", "::1", "a b.salesforce.com"} {
		_, err := a.Leaf(name)
		assert.ErrorIs(t, err, ErrName, name)
	}
}

// Whoever trusts the authority is safe from its key for all other names.
func TestTheScopeIsInTheCertificate(t *testing.T) {
	a := loopback(t)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(a.PEM()))
	forged, err := a.make("bank.example")
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(forged.Certificate[0])
	require.NoError(t, err)
	_, err = cert.Verify(x509.VerifyOptions{Roots: roots, DNSName: "bank.example"})
	assert.ErrorContains(t, err, "not permitted")
}
