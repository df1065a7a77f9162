package reference

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEnvFrom(t *testing.T) {
	vars := map[string]string{"SF_LOGIN_URL": "http://127.0.0.1:1", "SF_CLIENT_ID": "i", "SF_CLIENT_SECRET": "s",
		"SF_API_VERSION": "67.0", "LISTEN_ADDR": "127.0.0.1:2", "STATE_DIR": "/s", "ALERT_URL": "http://127.0.0.1:3"}
	env, err := EnvFrom(func(name string) string { return vars[name] })
	require.NoError(t, err)
	assert.Equal(t, Env{LoginURL: "http://127.0.0.1:1", ClientID: "i", ClientSecret: "s", APIVersion: "67.0",
		ListenAddr: "127.0.0.1:2", AlertURL: "http://127.0.0.1:3", StateDir: "/s"}, env)
	vars["BULK_THRESHOLD"] = "40"
	env, err = EnvFrom(func(name string) string { return vars[name] })
	require.NoError(t, err)
	assert.Equal(t, 10, DefaultPlan.startingBulkAt(env.BulkFrom).BulkUntil, "a quarter of it")
	vars["BULK_THRESHOLD"] = "-1"
	_, err = EnvFrom(func(name string) string { return vars[name] })
	assert.ErrorContains(t, err, "a whole number above 0")
	delete(vars, "BULK_THRESHOLD")
	delete(vars, "STATE_DIR")
	vars["SF_LOGIN_URL"] = "login.salesforce.com"
	_, err = EnvFrom(func(name string) string { return vars[name] })
	assert.EqualError(t, err, "environment variable STATE_DIR is not set\nSF_LOGIN_URL is no absolute http or https URL")
}

func TestRunNeedsAFreeAddress(t *testing.T) {
	assert.ErrorContains(t, Run(t.Context(), Env{ListenAddr: "nowhere:x", StateDir: t.TempDir()}), "LISTEN_ADDR")
	assert.ErrorContains(t, Run(t.Context(), Env{StateDir: "/nowhere/at/all"}), "outbox")
}
