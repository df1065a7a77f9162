package mocksf

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/internal/xmltext"
)

// The SOAP login, for clients that know no other: partner (u) and enterprise
// (c) flavour.
var soapRoutes = []route{
	{method: "POST", pattern: "/services/soap/{flavour}/{release}", api: commitlog.APIAuth, open: true, raw: true, maxBody: maxForm, serve: serveSOAP},
	{method: "POST", pattern: "/services/soap/{flavour}/{release}/{org}", api: commitlog.APIAuth, open: true, raw: true, maxBody: maxForm, serve: serveSOAP},
}

// soapCall is an envelope as far as the org reads it. Elements are matched by
// their local names, since every client has its own prefixes.
type soapCall struct {
	Session string `xml:"Header>SessionHeader>sessionId"`
	Body    struct {
		Operations []soapOperation `xml:",any"`
	}
}

type soapOperation struct {
	XMLName  xml.Name
	Username string `xml:"username"`
	Password string `xml:"password"`
}

// soapOperations are what a session may do: as little as clients that work with
// REST and Bulk API ask of SOAP, to see whether the session lives.
var soapOperations = map[string]func(r *request, token string, s *session) string{
	"logout": func(r *request, token string, _ *session) string {
		r.org.sessions.end(token)
		return ""
	},
	"getServerTimestamp": func(r *request, _ string, _ *session) string {
		return "<result>" + tags("timestamp", r.org.cfg.Now().UTC().Format("2006-01-02T15:04:05.000Z")) + "</result>"
	},
	"getUserInfo": func(r *request, _ string, s *session) string {
		return "<result>" + r.userInfo(s.identity) + "</result>"
	},
}

// soapSpaces are the namespaces of the APIs, by their letter in the path.
var soapSpaces = map[string]string{
	"u": "urn:partner.soap.sforce.com", "c": "urn:enterprise.soap.sforce.com", "m": "http://soap.sforce.com/2006/04/metadata",
}

func (r *request) soapSpace() string {
	return orDefault(soapSpaces[strings.ToLower(r.param("flavour"))], soapSpaces["u"])
}

// serveSOAP logs in or out, and tells about the session.
func serveSOAP(r *request) reply {
	var call soapCall
	if err := xmltext.Unmarshal(r.body, &call); err != nil || len(call.Body.Operations) == 0 {
		return r.soapSender("The envelope cannot be read")
	}
	operation := call.Body.Operations[0]
	name := operation.XMLName.Local
	serve := soapOperations[name]
	switch {
	case version("v"+strings.TrimSuffix(strings.TrimPrefix(r.param("release"), "v"), ".0")+".0") == 0: // some clients write 44 or v44.0
		return r.soapFault(apierr.SOAPVersion.New())
	case name == "login":
		return r.soapLogin(operation.Username, operation.Password)
	case serve == nil:
		return r.soapSender("No operation available for request {" + r.soapSpace() + "}" + short(name) + ", please check the WSDL for the service.")
	}
	s, ok := r.org.sessions.lookup(call.Session, r.org.cfg.Clock())
	if !ok {
		return r.soapFault(apierr.SOAPSession.New())
	}
	return r.soapReply(http.StatusOK, "<"+name+"Response>"+serve(r, call.Session, s)+"</"+name+"Response>")
}

func (r *request) soapLogin(user, password string) reply {
	if len(user) > maxKeptText || !r.org.admits(user, password) {
		return r.soapFault(apierr.SOAPLogin.New())
	}
	token := r.org.sessions.start(r.org.newSession(user, "", "", 0))
	return r.soapReply(http.StatusOK, r.loginResult(token, user))
}

// loginResult has its elements in the order of the WSDL, without prefixes and
// attributes: some clients read it with regular expressions.
func (r *request) loginResult(token, user string) string {
	base := r.org.instanceURL(r.http) + "/services/Soap/"
	path := "/" + r.param("release") + "/" + orgID[:15]
	return `<loginResponse><result>` + tags(
		"metadataServerUrl", base+"m"+path, "passwordExpired", "false", "sandbox", "false",
		"serverUrl", base+r.param("flavour")+path, "sessionId", token, "userId", store.AdminID,
	) + "<userInfo>" + r.userInfo(user) + "</userInfo></result></loginResponse>"
}

// userInfo describes a user, in the order of the WSDL too.
func (r *request) userInfo(user string) string {
	return tags(
		"accessibilityMode", "false", "chatterExternal", "false", "currencySymbol", "€", "orgAttachmentFileSizeLimit", "5242880",
		"orgDefaultCurrencyIsoCode", "EUR", "orgDefaultCurrencyLocale", "en_IE", "orgDisallowHtmlAttachments", "false",
		"orgHasPersonAccounts", "false", "organizationId", orgID, "organizationMultiCurrency", "false",
		"organizationName", organizationName, "profileId", store.AdminProfileID,
	) + `<roleId xsi:nil="true"/>` + tags(
		"sessionSecondsValid", strconv.Itoa(int(r.org.cfg.TokenLife.Seconds())),
		"userDefaultCurrencyIsoCode", "EUR", "userEmail", "integration@example.com", "userFullName", "Integration User",
		"userId", store.AdminID, "userLanguage", "en_US", "userLocale", "en_US", "userName", user, "userTimeZone", "GMT",
		"userType", "Standard", "userUiSkin", "Theme3",
	)
}

// tags makes elements of names and texts.
func tags(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		b.WriteString("<" + pairs[i] + ">")
		_ = xml.EscapeText(&b, []byte(pairs[i+1])) // a Builder takes everything
		b.WriteString("</" + pairs[i] + ">")
	}
	return b.String()
}

// soapFault answers an error. Some clients look for the tags with this very
// prefix.
func (r *request) soapFault(err *apierr.Error) reply {
	kind := "UnexpectedErrorFault"
	if err.Code == apierr.SOAPLogin.Code {
		kind = "LoginFault"
	}
	return r.soapReply(err.Status, `<soapenv:Fault>`+tags("faultcode", "sf:"+err.Code, "faultstring", err.Error())+
		`<detail><sf:`+kind+` xsi:type="sf:`+kind+`">`+tags("sf:exceptionCode", err.Code, "sf:exceptionMessage", err.Message)+
		`</sf:`+kind+`></detail></soapenv:Fault>`)
}

// soapSender answers a request that makes no sense (SOAP 1.1, Client fault).
func (r *request) soapSender(why string) reply {
	return r.soapReply(http.StatusInternalServerError, `<soapenv:Fault>`+tags("faultcode", "soapenv:Client", "faultstring", why)+`</soapenv:Fault>`)
}

func (r *request) soapReply(status int, body string) reply {
	space := r.soapSpace()
	envelope := xmlHeader + `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="` + space +
		`" xmlns:sf="` + strings.Replace(space, "urn:", "urn:fault.", 1) +
		`" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>` + body + `</soapenv:Body></soapenv:Envelope>`
	return reply{status: status, contentType: "text/xml;charset=UTF-8", body: []byte(envelope)}
}
