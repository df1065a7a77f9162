package store

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// Texts are told to be in base64, and measured, as decoding them would.
func TestFilesAreMeasuredWithoutDecoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[A-Za-z0-9+/]{0,9}={0,3}|[A-Z=é_-]{0,8}`).Draw(t, "text")
		data, err := base64.StdEncoding.DecodeString(text)
		assert.Equal(t, err == nil, inBase64(text), text)
		if err == nil {
			assert.Equal(t, len(data), fileSize(text), text)
		}
	})
}
