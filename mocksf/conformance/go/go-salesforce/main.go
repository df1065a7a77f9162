// Conformance of go-salesforce: everything that its README shows.
package main

import (
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/k-capehart/go-salesforce/v3"
	"github.com/squall-harness/squall/mocksf/conformance/go/step"
)

func main() {
	login()
	sf, err := connect()
	if err != nil {
		step.Run("login for all that follows", func() error { return err })
		os.Exit(1)
	}
	queries(sf)
	rows(sf)
	collections(sf)
	composite(sf)
	bulk(sf)
}

// app is what every login needs.
func app() salesforce.Creds {
	return salesforce.Creds{
		Domain: os.Getenv("SF_LOGIN_URL"), ConsumerKey: os.Getenv("SF_CLIENT_ID"), ConsumerSecret: os.Getenv("SF_CLIENT_SECRET"),
	}
}

func connect(options ...salesforce.Option) (*salesforce.Salesforce, error) {
	return salesforce.Init(app(), options...)
}

func login() {
	user := app()
	both := os.Getenv("SF_PASSWORD") // the end of it stands for the security token, which clients append
	half := len(both) / 2
	user.Username, user.Password, user.SecurityToken = os.Getenv("SF_USERNAME"), both[:half], both[half:]
	step.Run("client credentials", flow(app(), salesforce.AuthFlowClientCredentials))
	step.Run("password with security token", flow(user, salesforce.AuthFlowUsernamePassword))
	step.Run("JWT", func() error {
		key, err := os.ReadFile(os.Getenv("SF_KEY_FILE"))
		if err != nil {
			return err
		}
		assertion := app()
		assertion.ConsumerSecret, assertion.Username, assertion.ConsumerRSAPem = "", user.Username, string(key)
		return flow(assertion, salesforce.AuthFlowJWT)()
	})
	step.Run("access token", func() error {
		sf, err := connect()
		if err != nil {
			return err
		}
		return flow(salesforce.Creds{Domain: user.Domain, AccessToken: sf.GetAccessToken()}, salesforce.AuthFlowAccessToken)()
	})
	step.Run("an access token that is none", func() error {
		_, err := salesforce.Init(salesforce.Creds{Domain: user.Domain, AccessToken: "none"})
		return step.Refused(err, "unable to refresh session")
	})
	step.Run("wrong password", func() error {
		wrong := user
		wrong.Password = "wrong"
		_, err := salesforce.Init(wrong)
		return step.Refused(err, "400")
	})
	step.Run("options", options)
	step.Run("gzip both ways", compressed)
	step.Run("a session ends in mid-run", refreshed)
}

// flow logs in one way and uses the session.
func flow(creds salesforce.Creds, want salesforce.AuthFlowType) func() error {
	return func() error {
		sf, err := salesforce.Init(creds)
		if err != nil {
			return err
		}
		if err := step.Equal(want, sf.GetAuthFlow()); err != nil {
			return err
		}
		if err := step.Equal(os.Getenv("SF_LOGIN_URL"), sf.GetInstanceUrl()); err != nil {
			return err
		}
		_, err = sf.DoRequest(http.MethodGet, "/limits", nil)
		return err
	}
}

func options() error {
	trips := &step.Trips{}
	sf, err := connect(salesforce.WithAPIVersion("v60.0"), salesforce.WithBatchSizeMax(50), salesforce.WithBulkBatchSizeMax(500),
		salesforce.WithRoundTripper(trips), salesforce.WithHTTPTimeout(time.Minute), salesforce.WithValidateAuthentication(false))
	if err != nil {
		return err
	}
	if err := step.Equal("v60.0 50 500", sf.GetAPIVersion()+" "+itoa(sf.GetBatchSizeMax())+" "+itoa(sf.GetBulkBatchSizeMax())); err != nil {
		return err
	}
	if _, err := sf.DoRequest(http.MethodGet, "/sobjects", nil, salesforce.WithHeader("Sforce-Call-Options", "client=conformance")); err != nil {
		return err
	}
	return step.Equal(1, trips.N.Load())
}

func compressed() error {
	sf, err := connect(salesforce.WithCompressionHeaders(true))
	if err != nil {
		return err
	}
	made, err := sf.InsertOne("Account", Account{Name: "Compressed"})
	if err != nil {
		return err
	}
	var got []Account
	if err := sf.Query("SELECT Id, Name FROM Account WHERE Id = '"+made.Id+"'", &got); err != nil {
		return err
	}
	return step.Equal("Compressed", got[0].Name)
}

func refreshed() error {
	sf, err := connect()
	if err != nil {
		return err
	}
	before := sf.GetAccessToken()
	resp, err := http.PostForm(app().Domain+"/services/oauth2/revoke", url.Values{"token": {before}})
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if _, err := sf.InsertOne("Account", Account{Name: "After"}); err != nil {
		return err
	}
	if before == sf.GetAccessToken() {
		return step.Refused(nil, "the old session")
	}
	return nil
}
