package mocksf_test

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// A refusal does not wait for ever for the body that it does not want.
func TestRefusalsInVirtualTime(t *testing.T) {
	inBubble(t, mocksf.Guard{}, func(t *testing.T, p *pipes) {
		silent := p.dialSilent()
		_, err := io.WriteString(silent, "POST /services/data/v67.0/sobjects/Account HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Encoding: br\r\nContent-Length: 10\r\n\r\n")
		require.NoError(t, err)
		start := time.Now()
		text, err := io.ReadAll(silent)
		require.NoError(t, err)
		assert.Contains(t, string(text), " 415 ")
		assert.Equal(t, 30*time.Second, time.Since(start).Truncate(time.Second))
	})
}

// Without patience a client may connect long before it asks, and stop in the
// middle of asking: nothing but it ends the connection.
func TestAGuardWithoutPatienceWaitsForTheFirstRequest(t *testing.T) {
	inBubble(t, mocksf.Guard{Patience: -1}, func(t *testing.T, p *pipes) {
		silent := p.dialSilent()
		for _, part := range []string{"GET /services/data HTTP/1.1\r\n", "Host: 127.0.0.1\r\nConnection: close\r\n\r\n"} {
			time.Sleep(time.Hour)
			_, err := io.WriteString(silent, part)
			require.NoError(t, err)
		}
		text, err := io.ReadAll(silent)
		require.NoError(t, err)
		assert.Contains(t, string(text), " 200 ")
	})
}
