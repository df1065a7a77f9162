package mocksf

import (
	"net"
	"slices"
	"strings"
)

// myDomain is the org's own host when clients come to it by Salesforce's names.
const myDomain = "squall-mock.my.salesforce.com"

// salesforceDomains are those whose hosts the org answers for.
var salesforceDomains = []string{"salesforce.com", "force.com", "cloudforce.com", "database.com"}

// isSalesforceHost tells whether a host name, without a port, is Salesforce's.
func isSalesforceHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return slices.ContainsFunc(salesforceDomains, func(domain string) bool {
		return host == domain || strings.HasSuffix(host, "."+domain)
	})
}

// isLoginHost tells whether a host, with or without a port, is one where the
// users of all orgs log in.
func isLoginHost(host string) bool {
	switch strings.ToLower(hostname(host)) {
	case "login.salesforce.com", "test.salesforce.com":
		return true
	}
	return false
}

// hostname is a host without its port, and without the brackets of IPv6.
func hostname(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}
