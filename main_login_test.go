package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSecretsComeByTheEnvironment(t *testing.T) {
	t.Setenv("SQUALL_CLIENT_SECRET", "hush")
	t.Setenv("SQUALL_PASSWORD", "word")
	a, err := parseServe([]string{"--password", "other"})
	require.NoError(t, err)
	assert.Equal(t, "hush", a.cfg.ClientSecret)
	assert.Equal(t, "other", a.cfg.Password, "the command line goes first")
}
