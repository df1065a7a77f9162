package oauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Wish is what an app asks for when it sends a user to the authorize page.
type Wish struct {
	Client, Redirect, Scope, State string
	Challenge                      string // of PKCE, "" without
	Implicit                       bool   // the user-agent flow: a token in place of a code
}

// Code is what stands behind an authorization code.
type Code struct {
	Wish
	User string
}

// Proves tells whether a code verifier is the one whose SHA-256 is the
// challenge (RFC 7636, S256). Without a challenge there is nothing to prove.
func Proves(challenge, verifier string) bool {
	sum := sha256.Sum256([]byte(verifier))
	want := base64.RawURLEncoding.EncodeToString(sum[:])
	return challenge == "" || subtle.ConstantTimeCompare([]byte(want), []byte(strings.TrimRight(challenge, "="))) == 1
}

// MayRedirect tells whether a code may be sent to uri: one that the app
// registered, or, when it registered none, one on this machine. Anything else
// would hand the code to a stranger.
func MayRedirect(uri string, registered []string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Fragment != "" || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return err == nil && uri != "" && slices.Contains(registered, uri)
	}
	if len(registered) > 0 {
		return slices.Contains(registered, uri)
	}
	return IsLoopback(u.Hostname())
}

// IsLoopback tells whether a host's name or address is this machine.
func IsLoopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// Answer adds parameters to a redirect URI: behind a # in the user-agent flow,
// to its query otherwise.
func (w Wish) Answer(parameters url.Values) string {
	if w.State != "" {
		parameters.Set("state", w.State)
	}
	if w.Implicit {
		return w.Redirect + "#" + parameters.Encode()
	}
	if strings.Contains(w.Redirect, "?") {
		return w.Redirect + "&" + parameters.Encode()
	}
	return w.Redirect + "?" + parameters.Encode()
}
