package oauth

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	keys = sync.OnceValue(func() [2]*rsa.PrivateKey {
		var made [2]*rsa.PrivateKey
		for i := range made {
			made[i], _ = rsa.GenerateKey(rand.Reader, 2048)
		}
		return made
	})
	noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
)

func sign(t testing.TB, method jwt.SigningMethod, key any, c jwt.MapClaims) string {
	text, err := jwt.NewWithClaims(method, c).SignedString(key)
	require.NoError(t, err)
	return text
}

// padded signs as clients do whose base64 has its padding (Apache Camel).
func padded(t testing.TB, claims string) string {
	text := base64.URLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + base64.URLEncoding.EncodeToString([]byte(claims))
	signature, err := jwt.SigningMethodRS256.Sign(text, keys()[0])
	require.NoError(t, err)
	return text + "." + base64.URLEncoding.EncodeToString(signature)
}

func forUs(audience string) bool { return audience == "us" }

func TestReadAssertion(t *testing.T) {
	good := func(change jwt.MapClaims) jwt.MapClaims {
		c := jwt.MapClaims{"iss": "app", "sub": "ann", "aud": "us", "exp": noon.Add(3 * time.Minute).Unix()}
		for k, v := range change {
			c[k] = v
		}
		return c
	}
	ours, theirs := keys()[0], keys()[1]
	signed := func(change jwt.MapClaims) string { return sign(t, jwt.SigningMethodRS256, ours, good(change)) }
	strict := func(string) (*rsa.PublicKey, bool) { return &ours.PublicKey, true }
	unknown := func(string) (*rsa.PublicKey, bool) { return nil, true }
	open := func(string) (*rsa.PublicKey, bool) { return nil, false }
	whole := signed(nil)
	for name, c := range map[string]struct {
		text string
		keys Keys
		want error
	}{
		"checked":               {whole, strict, nil},
		"not checked":           {whole, open, nil},
		"exp as text":           {signed(jwt.MapClaims{"exp": "1767355380"}), strict, nil},
		"padded":                {padded(t, `{"iss":"app","sub":"ann","aud":"us","exp":"1767355380"}`), strict, nil},
		"padded, open":          {padded(t, `{"iss":"app","sub":"ann","aud":"us","exp":"1767355380"}`), open, nil},
		"prn for sub":           {signed(jwt.MapClaims{"sub": "", "prn": "ann"}), strict, nil},
		"several audiences":     {signed(jwt.MapClaims{"aud": []string{"x", "us"}}), strict, nil},
		"no such app":           {whole, unknown, ErrAssertion},
		"another key":           {sign(t, jwt.SigningMethodRS256, theirs, good(nil)), strict, ErrAssertion},
		"another key, open":     {sign(t, jwt.SigningMethodRS256, theirs, good(nil)), open, nil},
		"HS256":                 {sign(t, jwt.SigningMethodHS256, []byte("k"), good(nil)), open, ErrAssertion},
		"HS256 by public key":   {sign(t, jwt.SigningMethodHS256, x509.MarshalPKCS1PublicKey(&ours.PublicKey), good(nil)), strict, ErrAssertion},
		"none":                  {sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, good(nil)), open, ErrAssertion},
		"no signature":          {whole[:strings.LastIndex(whole, ".")+1], open, ErrAssertion},
		"expired":               {signed(jwt.MapClaims{"exp": noon.Unix()}), strict, ErrExpired},
		"expired, open":         {signed(jwt.MapClaims{"exp": noon.Unix()}), open, ErrExpired},
		"not yet":               {signed(jwt.MapClaims{"nbf": noon.Unix() + 1}), open, ErrAssertion},
		"exp is nonsense":       {signed(jwt.MapClaims{"exp": "soon"}), strict, ErrAssertion},
		"no exp":                {signed(jwt.MapClaims{"exp": nil}), open, ErrAssertion},
		"no issuer":             {signed(jwt.MapClaims{"iss": ""}), strict, ErrAssertion},
		"no subject":            {signed(jwt.MapClaims{"sub": ""}), strict, ErrAssertion},
		"another audience":      {signed(jwt.MapClaims{"aud": "them"}), strict, ErrAudience},
		"no audience":           {signed(jwt.MapClaims{"aud": nil}), strict, ErrAudience},
		"two parts":             {"a.b", open, ErrAssertion},
		"nothing":               {"", open, ErrAssertion},
		"a claim is changed":    {strings.Replace(whole, ".", ".e30", 1), strict, ErrAssertion},
		"numbers for the names": {signed(jwt.MapClaims{"iss": 1}), open, ErrAssertion},
	} {
		a, err := ReadAssertion(c.text, noon, c.keys, forUs)
		assert.ErrorIs(t, err, c.want, name)
		if c.want == nil {
			assert.Equal(t, Assertion{Client: "app", User: "ann"}, a, name)
		} else {
			assert.Zero(t, a, name)
		}
	}
}

func TestReadKey(t *testing.T) {
	public := &keys()[0].PublicKey
	pkix, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	for kind, der := range map[string][]byte{"PUBLIC KEY": pkix, "RSA PUBLIC KEY": x509.MarshalPKCS1PublicKey(public)} {
		got, err := ReadKey(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
		require.NoError(t, err, kind)
		assert.True(t, public.Equal(got), kind)
	}
	for _, text := range []string{"", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"} {
		_, err := ReadKey([]byte(text))
		assert.Error(t, err, text)
	}
}

func FuzzReadAssertion(f *testing.F) {
	key := keys()[0]
	f.Add(sign(f, jwt.SigningMethodRS256, key, jwt.MapClaims{"iss": "app", "sub": "ann", "aud": "us", "exp": "1767355380"}))
	f.Add(sign(f, jwt.SigningMethodHS256, []byte("k"), jwt.MapClaims{"exp": 1e300, "aud": []any{1, nil}}))
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("..")
	checked := func(string) (*rsa.PublicKey, bool) { return &key.PublicKey, true }
	open := func(string) (*rsa.PublicKey, bool) { return nil, false }
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ReadAssertion(text, noon, open, forUs)
		if err == nil {
			assert.NotEmpty(t, a.Client)
			assert.NotEmpty(t, a.User)
		}
		b, err := ReadAssertion(text, noon, checked, forUs)
		if err == nil {
			assert.Equal(t, a, b, "what passes the strict test passes the other")
		}
	})
}
