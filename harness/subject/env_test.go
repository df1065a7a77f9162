package subject

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestVarsInTheOrderOfTheContract(t *testing.T) {
	e := Env{LoginURL: "u", ClientID: "i", ClientSecret: "s", Username: "n", Password: "p", APIVersion: "67.0",
		ListenAddr: "l", SourceURL: "f", AlertURL: "a", StateDir: "d", Extra: map[string]string{"Z": "1", "Y": "2"}}
	assert.Equal(t, []string{"SF_LOGIN_URL=u", "SF_CLIENT_ID=i", "SF_CLIENT_SECRET=s", "SF_USERNAME=n", "SF_PASSWORD=p",
		"SF_API_VERSION=67.0", "LISTEN_ADDR=l", "SOURCE_URL=f", "ALERT_URL=a", "STATE_DIR=d", "Y=2", "Z=1"}, e.Vars())
}

func TestEnvShowsNoSecret(t *testing.T) {
	e := Env{LoginURL: "http://x", ClientSecret: "hunter2", Password: "swordfish", Extra: map[string]string{"DSN": "user:swordfish@db"}}
	for _, text := range []string{e.String(), fmt.Sprint(e), fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", e)} {
		assert.NotContains(t, text, "hunter2")
		assert.NotContains(t, text, "swordfish")
		assert.Contains(t, text, "SF_LOGIN_URL=http://x")
	}
}

func TestCommandIsQuoted(t *testing.T) {
	s := Process("./my integration", "--name", "O'Hara", "", "$HOME", "a=b")
	assert.Equal(t, `'./my integration' --name 'O'\''Hara' '' '$HOME' a=b`, s.Command())
	assert.Equal(t, "my integration", s.Name())
}

func TestQuoteSurvivesAShell(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell")
	}
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[ -~]{0,12}`), 1, 4).Draw(t, "words")
		out, err := exec.Command(shell, "-c", "printf '%s\\n' "+quote(words)).Output()
		require.NoError(t, err)
		assert.Equal(t, strings.Join(words, "\n")+"\n", string(out))
	})
}

func TestTail(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"short", "one\n", "one"},
		{"last lines", "one\ntwo\nthree\n", "two\nthree"},
		{"no newline at the end", "one\ntwo\nthree", "two\nthree"},
		{"control characters", "\x1b[31mred\x07\ttab\r\n", "[31mred\ttab"},
		{"no UTF-8", "a\xff\n", "a?"},
		{"long", strings.Repeat("x", 3*tailBytes) + "\nend\n", strings.Repeat("x", tailBytes-5) + "\nend"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log")
			require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
			assert.Equal(t, c.want, Tail(path, 2))
		})
	}
	assert.Empty(t, Tail(filepath.Join(t.TempDir(), "none"), 2))
}
