package harness

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/harness/subject"
)

// shown is what the status site says to a subject.
func shown(t *testing.T, s *statusSite) (word string) {
	t.Helper()
	resp, err := http.Get(s.url + "/v1/instances/EU42/status")
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	var answer struct{ Status string }
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&answer))
	return answer.Status
}

func TestTheStatusSiteTellsOfFaults(t *testing.T) {
	t.Parallel()
	s, err := newStatusSite(subject.Machine())
	require.NoError(t, err)
	defer s.Close()
	assert.Equal(t, "OK", shown(t, s))
	slow := s.Raise(true)
	assert.Equal(t, "MINOR_INCIDENT_CORE", shown(t, s))
	down := s.Raise(false)
	assert.Equal(t, "MAJOR_INCIDENT_CORE", shown(t, s))
	down()
	slow()
	assert.Equal(t, "OK", shown(t, s))
}
