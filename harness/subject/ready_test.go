package subject

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNotReady(t *testing.T) {
	t.Run("it answers the wrong thing", func(t *testing.T) {
		env := Env{ListenAddr: freeAddr(t), StateDir: t.TempDir()}
		require.NoError(t, os.WriteFile(filepath.Join(env.StateDir, "sick"), nil, 0o600))
		i, log := start(t, helperSubject("serve"), env)
		require.Eventually(t, func() bool {
			response, err := http.Get("http://" + env.ListenAddr)
			if err == nil {
				_ = response.Body.Close()
			}
			http.DefaultClient.CloseIdleConnections()
			return err == nil
		}, 10*time.Second, 5*time.Millisecond)
		err := WaitReady(t.Context(), Machine(), i, env.ListenAddr, log, 200*time.Millisecond)
		assert.ErrorContains(t, err, "did not answer 2xx within 200ms, it saw: 503 Service Unavailable; it wrote nothing to its log")
	})
	t.Run("it listens nowhere", func(t *testing.T) {
		i, log := start(t, helperSubject("stubborn"), Env{})
		written(t, log, "ready")
		err := WaitReady(t.Context(), Machine(), i, freeAddr(t), log, 500*time.Millisecond)
		assert.ErrorContains(t, err, "connection refused")
		assert.ErrorContains(t, err, "the last lines of its log:\nready")
	})
	t.Run("it ends", func(t *testing.T) {
		i, log := start(t, helperSubject("exit"), Env{})
		err := WaitReady(t.Context(), Machine(), i, freeAddr(t), log, time.Minute)
		assert.ErrorContains(t, err, "it ended (exit status 3) before GET")
		assert.ErrorContains(t, err, "about to fail")
	})
	t.Run("nobody wants to know any more", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		i, log := start(t, helperSubject("stubborn"), Env{})
		cancel()
		assert.ErrorIs(t, WaitReady(ctx, Machine(), i, freeAddr(t), log, time.Minute), context.Canceled)
	})
}

func TestReadyDoesNotFollowRedirects(t *testing.T) {
	elsewhere := httptest.NewServer(http.RedirectHandler("/login", http.StatusFound))
	defer elsewhere.Close()
	i, log := start(t, helperSubject("stubborn"), Env{})
	err := WaitReady(t.Context(), Machine(), i, elsewhere.Listener.Addr().String(), log, 500*time.Millisecond)
	assert.ErrorContains(t, err, "302 Found")
}
