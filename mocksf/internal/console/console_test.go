package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/html"
)

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.9.9.9:80": true, "[::1]:80": true, "::1": true, "localhost:1": true, "LOCALHOST": true, "[::ffff:127.0.0.1]:1": true,
		"": false, "10.0.0.1:80": false, "127.0.0.1.evil": false, "localhost.evil": false, "0.0.0.0": false, "[::]:80": false, "evil:127.0.0.1": false,
	} {
		assert.Equal(t, want, loopback(host), host)
	}
}

// Nothing that the page shows can become markup.
func TestAllIsEscaped(t *testing.T) {
	bad := `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	v := View{Base: "/_squall", Status: bad, Trust: true, Now: bad, Up: bad, Figures: []Figure{{bad, bad}}, Requests: []Request{{bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad}},
		Objects: []Count{{bad, 1}}, Jobs: []Job{{bad, bad, bad, bad, 1, 1}}, Limits: []Limit{{bad, 1, 0}}, Faults: []Count{{bad, 1}}, Notices: []string{bad},
		Incidents: []Incident{{bad, bad, bad, bad, true}}}
	for _, name := range []string{"main", "incidents"} {
		w := httptest.NewRecorder()
		Write(w, name, v)
		assert.Equal(t, http.StatusOK, w.Code)
		text := w.Body.String()
		tokens := html.NewTokenizer(strings.NewReader(text))
		for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
			tag := tokens.Token()
			assert.NotContains(t, []string{"script", "img"}, tag.Data, name)
			for _, a := range tag.Attr {
				assert.False(t, strings.HasPrefix(a.Key, "on") || a.Key == "style", "%s: %s", name, a.Key)
			}
		}
		inside := text[strings.Index(text, "<style>")+len("<style>") : strings.Index(text, "</style>")]
		assert.Equal(t, contentPolicy(inside), policy, "the policy lets the style in as it is sent")
	}
}

func TestPercent(t *testing.T) {
	assert.Equal(t, []int{0, 50, 100, 0}, []int{Limit{"", 0, 10}.Percent(), Limit{"", 5, 10}.Percent(), Limit{"", 50, 10}.Percent(), Limit{"", 1, 0}.Percent()})
}
