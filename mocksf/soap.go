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
	Login   *struct {
		Username string `xml:"username"`
		Password string `xml:"password"`
	} `xml:"Body>login"`
	Logout *struct{} `xml:"Body>logout"`
}

// serveSOAP logs in or out.
func serveSOAP(r *request) reply {
	var call soapCall
	if err := xmltext.Unmarshal(r.body, &call); err != nil {
		return r.soapSender("The envelope cannot be read")
	}
	switch {
	case version("v"+r.param("release")) == 0:
		return r.soapFault(apierr.SOAPVersion.New())
	case call.Login != nil:
		return r.soapLogin(call.Login.Username, call.Login.Password)
	case call.Logout == nil:
		return r.soapSender("No operation available for request: only login and logout are served")
	}
	if _, ok := r.org.sessions.lookup(call.Session, r.org.cfg.Clock()); !ok {
		return r.soapFault(apierr.SOAPSession.New())
	}
	r.org.sessions.end(call.Session)
	return r.soapReply(http.StatusOK, `<logoutResponse/>`)
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
	) + `<userInfo>` + tags(
		"accessibilityMode", "false", "chatterExternal", "false", "currencySymbol", "€", "orgAttachmentFileSizeLimit", "5242880",
		"orgDefaultCurrencyIsoCode", "EUR", "orgDefaultCurrencyLocale", "en_IE", "orgDisallowHtmlAttachments", "false",
		"orgHasPersonAccounts", "false", "organizationId", orgID, "organizationMultiCurrency", "false",
		"organizationName", organizationName, "profileId", store.AdminProfileID,
	) + `<roleId xsi:nil="true"/>` + tags(
		"sessionSecondsValid", strconv.Itoa(int(r.org.cfg.TokenLife.Seconds())),
		"userDefaultCurrencyIsoCode", "EUR", "userEmail", "integration@example.com", "userFullName", "Integration User",
		"userId", store.AdminID, "userLanguage", "en_US", "userLocale", "en_US", "userName", user, "userTimeZone", "GMT",
		"userType", "Standard", "userUiSkin", "Theme3",
	) + `</userInfo></result></loginResponse>`
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
	space := "partner"
	if r.param("flavour") == "c" {
		space = "enterprise"
	}
	envelope := `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:` + space +
		`.soap.sforce.com" xmlns:sf="urn:fault.` + space +
		`.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>` +
		body + `</soapenv:Body></soapenv:Envelope>`
	return reply{status: status, contentType: "text/xml;charset=UTF-8", body: []byte(envelope)}
}
