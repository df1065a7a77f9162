package mocksf_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

func envelope(body string) *strings.Reader {
	return strings.NewReader(`<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Header/><se:Body>` + body + `</se:Body></se:Envelope>`)
}

func TestSOAPLogin(t *testing.T) {
	d := openDoor(t, mocksf.Config{Username: "u<1>", Password: "ptoken"})
	a := d.do("POST", "/services/Soap/u/67.0", envelope(`<n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>u&lt;1&gt;</n1:username><n1:password>ptoken</n1:password></n1:login>`),
		"Content-Type", "text/xml", "SOAPAction", `""`)
	require.Equal(t, 200, a.status, a.body)
	part := func(tag string) string { // as jsforce reads it
		found := regexp.MustCompile(`<` + tag + `>([^<]+)</` + tag + `>`).FindStringSubmatch(a.body)
		require.NotNil(t, found, tag)
		return found[1]
	}
	assert.Equal(t, d.url+"/services/Soap/u/67.0/"+part("organizationId")[:15], part("serverUrl"))
	assert.Equal(t, "false", part("passwordExpired"))
	assert.Regexp(t, `^005`, part("userId"))
	d.token = part("sessionId")
	assert.Equal(t, 200, d.do("GET", "limits", nil).status)

	logout := strings.NewReader(`<e:Envelope xmlns:e="x"><e:Header><SessionHeader><sessionId>` + d.token + `</sessionId></SessionHeader></e:Header><e:Body><logout/></e:Body></e:Envelope>`)
	assert.Equal(t, 200, d.do("POST", "/services/Soap/u/67.0/00D", logout).status)
	assert.Equal(t, 401, d.do("GET", "limits", nil).status)
}

func TestSOAPFaults(t *testing.T) {
	d := openDoor(t, mocksf.Config{Password: "p"})
	for want, body := range map[string]string{
		"INVALID_LOGIN":     `<login><username>u</username><password>wrong</password></login>`,
		"INVALID_OPERATION": `<describeGlobal/>`,
		"CLIENT_ERROR":      `<login>`,
	} {
		a := d.do("POST", "/services/Soap/c/67.0", envelope(body))
		assert.Equal(t, 500, a.status)
		assert.Contains(t, a.body, "<sf:exceptionCode>"+want+"</sf:exceptionCode>")
		assert.Contains(t, a.body, "urn:enterprise.soap.sforce.com")
	}
}
