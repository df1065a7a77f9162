// Package oauth holds what the logins of the org remember and check: the
// assertions, codes, device codes and refresh tokens of OAuth 2.0. It knows no
// HTTP, and takes the time as a parameter.
package oauth

import (
	"crypto/rsa"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// What can be wrong with an assertion.
var (
	ErrAssertion = errors.New("the assertion is malformed, or not signed by its issuer")
	ErrExpired   = errors.New("the assertion has expired")
	ErrAudience  = errors.New("the assertion is meant for another audience")
)

// Assertion is what a client claims in the JWT bearer flow (RFC 7523).
type Assertion struct {
	Client string // iss
	User   string // sub
}

// claims are those that Salesforce looks at.
type claims struct {
	Issuer   string           `json:"iss"`
	Subject  string           `json:"sub"`
	Older    string           `json:"prn"` // the name of sub in early drafts, which Salesforce still takes
	Audience jwt.ClaimStrings `json:"aud"`
	Expires  *moment          `json:"exp"`
	Begins   *moment          `json:"nbf"`
}

// moment is a time in seconds, as a number or as a text: clients send both.
type moment struct{ jwt.NumericDate }

func (m *moment) UnmarshalJSON(text []byte) error {
	if plain, err := strconv.Unquote(string(text)); err == nil {
		text = []byte(plain)
	}
	return json.Unmarshal(text, &m.NumericDate)
}

func (m *moment) date() (*jwt.NumericDate, error) {
	if m == nil {
		return nil, nil
	}
	return &m.NumericDate, nil
}

func (c *claims) GetExpirationTime() (*jwt.NumericDate, error) { return c.Expires.date() }
func (c *claims) GetNotBefore() (*jwt.NumericDate, error)      { return c.Begins.date() }
func (c *claims) GetIssuedAt() (*jwt.NumericDate, error)       { return nil, nil }
func (c *claims) GetIssuer() (string, error)                   { return c.Issuer, nil }
func (c *claims) GetSubject() (string, error)                  { return c.Subject, nil }
func (c *claims) GetAudience() (jwt.ClaimStrings, error)       { return c.Audience, nil }

// Keys finds the public key of a client. With checked false nothing is known
// of any client, and the signature is not looked at; a nil key refuses.
type Keys func(client string) (key *rsa.PublicKey, checked bool)

// ReadAssertion reads a JWT of algorithm RS256 and checks its claims and, where
// keys say so, its signature. forUs tells whether the org goes by a name that
// the claim aud gives. The error is one of the three above.
func ReadAssertion(text string, now time.Time, keys Keys, forUs func(audience string) bool) (Assertion, error) {
	var c claims
	rules := []jwt.ParserOption{
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired(), jwt.WithTimeFunc(func() time.Time { return now }),
		jwt.WithPaddingAllowed(), // Apache Camel pads its segments, as no JWT should
	}
	parser := jwt.NewParser(rules...)
	token, parts, err := parser.ParseUnverified(text, &c)
	if err != nil || token.Method.Alg() != "RS256" {
		return Assertion{}, ErrAssertion
	}
	if signature, err := parser.DecodeSegment(parts[2]); err != nil || len(signature) == 0 {
		return Assertion{}, ErrAssertion
	}
	if key, checked := keys(c.Issuer); checked {
		if key == nil {
			return Assertion{}, ErrAssertion
		}
		_, err = parser.ParseWithClaims(text, &claims{}, func(*jwt.Token) (any, error) { return key, nil })
	} else {
		err = jwt.NewValidator(rules...).Validate(&c)
	}
	return c.judge(err, forUs)
}

// judge tells an expired assertion from a wrong one.
func (c *claims) judge(err error, forUs func(string) bool) (Assertion, error) {
	a := Assertion{Client: c.Issuer, User: c.Subject}
	if a.User == "" {
		a.User = c.Older
	}
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return Assertion{}, ErrExpired
	case err != nil || a.Client == "" || a.User == "":
		return Assertion{}, ErrAssertion
	}
	if !slices.ContainsFunc(c.Audience, forUs) {
		return Assertion{}, ErrAudience
	}
	return a, nil
}
