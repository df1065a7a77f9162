package trust

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func ask(t *testing.T, s *Status, path string, into any) int {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	assert.Equal(t, "application/json; charset=utf-8", w.Header().Get("Content-Type"))
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), into), w.Body.String())
	return w.Code
}

type shown struct {
	Key, Status string
	Incidents   []struct {
		ID, Status, Type string
		IncidentImpacts  []struct {
			Type, Severity string
			EndTime        *string
		}
		IncidentEvents []struct{ Message string }
	}
	Maintenances []map[string]any
}

func TestAnIncidentFromItsRaisingToItsEnd(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := New(Config{Now: func() time.Time { return now }})
	status := func() (v shown) {
		require.Equal(t, 200, ask(t, s, "/v1/instances/EU42/status", &v))
		return v
	}
	quiet := status()
	assert.Equal(t, "OK", quiet.Status)
	assert.NotNil(t, quiet.Incidents, "an empty list is no null")

	id := s.Raise(Incident{Message: "We are looking into it"})
	assert.True(t, s.Update(id, "A fix is on its way"))
	v := status()
	assert.Equal(t, "MAJOR_INCIDENT_CORE", v.Status)
	require.Len(t, v.Incidents, 1)
	i := v.Incidents[0]
	assert.Equal(t, []string{id, "Active", "Disruption"}, []string{i.ID, i.Status, i.Type})
	assert.Equal(t, "major", i.IncidentImpacts[0].Severity)
	assert.Nil(t, i.IncidentImpacts[0].EndTime)
	assert.Equal(t, "A fix is on its way", i.IncidentEvents[1].Message)

	s.SetGreen(true)
	green := status()
	assert.Equal(t, "OK", green.Status, "the variant that shows no trouble")
	assert.Empty(t, green.Incidents)
	assert.Len(t, s.Incidents(), 1, "the operator still sees it")
	s.SetGreen(false)
	assert.True(t, s.Resolve(id))
	assert.Equal(t, "OK", status().Status)
	assert.False(t, s.Resolve("nothing"))
	assert.False(t, s.Update("nothing", ""))
}

func TestTheGravestLeads(t *testing.T) {
	for _, c := range []struct {
		incidents []Incident
		want      string
	}{
		{[]Incident{{Minor: true, Feature: true}}, "MINOR_INCIDENT_NONCORE"},
		{[]Incident{{Minor: true}, {Feature: true}}, "MAJOR_INCIDENT_NONCORE"},
		{[]Incident{{}, {Minor: true}}, "MAJOR_INCIDENT_CORE"},
	} {
		s := New(Config{})
		for _, i := range c.incidents {
			s.Raise(i)
		}
		assert.Equal(t, c.want, s.Word())
	}
}

func TestMaintenance(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := New(Config{Instance: "NA14", Now: func() time.Time { return now }})
	s.Announce(Maintenance{Name: "Release", From: now.Add(time.Hour), To: now.Add(2 * time.Hour)})
	words := []string{s.Word()}
	var list []map[string]any
	ask(t, s, "/v1/maintenances?instance=na14", &list)
	assert.Len(t, list, 1)
	for range 2 {
		now = now.Add(time.Hour)
		words = append(words, s.Word())
	}
	assert.Equal(t, []string{"OK", "MAINTENANCE_CORE", "OK"}, words)
	ask(t, s, "/v1/maintenances", &list)
	assert.Empty(t, list, "it is over")
}

func TestCalls(t *testing.T) {
	s := New(Config{})
	s.Raise(Incident{Message: "down"})
	for path, want := range map[string]int{
		"/v1/instances": 200, "/v1/instances/": 200, "/v1/instances/status": 200, "/v1/instances/eu42": 200, "/v1/instances/EU42/status/": 200,
		"/v1/instances/NA1/status": 404, "/v1/incidents": 200, "/v1/incidents/active": 200, "/v1/incidents?instance=EU42&locale=en": 200,
		"/v1/localizations?locale=en": 200, "/": 404, "/v1": 404,
	} {
		var got any
		assert.Equal(t, want, ask(t, s, path, &got), path)
	}
	var elsewhere []any
	ask(t, s, "/v1/incidents?instance=NA1", &elsewhere)
	assert.Empty(t, elsewhere)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("POST", "/v1/incidents", nil))
	assert.Equal(t, 405, w.Code)
}

// Whatever is raised and resolved, the site is OK exactly when nothing is
// active, and holds a bounded number of incidents.
func TestOKMeansNothingActive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(Config{})
		for range rapid.IntRange(0, 2*kept).Draw(t, "steps") {
			if all := s.Incidents(); len(all) > 0 && rapid.Bool().Draw(t, "resolve") {
				s.Resolve(rapid.SampledFrom(all).Draw(t, "which").ID)
			} else {
				s.Raise(Incident{Minor: rapid.Bool().Draw(t, "minor")})
			}
		}
		active := slices.ContainsFunc(s.Incidents(), func(i Incident) bool { return i.Resolved.IsZero() })
		assert.Equal(t, !active, s.Word() == "OK")
		assert.LessOrEqual(t, len(s.Incidents()), kept)
	})
}
