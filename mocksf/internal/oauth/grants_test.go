package oauth

import (
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Of a grant whose tokens rotate only the newest token is good, and none is
// after an old one was used.
func TestRotationLeavesOneGoodToken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var g Grants
		first := g.Open("t0", "app", "ann", "api")
		tokens, dead := []string{"t0"}, false
		for range rapid.IntRange(1, 8).Draw(t, "uses") {
			used := rapid.SampledFrom(tokens).Draw(t, "token")
			next := "t" + strconv.Itoa(len(tokens))
			newest := used == tokens[len(tokens)-1]
			got, ended, ok := g.Use(used, next, "app", true)
			require.Equal(t, newest && !dead, ok)
			if ok {
				require.Equal(t, first, got)
				tokens = append(tokens, next)
				continue
			}
			require.Equal(t, !dead, ended == first.ID, "the reuse is told once")
			dead = true
		}
		_, found := g.Find(tokens[len(tokens)-1])
		require.Equal(t, !dead, found)
	})
}

func TestGrants(t *testing.T) {
	var g Grants
	one := g.Open("a", "app", "ann", "api")
	for range 2 {
		got, _, ok := g.Use("a", "", "app", false)
		assert.True(t, ok, "without rotation a token stays good")
		assert.Equal(t, one, got)
	}
	_, _, ok := g.Use("a", "", "other", true)
	assert.False(t, ok, "it is the app's alone")
	_, _, ok = g.Use("mine", "", "app", false)
	assert.False(t, ok)
	adopted, _, ok := g.Use("mine", "", "app", true)
	assert.True(t, ok)
	assert.Equal(t, Grant{ID: 2, Client: "app", User: "app"}, adopted)
	id, ok := g.Revoke("mine", false)
	assert.True(t, ok)
	assert.Equal(t, adopted.ID, id)
	_, _, ok = g.Use("mine", "", "app", true)
	assert.False(t, ok, "a revoked one is not adopted again")
	_, ok = g.Revoke("mine", false)
	assert.False(t, ok)
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	var g Grants
	var o Once[int]
	var d Devices
	for i := range maxKept + 10 {
		name := strconv.Itoa(i)
		g.Open(name, "app", "ann", "")
		o.Put(name, i, time.Hour, 0)
		d.Add(Device{DeviceCode: name, Until: time.Hour}, 0)
	}
	assert.LessOrEqual(t, len(g.tokens), maxKept)
	assert.LessOrEqual(t, len(o.kept), maxKept)
	assert.LessOrEqual(t, len(d.waiting), maxKept)
}

func TestOnce(t *testing.T) {
	var o Once[string]
	o.Put("a", "x", 10, 0)
	o.Put("b", "y", 10, 0)
	got, ok := o.Take("a", 9)
	assert.True(t, ok)
	assert.Equal(t, "x", got)
	_, ok = o.Take("a", 9)
	assert.False(t, ok, "once")
	_, ok = o.Take("b", 10)
	assert.False(t, ok, "too late")
}

func TestDevices(t *testing.T) {
	var d Devices
	d.Add(Device{Client: "app", DeviceCode: "d", Typed: "AB", Until: 10}, 0)
	assert.Equal(t, Pending, d.Poll("d", "app", 1).State)
	assert.Equal(t, Gone, d.Poll("d", "other", 1).State)
	assert.False(t, d.Decide("XX", "ann", true, 1))
	assert.True(t, d.Decide("AB", "ann", true, 1))
	assert.False(t, d.Decide("AB", "bob", false, 1), "the answer stands")
	got := d.Poll("d", "app", 1)
	assert.Equal(t, Allowed, got.State)
	assert.Equal(t, "ann", got.User)
	assert.Equal(t, Gone, d.Poll("d", "app", 1).State, "told once")
	d.Add(Device{Client: "app", DeviceCode: "e", Typed: "CD", Until: 10}, 0)
	assert.False(t, d.Decide("CD", "ann", true, 10))
	assert.Equal(t, Gone, d.Poll("e", "app", 10).State)
}

func TestMayRedirect(t *testing.T) {
	own := []string{"https://app.example/back", "myapp:done"}
	for uri, want := range map[string][2]bool{ // with none registered, with own
		"http://localhost:1717/OauthRedirect": {true, false},
		"http://127.0.0.1:1/x":                {true, false},
		"https://[::1]/x":                     {true, false},
		"http://app.localhost/":               {true, false},
		"https://app.example/back":            {false, true},
		"https://app.example/back/":           {false, false},
		"myapp:done":                          {false, true},
		"http://localhost@evil.example/":      {false, false},
		`http://localhost\@evil.example/`:     {false, false},
		"http://localhost.evil.example/":      {false, false},
		"//localhost/":                        {false, false},
		"http://localhost/#x":                 {false, false},
		"javascript:alert(1)":                 {false, false},
		"":                                    {false, false},
	} {
		assert.Equal(t, want[0], MayRedirect(uri, nil), uri)
		assert.Equal(t, want[1], MayRedirect(uri, own), uri)
	}
}

func TestProves(t *testing.T) {
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" // RFC 7636, appendix B
	assert.True(t, Proves(challenge, verifier))
	assert.True(t, Proves(challenge+"=", verifier))
	assert.False(t, Proves(challenge, "x"))
	assert.False(t, Proves(challenge, ""))
	assert.False(t, Proves(verifier, verifier), "the plain method is none")
	assert.True(t, Proves("", ""))
}

func TestAnswer(t *testing.T) {
	code := url.Values{"code": {"a b"}}
	assert.Equal(t, "http://x/y?code=a+b", Wish{Redirect: "http://x/y"}.Answer(code))
	assert.Equal(t, "http://x/y?z=1&code=a+b&state=s%26", Wish{Redirect: "http://x/y?z=1", State: "s&"}.Answer(code))
	assert.Equal(t, "http://x/y#code=a+b&state=s", Wish{Redirect: "http://x/y", State: "s", Implicit: true}.Answer(code))
}
