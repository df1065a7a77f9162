package mocksf

import (
	"net/http"
	"strings"
	"sync"
	"unicode"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

const passwordPattern = "sobjects/User/{id}/password"

// passwordRoutes manage the passwords of users (REST API guide, sObject User
// Password).
var passwordRoutes = []route{
	{method: "GET", pattern: passwordPattern, api: commitlog.APIOther, serve: askPassword},
	{method: "POST", pattern: passwordPattern, api: commitlog.APIOther, record: true, serve: setPassword},
	{method: "DELETE", pattern: passwordPattern, api: commitlog.APIOther, serve: resetPassword},
}

// passwords are those that were set through the API, by the ids of their users,
// who log in with nothing else from then on.
type passwords struct {
	mu sync.Mutex
	of map[string]string
}

func (p *passwords) set(user, password string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = map[string]string{}
	}
	p.of[user] = password
}

func (p *passwords) get(user string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.of[user]
}

// admits tells whether a user may log in with a password. What follows one that
// was set through the API is taken for the security token.
func (o *Org) admits(user, password string) bool {
	if own := o.passwordOf(user); own != "" {
		return accepts(o.cfg.Username, user) && strings.HasPrefix(password, own)
	}
	return accepts(o.cfg.Username, user) && accepts(o.cfg.Password, password)
}

// passwordOf is what was set through the API for the user of a name; "" is
// nothing.
func (o *Org) passwordOf(name string) (password string) {
	t, ok := o.store.Table("User")
	if !ok {
		return ""
	}
	field, ok := t.Field("Username")
	if !ok {
		return ""
	}
	o.store.View(func(v *store.View) {
		for _, row := range v.Find(t, field, name) {
			password = o.passwords.get(row.ID())
		}
	})
	return password
}

// passwordUser is the id of the user that the path names, in its long form.
func (r *request) passwordUser() (string, *apierr.Error) {
	t, ok := r.org.store.Table("User")
	var row *store.Row
	r.read(func(v *store.View) { row, _ = v.Get(r.param("id")) })
	if !ok || !row.LiveIn(t) || r.hidden(t, wholeObject) {
		return "", apierr.NotFound.New()
	}
	return row.ID(), nil
}

// askPassword tells whether the password of a user has expired: here none does.
func askPassword(r *request) reply {
	if _, err := r.passwordUser(); err != nil {
		return failure(err)
	}
	return answer(http.StatusOK, []byte(`{"isExpired":false}`))
}

// setPassword gives a user another password.
func setPassword(r *request) reply {
	user, err := r.passwordUser()
	if err == nil {
		err = checkPassword(r.json.Get("NewPassword").Text())
	}
	if err != nil {
		return failure(err)
	}
	r.org.passwords.set(user, strings.Clone(r.json.Get("NewPassword").Text()))
	return reply{status: http.StatusNoContent}
}

// The default policy of an org for passwords (Salesforce Help, Set Password
// Policies).
const minPassword = 8

// checkPassword refuses a password that the policy does not allow.
func checkPassword(password string) *apierr.Error {
	switch {
	case password == "":
		return apierr.MissingID.New("NewPassword")
	case len(password) > maxKeptText:
		return apierr.WeakPassword.New("Your password is too long.")
	case len([]rune(password)) < minPassword:
		return apierr.WeakPassword.New("Your password must be at least 8 characters long.")
	case !strings.ContainsFunc(password, unicode.IsLetter) || !strings.ContainsFunc(password, unicode.IsDigit):
		return apierr.WeakPassword.New("Your password must have a mix of letters and numbers.")
	}
	return nil
}

// resetPassword gives a user a password of the org's own making.
func resetPassword(r *request) reply {
	user, err := r.passwordUser()
	if err != nil {
		return failure(err)
	}
	password := r.org.sessions.random()[:minPassword] + "k7" // a letter and a digit, whatever is before them
	r.org.passwords.set(user, password)
	return answer(http.StatusOK, append(jsontree.AppendString([]byte(`{"NewPassword":`), password), '}'))
}
