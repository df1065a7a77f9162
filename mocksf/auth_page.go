package mocksf

import (
	"bytes"
	"html/template"
)

// page is what the browser shows during a login.
type page struct {
	Title, Note        string
	App, Scope, Ticket string // of the authorize page
	Device             bool   // the page asks for a device's code
	Code, User         string // filled in already
	Open               bool   // any name and password will do
}

var pageTemplate = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{.Title}}</title>
<style>body{font:16px sans-serif;max-width:28em;margin:3em auto;padding:0 1em}label{display:block;margin:1em 0}input{width:100%;padding:.4em;box-sizing:border-box}</style>
</head><body><h1>{{.Title}}</h1>
{{with .Note}}<p role="alert">{{.}}</p>{{end}}
{{if .App}}<p>The app <b>{{.App}}</b> asks for: {{.Scope}}</p>{{end}}
{{if or .Ticket .Device}}<form method="post">
{{if .Ticket}}<input type="hidden" name="ticket" value="{{.Ticket}}">{{end}}
{{if .Device}}<label>Code <input name="user_code" value="{{.Code}}" autocomplete="off"></label>{{end}}
<label>Username <input name="username" value="{{.User}}" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
{{if .Open}}<p>This is a mock: any name and password will do.</p>{{end}}
<button name="answer" value="allow">Allow</button> <button name="answer" value="deny">Deny</button>
</form>{{end}}
</body></html>
`))

// showPage shows a page that no other site can put into a frame, and that hands its
// address to none. (same-origin rather than no-referrer: the browser must say
// whence the form comes.)
func (r *request) showPage(status int, p page) reply {
	p.Open = r.org.cfg.Username == "" && r.org.cfg.Password == ""
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		panic(err) // the template fits the type
	}
	h := noStore()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	return reply{status: status, contentType: "text/html;charset=UTF-8", header: h, body: b.Bytes()}
}
