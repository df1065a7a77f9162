//go:build conformance

package conformance_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// credentials are those of the connected app and of its user.
type credentials struct {
	client, secret, username, password string
	key, public                        string // PEM files, for the JWT flow
}

func makeCredentials(t *testing.T) credentials {
	t.Helper()
	c := credentials{
		client: "conformance", secret: rand.Text(), username: "ada@example.com", password: rand.Text(),
		key: filepath.Join(t.TempDir(), "key.pem"), public: filepath.Join(t.TempDir(), "public.pem"),
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	for path, block := range map[string]*pem.Block{c.key: {Type: "PRIVATE KEY", Bytes: private}, c.public: {Type: "PUBLIC KEY", Bytes: public}} {
		require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(block), 0o600))
	}
	return c
}

// flags make the org insist on the credentials.
func (c credentials) flags() []string {
	return []string{
		"--client-id", c.client, "--client-secret", c.secret, "--username", c.username, "--password", c.password, "--jwt-key", c.public,
	}
}

// environment tells the programs.
func (c credentials) environment() []string {
	return []string{
		"SF_CLIENT_ID=" + c.client, "SF_CLIENT_SECRET=" + c.secret, "SF_USERNAME=" + c.username, "SF_PASSWORD=" + c.password, "SF_KEY_FILE=" + c.key,
	}
}
