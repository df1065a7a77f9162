package mocksf

import (
	"fmt"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/jsontree"
	"github.com/squall-harness/squall/mocksf/internal/oauth"
)

// devicePoll is how often a device should ask, in seconds. One that asks
// oftener is not told to slow down.
const devicePoll = 5

// startDevice is the first step of the device flow: the device gets a code to
// show to its user, and one to ask with.
func (c *tokenCall) startDevice() reply {
	if err := c.authenticate(false); err != nil {
		return oauthFailure(err)
	}
	o, now := c.org, c.org.cfg.Clock()
	d := oauth.Device{
		Client: c.client, Scope: c.form.Get("scope"), DeviceCode: o.sessions.secret(),
		Typed: strings.ToUpper((o.sessions.random() + "00000000")[:8]), Until: now + deviceLife,
	}
	o.logins.devices.Add(d, now)
	dst := jsontree.AppendString([]byte(`{"device_code":`), d.DeviceCode)
	dst = jsontree.AppendString(append(dst, `,"user_code":`...), d.Typed)
	dst = jsontree.AppendString(append(dst, `,"verification_uri":`...), o.baseURL(c.http)+"/setup/connect")
	return oauthAnswer(fmt.Appendf(dst, `,"interval":%d}`, devicePoll))
}

// byDevice is the device asking whether its user has answered.
func (c *tokenCall) byDevice() (granted, *apierr.Error) {
	if err := c.authenticate(false); err != nil {
		return granted{}, err
	}
	d := c.org.logins.devices.Poll(c.form.Get("code"), c.client, c.org.cfg.Clock())
	switch d.State {
	case oauth.Allowed:
		return c.org.allow(d.User, d.Client, d.Scope), nil
	case oauth.Pending:
		return granted{}, apierr.OAuthPending.New()
	case oauth.Denied:
		return granted{}, apierr.OAuthDenied.New()
	}
	return granted{}, apierr.OAuthCode.New()
}

// AuthorizeDevice answers for the user of a device that shows userCode: it is
// let in as username, or denied. It is false when no device waits for that.
func (o *Org) AuthorizeDevice(userCode, username string, allow bool) bool {
	return o.logins.devices.Decide(userCode, username, allow, o.cfg.Clock())
}
