package mocksf_test

import (
	"encoding/xml"
	"io"
	"net/http/httptest"
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

	about := func(operation string) string {
		return d.do("POST", "/services/Soap/u/v44.0/00D", strings.NewReader(`<e:Envelope xmlns:e="x"><e:Header><SessionHeader><sessionId>`+d.token+`</sessionId></SessionHeader></e:Header><e:Body><`+operation+`/></e:Body></e:Envelope>`)).body
	}
	info := a.body[strings.Index(a.body, "<userInfo>")+len("<userInfo>") : strings.Index(a.body, "</userInfo>")]
	assert.Contains(t, about("getUserInfo"), "<soapenv:Body><getUserInfoResponse><result>"+info+"</result></getUserInfoResponse></soapenv:Body>")
	assert.Regexp(t, `<getServerTimestampResponse><result><timestamp>20\d\d-\d\d-\d\dT[0-9:.]{12}Z</timestamp></result>`, about("getServerTimestamp"))

	logout := strings.NewReader(`<e:Envelope xmlns:e="x"><e:Header><SessionHeader><sessionId>` + d.token + `</sessionId></SessionHeader></e:Header><e:Body><logout/></e:Body></e:Envelope>`)
	assert.Equal(t, 200, d.do("POST", "/services/Soap/u/67.0/00D", logout).status)
	assert.Equal(t, 401, d.do("GET", "limits", nil).status)
}

func TestSOAPFaults(t *testing.T) {
	d := openDoor(t, mocksf.Config{Password: "p"})
	for body, want := range map[string]string{
		`<login><username>u</username><password>wrong</password></login>`: "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>",
		`<logout/>`:         "<faultcode>sf:INVALID_SESSION_ID</faultcode>",
		`<getUserInfo/>`:    "<faultcode>sf:INVALID_SESSION_ID</faultcode>",
		`<describeGlobal/>`: "<faultstring>No operation available for request {urn:enterprise.soap.sforce.com}describeGlobal, please check the WSDL for the service.</faultstring>",
		``:                  "<faultcode>soapenv:Client</faultcode>",
		`<login>`:           "<faultcode>soapenv:Client</faultcode>",
	} {
		a := d.do("POST", "/services/Soap/c/67.0", envelope(body))
		assert.Equal(t, 500, a.status)
		assert.Contains(t, a.body, want)
		assert.Contains(t, a.body, "urn:enterprise.soap.sforce.com")
		assert.Contains(t, a.body, "urn:fault.enterprise.soap.sforce.com")
	}
	for _, release := range []string{"67", "67.0", "v67.0"} {
		assert.Equal(t, 200, d.do("POST", "/services/Soap/u/"+release, envelope(`<login><username>u</username><password>p</password></login>`)).status, release)
	}
	a := d.do("POST", "/services/Soap/m/67.0/00D", envelope(`<describeMetadata/>`))
	assert.Contains(t, a.body, `xmlns="http://soap.sforce.com/2006/04/metadata"`)
	a = d.do("POST", "/services/Soap/u/12.0", envelope(`<login><username>u</username><password>p</password></login>`))
	assert.Contains(t, a.body, "UNSUPPORTED_API_VERSION")
}

func FuzzSOAP(f *testing.F) {
	org := mocksf.New(mocksf.Config{Username: "u", Password: "p"})
	f.Cleanup(org.Close)
	for _, body := range []string{`<login><username>u</username><password>p</password></login>`, `<logout/>`, `<login>`, `&#0;`} {
		text, _ := io.ReadAll(envelope(body))
		f.Add(string(text))
	}
	f.Add(`<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>`)
	f.Fuzz(func(t *testing.T, text string) {
		w := httptest.NewRecorder()
		org.ServeHTTP(w, httptest.NewRequest("POST", "/services/Soap/u/67.0", strings.NewReader(text)))
		assert.Contains(t, []int{200, 500}, w.Code)
		var whole struct{}
		assert.NoError(t, xml.Unmarshal(w.Body.Bytes(), &whole))
		assert.Equal(t, w.Code == 200, strings.Contains(w.Body.String(), "<sessionId>"), "only a login with name and password succeeds")
	})
}
