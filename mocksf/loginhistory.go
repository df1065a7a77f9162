package mocksf

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/squall-harness/squall/mocksf/internal/eventlog"
	"github.com/squall-harness/squall/mocksf/internal/store"
	"github.com/squall-harness/squall/mocksf/schema"
)

const loginHistoryObject = "LoginHistory"

// loginHistorySchema is the object as far as the mock fills it (Object
// Reference, LoginHistory).
func loginHistorySchema() schema.Object {
	o := schema.Object{Name: loginHistoryObject, KeyPrefix: "0Ya", Fields: []schema.Field{
		{Name: "UserId", Type: schema.Reference, ReferenceTo: "User"},
		{Name: "LoginTime", Type: schema.DateTime},
	}}
	for _, name := range []string{"LoginType", "Status", "SourceIp", "LoginUrl", "Application", "Browser", "Platform", "ClientVersion",
		"ApiType", "ApiVersion", "TlsProtocol", "CipherSuite", "CountryIso"} {
		o.Fields = append(o.Fields, schema.Field{Name: name})
	}
	return o
}

// loginHistory holds the rows of the object. The newest stay.
type loginHistory struct {
	store *store.Store
	table *store.Table
	most  int

	mu  sync.Mutex
	ids []string
}

// login is somebody's try to log in.
type login struct {
	user    string // as the client names it; "" when it did not get that far
	soap    bool
	version string // of the SOAP API
}

var (
	soapLogin = regexp.MustCompile(`<(?:\w+:)?login[\s>]`)
	soapUser  = regexp.MustCompile(`<(?:\w+:)?username>([^<]{0,200})<`)
)

// loginOf tells whether the request is a try to log in. A device that asks
// whether its user has answered is none.
func loginOf(x *exchange) (l login, ok bool) {
	r := x.outer
	if r == nil {
		return l, false
	}
	if r.route.step == StepToken {
		form := readParameters(string(r.body))
		code := errorCode(x.answer.body)
		return login{user: printable(orDefault(form.Get("username"), form.Get("client_id")))}, code != "authorization_pending" && code != "slow_down"
	}
	if strings.HasPrefix(strings.ToLower(r.path), "/services/soap/") && soapLogin.Match(r.body) {
		l = login{soap: true, version: r.param("release")}
		if found := soapUser.FindSubmatch(r.body); found != nil {
			l.user = string(found[1])
		}
		return l, true
	}
	return l, false
}

// noteLogin writes the row and the event of a login.
func (w *watch) noteLogin(l login, x *exchange, t Trace) {
	if w.logins != nil {
		w.logins.add(l, x, t)
	}
	if w.files != nil {
		w.files.log.Add(&loginEvent{newEvent(x, t), l}, eventlog.Login)
	}
}

func (h *loginHistory) add(l login, x *exchange, t Trace) {
	values := map[string]string{
		"UserId": store.AdminID, "LoginTime": store.Stamp(t.Time), "SourceIp": t.From,
		"Status": loginStatus(t), "LoginType": "Remote Access 2.0", "LoginUrl": printable(x.http.Host), "Application": printable(l.user),
		"Browser": "Unknown", "Platform": "Unknown", "ClientVersion": "N/A", "ApiType": "N/A", "ApiVersion": "N/A",
	}
	if l.soap {
		values["LoginType"], values["Application"] = "Other Apex API", "N/A"
		values["ApiType"], values["ApiVersion"] = "SOAP Partner", printable(l.version)
	}
	if x.http.TLS != nil {
		values["TlsProtocol"] = "TLS 1." + strconv.Itoa(int(x.http.TLS.Version&0xff)-1)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ids = append(h.ids, h.store.Deliver(h.table, t.Time.Add(t.Took), func(string) map[string]string { return values }))
	if len(h.ids) > h.most {
		h.store.Withdraw(h.table, h.ids[0])
		h.ids = h.ids[1:]
	}
}

// loginStatus is the column Status. Its texts other than Success and Invalid
// Password are the mock's own.
func loginStatus(t Trace) string {
	switch {
	case t.Status == http.StatusOK:
		return "Success"
	case t.Code == "invalid_grant" || t.Code == "INVALID_LOGIN" || t.Code == "invalid_client":
		return "Invalid Password"
	case t.Code != "":
		return "Failed: " + t.Code
	}
	return "Failed"
}

// loginEvent is a line of the event type Login.
type loginEvent struct {
	event
	login
}

// Value is part of eventlog.Event.
func (e *loginEvent) Value(column string) string {
	switch column {
	case "USER_TYPE":
		return "Standard"
	case "LOGIN_TYPE":
		if e.soap {
			return "S"
		}
		return "i"
	case "USER_NAME":
		return printable(e.user)
	case "LOGIN_STATUS":
		if e.status == http.StatusOK {
			return "LOGIN_NO_ERROR"
		}
		return "LOGIN_ERROR_INVALID_PASSWORD"
	case "SOURCE_IP":
		return e.ip
	case "BROWSER_TYPE":
		return e.agent
	}
	return e.event.Value(column)
}
