package mocksf_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

const admin = "0055g0000000001AAA"

// logsIn tells whether a user gets a session.
func (d *door) logsIn(user, password string) bool {
	status, _ := d.postForm("/services/oauth2/token", url.Values{"grant_type": {"password"}, "client_id": {"c"}, "client_secret": {"s"}, "username": {user}, "password": {password}})
	return status == 200
}

func TestPasswordsOfUsers(t *testing.T) {
	d := openDoor(t, mocksf.Config{Username: "it@example.com", Password: "old"})
	path := "sobjects/User/" + admin + "/password"
	require.True(t, d.logsIn("it@example.com", "old"))
	assert.Equal(t, `{"isExpired":false}`, d.do("GET", path, nil).body)
	assert.Contains(t, d.do("GET", path, nil, "Accept", "application/xml").body, "<Password><isExpired>false</isExpired></Password>")

	a := d.do("POST", path, strings.NewReader(`{"NewPassword":"myNewPassword1234"}`))
	assert.Equal(t, []any{204, ""}, []any{a.status, a.body})
	assert.False(t, d.logsIn("it@example.com", "old"))
	assert.True(t, d.logsIn("it@example.com", "myNewPassword1234securityToken"))
	assert.Equal(t, 204, d.sendXML("POST", path, `<Password><NewPassword>another1234</NewPassword></Password>`).status)
	assert.True(t, d.logsIn("it@example.com", "another1234"))

	a = d.do("DELETE", path, nil)
	var reset struct{ NewPassword string }
	require.NoError(t, json.Unmarshal([]byte(a.body), &reset))
	assert.Equal(t, 200, a.status)
	assert.False(t, d.logsIn("it@example.com", "another1234"))
	assert.True(t, d.logsIn("it@example.com", reset.NewPassword))
	assert.Regexp(t, `<Result><NewPassword>\w+</NewPassword></Result>`, d.do("DELETE", path, nil, "Accept", "application/xml").body)
}

func TestPasswordsThatAreRefused(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	path := "sobjects/User/" + admin[:15] + "/password"
	for _, c := range []struct {
		path, body string
		status     int
		code       string
	}{
		{path, `{"NewPassword":"short1"}`, 400, "INVALID_NEW_PASSWORD"},
		{path, `{"NewPassword":"onlyletters"}`, 400, "INVALID_NEW_PASSWORD"},
		{path, `{"NewPassword":"` + strings.Repeat("a1", 600) + `"}`, 400, "INVALID_NEW_PASSWORD"},
		{path, `{}`, 400, "MISSING_ARGUMENT"},
		{"sobjects/User/0055g0000000009AAM/password", `{"NewPassword":"myNewPassword1234"}`, 404, "NOT_FOUND"},
		{"sobjects/User/" + d.create("Account", `{"Name":"n"}`) + "/password", `{"NewPassword":"myNewPassword1234"}`, 404, "NOT_FOUND"},
	} {
		var no refusal
		a := d.json("POST", c.path, c.body, &no)
		assert.Equal(t, []any{c.status, c.code}, []any{a.status, no[0].ErrorCode}, c.body)
	}
	assert.Equal(t, 405, d.do("PATCH", path, strings.NewReader(`{}`)).status)
	assert.True(t, d.logsIn("integration@example.com", "any"), "nothing was set")
}
