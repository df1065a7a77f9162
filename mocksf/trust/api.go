package trust

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The shapes of the status API, as public clients of it show them; which keys
// there are beside these is not documented.
type (
	instanceShape struct {
		Key            string             `json:"key"`
		Location       string             `json:"location"`
		Environment    string             `json:"environment"`
		ReleaseVersion string             `json:"releaseVersion"`
		ReleaseNumber  string             `json:"releaseNumber"`
		Status         string             `json:"status"`
		IsActive       bool               `json:"isActive"`
		Incidents      []incidentShape    `json:"Incidents"`
		Maintenances   []maintenanceShape `json:"Maintenances"`
		Products       []productShape     `json:"Products"`
	}
	productShape struct {
		Key  string `json:"key"`
		Name string `json:"name"`
	}
	incidentShape struct {
		ID           string        `json:"id"`
		ExternalID   string        `json:"externalId"`
		Status       string        `json:"status"`
		Type         string        `json:"type"`
		CreatedAt    string        `json:"createdAt"`
		UpdatedAt    string        `json:"updatedAt"`
		ServiceKeys  []string      `json:"serviceKeys"`
		IsCore       bool          `json:"isCore"`
		AffectsAll   bool          `json:"affectsAll"`
		InstanceKeys []string      `json:"instanceKeys"`
		Message      messageShape  `json:"message"`
		Impacts      []impactShape `json:"IncidentImpacts"`
		Events       []eventShape  `json:"IncidentEvents"`
	}
	messageShape struct {
		RootCause  string `json:"rootCause"`
		ActionPlan string `json:"actionPlan"`
	}
	impactShape struct {
		ID        string  `json:"id"`
		StartTime string  `json:"startTime"`
		EndTime   *string `json:"endTime"`
		Type      string  `json:"type"`
		Severity  string  `json:"severity"`
	}
	eventShape struct {
		ID        string `json:"id"`
		Type      string `json:"type"`
		Message   string `json:"message"`
		CreatedAt string `json:"createdAt"`
	}
	maintenanceShape struct {
		ID           string   `json:"id"`
		Name         string   `json:"name"`
		Type         string   `json:"type"`
		StartTime    string   `json:"plannedStartTime"`
		EndTime      string   `json:"plannedEndTime"`
		CreatedAt    string   `json:"createdAt"`
		InstanceKeys []string `json:"instanceKeys"`
	}
)

// modelTexts are the texts behind the keys of impact types.
var modelTexts = []map[string]string{
	{"modelKey": "featurePerfDegradation", "text": "Feature Performance Degradation"},
	{"modelKey": "serviceDisruption", "text": "Service Disruption"},
	{"modelKey": "coreService", "text": "Core Service"},
}

// ServeHTTP answers the calls of the status API: /v1/instances,
// /v1/instances/status, /v1/instances/KEY/status, /v1/incidents,
// /v1/maintenances and /v1/localizations. It needs no session.
func (s *Status) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		writeJSON(w, http.StatusMethodNotAllowed, map[string]string{"message": "Method not allowed"})
		return
	}
	path := strings.Trim(r.URL.Path, "/")
	switch path {
	case "v1/instances", "v1/instances/status", "v1/instances/status/preview":
		writeJSON(w, http.StatusOK, []instanceShape{s.instance()})
	case "v1/incidents", "v1/incidents/active":
		incidents, _ := s.shapes(r.URL.Query().Get("instance"))
		writeJSON(w, http.StatusOK, incidents)
	case "v1/maintenances":
		_, maintenances := s.shapes(r.URL.Query().Get("instance"))
		writeJSON(w, http.StatusOK, maintenances)
	case "v1/localizations":
		writeJSON(w, http.StatusOK, modelTexts)
	default:
		s.one(w, path)
	}
}

// one answers for an instance by its key, in any case.
func (s *Status) one(w http.ResponseWriter, path string) {
	key, ok := strings.CutPrefix(path, "v1/instances/")
	if key = strings.TrimSuffix(key, "/status"); !ok || !strings.EqualFold(key, s.cfg.Instance) {
		writeJSON(w, http.StatusNotFound, map[string]string{"message": "Instance not found"})
		return
	}
	writeJSON(w, http.StatusOK, s.instance())
}

func (s *Status) instance() instanceShape {
	incidents, maintenances := s.shapes("")
	return instanceShape{
		Key: s.cfg.Instance, Location: s.cfg.Location, Environment: "production",
		ReleaseVersion: "Summer '26", ReleaseNumber: "262.0", Status: s.Word(), IsActive: true,
		Incidents: incidents, Maintenances: maintenances, Products: []productShape{{"Salesforce_Services", "Salesforce Services"}},
	}
}

// shapes are the active incidents and the windows to come, of an instance; ""
// is any.
func (s *Status) shapes(instance string) ([]incidentShape, []maintenanceShape) {
	incidents, maintenances := []incidentShape{}, []maintenanceShape{}
	if instance != "" && !strings.EqualFold(instance, s.cfg.Instance) {
		return incidents, maintenances
	}
	active, windows := s.shown()
	for _, i := range slices.Backward(active) {
		if i.Resolved.IsZero() {
			incidents = append(incidents, s.incident(&i))
		}
	}
	for _, m := range windows {
		if s.cfg.Now().Before(m.To) {
			maintenances = append(maintenances, s.maintenance(&m))
		}
	}
	return incidents, maintenances
}

func (s *Status) incident(i *Incident) incidentShape {
	show := incidentShape{
		ID: i.ID, ExternalID: i.ID, Status: "Active", Type: "Disruption", CreatedAt: stamp(i.Raised), UpdatedAt: stamp(i.Changed),
		ServiceKeys: []string{"coreService"}, IsCore: !i.Feature, InstanceKeys: []string{s.cfg.Instance},
		Impacts: []impactShape{{ID: i.ID + "1", StartTime: stamp(i.Raised), Type: "serviceDisruption", Severity: "major"}},
	}
	if i.Degraded {
		show.Type, show.Impacts[0].Type = "Degradation", "featurePerfDegradation"
	}
	if i.Minor {
		show.Impacts[0].Severity = "minor"
	}
	if i.Feature {
		show.ServiceKeys = []string{}
	}
	for _, u := range i.Updates {
		show.Events = append(show.Events, eventShape{u.ID, "update", u.Message, stamp(u.At)})
	}
	return show
}

func (s *Status) maintenance(m *Maintenance) maintenanceShape {
	kind := "scheduledMaintenance"
	if m.ReadOnly {
		kind = "readOnly"
	}
	return maintenanceShape{m.ID, m.Name, kind, stamp(m.From), stamp(m.To), stamp(m.Announced), []string{s.cfg.Instance}}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // all shapes can be written
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that is gone needs no answer
}
