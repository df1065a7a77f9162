package mocksf

import (
	"net/url"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/apierr"
)

// maxKeptText bounds each text of a client that the org remembers of a login,
// in bytes. (A limit of the mock's own.)
const maxKeptText = 1 << 10

// keptParameters are those whose values outlive the request.
var keptParameters = []string{"client_id", "username", "scope", "state", "redirect_uri", "code_challenge", "refresh_token"}

// keepable makes a form's values fit to be kept: each short, and none a part of
// the whole body, which it would keep in memory.
func keepable(form url.Values) *apierr.Error {
	for _, name := range keptParameters {
		for i, value := range form[name] {
			if len(value) > maxKeptText {
				return apierr.OAuthRequest.New(name + " is too long")
			}
			form[name][i] = strings.Clone(value)
		}
	}
	return nil
}
