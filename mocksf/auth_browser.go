package mocksf

import (
	"net/http"
	"net/url"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/oauth"
)

// browserRoutes are the pages that a user of an app sees.
var browserRoutes = []route{
	{method: "GET", pattern: "/services/oauth2/authorize", api: commitlog.APIAuth, open: true, raw: true, maxBody: maxForm, serve: serveAuthorize},
	{method: "POST", pattern: "/services/oauth2/authorize", api: commitlog.APIAuth, open: true, raw: true, maxBody: maxForm, serve: serveAuthorize},
	{method: "GET", pattern: successPath, api: commitlog.APIAuth, open: true, raw: true, maxBody: maxForm, serve: serveSuccess},
	{method: "GET", pattern: "/setup/connect", api: commitlog.APIAuth, open: true, raw: true, maxBody: maxForm, serve: serveConnect},
	{method: "POST", pattern: "/setup/connect", api: commitlog.APIAuth, open: true, raw: true, maxBody: maxForm, serve: serveConnect},
}

// successPath is where apps without a page of their own let the browser end.
const successPath = "/services/oauth2/success"

// serveAuthorize shows the authorize page, and takes the user's answer. The
// answer bears a ticket that only the page knows, so that no other site can
// give it.
func serveAuthorize(r *request) reply {
	c, err := r.readForm()
	if err != nil {
		return oauthFailure(err)
	}
	ticket := c.form.Get("ticket")
	if ticket == "" {
		return c.askUser()
	}
	w, ok := r.org.logins.tickets.Take(ticket, r.org.cfg.Clock())
	if !ok || r.method != http.MethodPost {
		return r.showPage(http.StatusBadRequest, page{Title: "This page has expired", Note: "Go back to the app and log in again."})
	}
	user := c.form.Get("username")
	switch {
	case c.form.Get("answer") != "allow":
		return redirect(w.Answer(errorParameters(apierr.OAuthDenied.New())))
	case !r.org.admits(user, c.form.Get("password")):
		return r.askPassword(w, user, apierr.SOAPLogin.Text)
	case w.Implicit:
		return redirect(w.Answer(parameters(r.issue(r.org.allow(user, w.Client, w.Scope)))))
	}
	code := "aPrx" + r.org.sessions.secret()
	now := r.org.cfg.Clock()
	r.org.logins.codes.Put(code, oauth.Code{Wish: w, User: user}, now+codeLife, now)
	return redirect(w.Answer(url.Values{"code": {code}}))
}

// askUser checks what the app wants and shows the page. Before the redirect
// URI is known to be the app's, errors are shown here, never sent there.
func (c *tokenCall) askUser() reply {
	w := oauth.Wish{
		Client: c.client, Redirect: c.form.Get("redirect_uri"), Scope: c.form.Get("scope"), State: c.form.Get("state"),
		Challenge: c.form.Get("code_challenge"), Implicit: c.form.Get("response_type") == "token",
	}
	app, err := c.org.app(w.Client)
	switch {
	case err != nil:
	case w.Redirect != c.org.baseURL(c.http)+successPath && !oauth.MayRedirect(w.Redirect, app.Callbacks):
		err = apierr.OAuthRedirect.New()
	}
	if err != nil {
		return c.showPage(err.Status, page{Title: "The app cannot log in", Note: "error=" + err.Code + ": " + err.Message})
	}
	kind, method := c.form.Get("response_type"), c.form.Get("code_challenge_method")
	switch {
	case kind != "code" && kind != "token":
		err = apierr.OAuthResponse.New()
	case method != "" && method != "S256":
		err = apierr.OAuthRequest.New("code_challenge_method must be S256")
	}
	if err != nil {
		return redirect(w.Answer(errorParameters(err)))
	}
	return c.askPassword(w, c.form.Get("login_hint"), "")
}

// askPassword shows the page on which a user logs in and lets the app in.
func (r *request) askPassword(w oauth.Wish, user, wrong string) reply {
	ticket, now := r.org.sessions.secret(), r.org.cfg.Clock()
	r.org.logins.tickets.Put(ticket, w, now+ticketLife, now)
	return r.showPage(http.StatusOK, page{Title: "Log in and allow access?", Note: wrong, App: w.Client, Scope: orDefault(w.Scope, defaultScope), User: user, Ticket: ticket})
}

// serveConnect is the page on which a user lets a device in. It needs no
// ticket: whoever knows code, name and password may answer.
func serveConnect(r *request) reply {
	c, err := r.readForm()
	if err != nil {
		return oauthFailure(err)
	}
	p := page{Title: "Connect a device", Device: true, Code: c.form.Get("user_code"), User: c.form.Get("username")}
	switch {
	case r.method != http.MethodPost:
	case !r.org.admits(p.User, c.form.Get("password")):
		p.Note = apierr.SOAPLogin.Text
	case r.org.AuthorizeDevice(p.Code, p.User, c.form.Get("answer") == "allow"):
		p = page{Title: "You can go back to your device now"}
	default:
		p.Note = "No device waits for this code."
	}
	return r.showPage(http.StatusOK, p)
}

func serveSuccess(r *request) reply {
	return r.showPage(http.StatusOK, page{Title: "You can close this window"})
}

func redirect(to string) reply {
	h := noStore()
	h.Set("Location", to)
	return reply{status: http.StatusFound, header: h}
}

// parameters makes parameters of names and values.
func parameters(pairs []string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}
