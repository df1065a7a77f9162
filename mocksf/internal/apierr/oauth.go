package apierr

// Where the lines about logins come from.
const (
	oauthPage = "Salesforce Help, OAuth 2.0 Authorization Errors"
	jwtRFC    = "RFC 7523"
	deviceRFC = "RFC 8628; Salesforce's own text is unconfirmed"
)

// The errors of the OAuth endpoints, which have small letters and a shape of
// their own: {"error", "error_description"}.
var (
	OAuthGrantType   = &Kind{Code: "unsupported_grant_type", Status: 400, Text: "grant type not supported", Definite: true, Source: fixtures}
	OAuthResponse    = &Kind{Code: "unsupported_response_type", Status: 400, Text: "response type not supported", Definite: true, Source: observed}
	OAuthRequest     = &Kind{Code: "invalid_request", Status: 400, Text: "%s", Definite: true, Source: observed}
	OAuthClientID    = &Kind{Code: "invalid_client_id", Status: 400, Text: "client identifier invalid", Definite: true, Source: fixtures}
	OAuthClient      = &Kind{Code: "invalid_client", Status: 400, Text: "invalid client credentials", Definite: true, Source: observed}
	OAuthPassword    = &Kind{Code: "invalid_grant", Status: 400, Text: "authentication failure", Definite: true, Source: fixtures}
	OAuthExpired     = &Kind{Code: "invalid_grant", Status: 400, Text: "expired access/refresh token", Definite: true, Source: oauthPage}
	OAuthCode        = &Kind{Code: "invalid_grant", Status: 400, Text: "expired authorization code", Definite: true, Source: observed}
	OAuthVerifier    = &Kind{Code: "invalid_grant", Status: 400, Text: "invalid code verifier", Definite: true, Source: "RFC 7636; Salesforce's own text is unconfirmed"}
	OAuthAssertion   = &Kind{Code: "invalid_grant", Status: 400, Text: "invalid assertion", Definite: true, Source: jwtRFC + "; Salesforce's own text is unconfirmed"}
	OAuthAudience    = &Kind{Code: "invalid_grant", Status: 400, Text: "Audience validation failed", Definite: true, Source: oauthPage}
	OAuthNotApproved = &Kind{Code: "invalid_grant", Status: 400, Text: "user hasn't approved this consumer", Definite: true, Source: fixtures}
	OAuthDomain      = &Kind{Code: "invalid_grant", Status: 400, Text: "request not supported on this domain", Definite: true, Source: observed}
	OAuthRedirect    = &Kind{Code: "redirect_uri_mismatch", Status: 400, Text: "redirect_uri must match configuration", Definite: true, Source: observed}
	OAuthDenied      = &Kind{Code: "access_denied", Status: 400, Text: "end-user denied authorization", Definite: true, Source: oauthPage}
	OAuthPending     = &Kind{Code: "authorization_pending", Status: 400, Text: "user has not yet authorized the device", Definite: true, Retryable: true, Source: deviceRFC}
	OAuthTokenType   = &Kind{Code: "unsupported_token_type", Status: 400, Text: "this token type is not supported", Definite: true, Source: observed}
)

// The errors of the SOAP logins beside those that they share with REST.
var (
	SOAPLogin   = &Kind{Code: "INVALID_LOGIN", Status: 500, Text: "Invalid username, password, security token; or user locked out.", Definite: true, Source: fixtures}
	SOAPSession = &Kind{Code: "INVALID_SESSION_ID", Status: 500, Text: "Invalid Session ID found in SessionHeader: Illegal Session", Definite: true, Retryable: true, Source: observed}
	SOAPVersion = &Kind{Code: "UNSUPPORTED_API_VERSION", Status: 500, Text: "Invalid Api version specified on URL", Definite: true, Source: "enterprise WSDL, ExceptionCode"}
)

// The errors of the identity URL and userinfo: the code alone, in plain text.
var (
	MissingOAuthToken = &Kind{Code: "Missing_OAuth_Token", Status: 403, Text: "no access token was given", Definite: true, Source: "Salesforce Help, Identity URLs"}
	BadOAuthToken     = &Kind{Code: "Bad_OAuth_Token", Status: 403, Text: "the session has ended, or never was", Definite: true, Retryable: true, Source: "Salesforce Help, Identity URLs"}
	BadID             = &Kind{Code: "Bad_Id", Status: 404, Text: "there is no such user or organization", Definite: true, Source: "Salesforce Help, Identity URLs"}
)

// LoginTable lists the errors of the logins, for documentation.
var LoginTable = []*Kind{
	OAuthGrantType, OAuthResponse, OAuthRequest, OAuthClientID, OAuthClient, OAuthPassword, OAuthExpired, OAuthCode,
	OAuthVerifier, OAuthAssertion, OAuthAudience, OAuthNotApproved, OAuthDomain, OAuthRedirect, OAuthDenied,
	OAuthPending, OAuthTokenType, SOAPLogin, SOAPSession, SOAPVersion, MissingOAuthToken, BadOAuthToken, BadID,
}
