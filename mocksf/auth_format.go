package mocksf

import (
	"net/http"
	"net/url"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

const formReply = "application/x-www-form-urlencoded"

// tokenFormats are the formats of the token endpoint by the media types that ask
// for them (Salesforce Help, OAuth 2.0 Refresh Token Flow).
var tokenFormats = map[string]string{"application/json": "json", "*/*": "json", "application/xml": "xml", formReply: "urlencoded"}

// inFormat shows a token, or an error, in the format that the client asks for by
// the parameter format, or else by Accept.
func (c *tokenCall) inFormat(status int, pairs ...string) reply {
	rep := reply{status: status, header: noStore()}
	media := preferred(c.header.Get("Accept"), "application/json", "*/*", "application/xml", formReply)
	switch orDefault(c.form.Get("format"), tokenFormats[media]) {
	case "urlencoded":
		values := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		rep.contentType, rep.body = formReply, []byte(values.Encode())
	case "xml":
		rep.contentType, rep.body = xmlReply, []byte(xmlHeader+"<OAuth>"+tags(pairs...)+"</OAuth>")
	default:
		rep.body = jsonObject(pairs...)
	}
	return rep
}

// refused is an error of the token endpoint.
func (c *tokenCall) refused(err *apierr.Error) reply {
	return c.inFormat(err.Status, "error", err.Code, "error_description", err.Message)
}

// noStore keeps tokens out of caches.
func noStore() http.Header { return http.Header{"Cache-Control": {"no-store"}} }
