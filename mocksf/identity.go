package mocksf

import (
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
	"github.com/squall-harness/squall/mocksf/internal/apierr"
	"github.com/squall-harness/squall/mocksf/internal/store"
)

const identityPattern = "/id/{org}/{user}"

var identityRoutes = []route{
	{method: "GET", pattern: "/services/oauth2/userinfo", api: commitlog.APIAuth, serve: serveUserInfo, refuse: refuseIdentity},
	{method: "POST", pattern: "/services/oauth2/userinfo", api: commitlog.APIAuth, raw: true, serve: serveUserInfo, refuse: refuseIdentity},
	{method: "GET", pattern: identityPattern, api: commitlog.APIAuth, serve: serveIdentity, refuse: refuseIdentity},
}

// refuseIdentity shows an error as the identity service does: a code in plain
// text.
func refuseIdentity(r *request, err *apierr.Error) reply {
	switch {
	case err.Code == apierr.InvalidAuth.Code, err.Code == apierr.InvalidSession.Code && r.token() == "":
		err = apierr.MissingOAuthToken.New()
	case err.Code == apierr.InvalidSession.Code:
		err = apierr.BadOAuthToken.New()
	}
	return reply{status: err.Status, contentType: "text/html;charset=UTF-8", body: []byte(err.Code)}
}

// serveIdentity is the identity URL, which also says whom it asks for, in XML to
// those who want it (Salesforce Help, Identity URLs; the members by replies that
// tests of clients have recorded).
func serveIdentity(r *request) reply {
	if !sameID(r.param("org"), orgID) || !sameID(r.param("user"), store.AdminID) {
		return refuseIdentity(r, apierr.BadID.New())
	}
	who := r.user()
	who["id"], who["asserted_user"], who["display_name"] = r.org.identityURL(r), true, who["name"]
	who["username"], who["nick_name"] = who["preferred_username"], who["nickname"]
	who["first_name"], who["last_name"], who["last_modified_date"] = who["given_name"], who["family_name"], who["updated_at"]
	for _, name := range []string{"addr_street", "addr_city", "addr_state", "addr_country", "addr_zip", "mobile_phone"} {
		who[name] = nil
	}
	who["mobile_phone_verified"], who["status"] = false, map[string]any{"created_date": nil, "body": nil}
	if orDefault(r.query.Get("format"), tokenFormats[preferred(r.header.Get("Accept"), "application/json", "*/*", "application/xml")]) == "xml" {
		return r.inXML(object(who))
	}
	return object(who)
}

// serveUserInfo answers as OpenID Connect has it.
func serveUserInfo(r *request) reply {
	who := r.user()
	who["sub"], who["username"], who["id"] = r.org.identityURL(r), who["preferred_username"], r.org.identityURL(r)
	return object(who)
}

// sameID compares an id of 15 or 18 characters with one of 18.
func sameID(given, id string) bool { return given == id || given == id[:15] }

// user is what both services tell of the user of the session.
func (r *request) user() map[string]any {
	base, name := r.org.instanceURL(r.http), orDefault(r.call.Identity, "admin")
	return map[string]any{
		"user_id": store.AdminID, "organization_id": orgID, "preferred_username": name, "nickname": name,
		"name": "Integration User", "given_name": "Integration", "family_name": "User",
		"email": "integration@example.com", "email_verified": true, "active": true, "user_type": "STANDARD", "is_lightning_login_user": false,
		"language": "en_US", "locale": "en_US", "utcOffset": 0, "zoneinfo": "GMT", "timezone": "GMT", "is_app_installed": true,
		"profile": base + "/" + store.AdminID, "picture": base + "/profilephoto/005/F", "urls": serviceURLs(base),
		"photos":     map[string]string{"picture": base + "/profilephoto/005/F", "thumbnail": base + "/profilephoto/005/T"},
		"updated_at": store.Stamp(r.org.cfg.Now()),
	}
}

// serviceURLs are where the org's APIs are; clients put the version in.
func serviceURLs(base string) map[string]string {
	urls := map[string]string{"custom_domain": base, "profile": base + "/" + store.AdminID, "rest": base + "/services/data/v{version}/"}
	for name, letter := range map[string]string{"enterprise": "c", "metadata": "m", "partner": "u", "tooling_soap": "T"} {
		urls[name] = base + "/services/Soap/" + letter + "/{version}/" + orgID[:15]
	}
	urls["tooling_rest"] = urls["rest"] + "tooling/"
	for _, name := range []string{"sobjects", "query", "search", "recent"} {
		urls[name] = urls["rest"] + name + "/"
	}
	for _, name := range []string{"feeds", "groups", "users", "feed_items", "feed_elements"} {
		urls[name] = urls["rest"] + "chatter/" + strings.ReplaceAll(name, "_", "-")
	}
	return urls
}
