package mocksf

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/squall-harness/squall/mocksf/commitlog"
)

var discoveryRoutes = []route{
	{method: "GET", pattern: "/services/data", api: commitlog.APIOther, open: true, serve: listVersions},
	{method: "GET", pattern: "/services/data/{version}", api: commitlog.APIOther, inner: true, serve: listResources},
	{method: "GET", pattern: "sobjects", api: commitlog.APIOther, inner: true, serve: describeGlobal},
	{method: "GET", pattern: "sobjects/{object}", api: commitlog.APIOther, inner: true, serve: objectInfo},
	{method: "GET", pattern: "sobjects/{object}/describe", api: commitlog.APIOther, inner: true, serve: describeObject},
	{method: "GET", pattern: "limits", api: commitlog.APIOther, inner: true, serve: showLimits},
	{method: "GET", pattern: "limits/recordCount", api: commitlog.APIOther, inner: true, since: countVersion, serve: countRecords},
	{method: "GET", pattern: "recent", api: commitlog.APIOther, inner: true, serve: listRecent},
	{method: "GET", pattern: "sobjects/{object}/updated", api: commitlog.APIOther, inner: true, serve: listUpdated},
	{method: "GET", pattern: "sobjects/{object}/deleted", api: commitlog.APIOther, inner: true, serve: listDeleted},
}

// object answers v in JSON; v is made of maps, slices and plain values.
func object(v any) reply {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // a value that cannot be written is a mistake of this package
	}
	return answer(http.StatusOK, body)
}

// release is the label of an API version. There are three a year, and
// version 30 was Spring '14; the winter release bears the name of the year
// that it leads into.
func release(version int) string {
	n := version - 30
	if n%3 == 2 {
		return fmt.Sprintf("Winter '%d", 15+n/3)
	}
	return fmt.Sprintf("%s '%d", [...]string{"Spring", "Summer"}[n%3], 14+n/3)
}

func listVersions(*request) reply {
	type entry struct {
		Label   string `json:"label"`
		URL     string `json:"url"`
		Version string `json:"version"`
	}
	var list []entry
	for v := firstVersion; v <= lastVersion; v++ {
		list = append(list, entry{release(v), fmt.Sprintf("/services/data/v%d.0", v), fmt.Sprintf("%d.0", v)})
	}
	return object(list)
}

// listResources answers where the resources of a version are.
func listResources(r *request) reply {
	list := map[string]string{"identity": r.org.identityURL(r)}
	for _, name := range []string{"sobjects", "query", "queryAll", "search", "parameterizedSearch", "limits", "composite", "jobs", "recent", "tooling"} {
		if r.org.router.begins("services", "data", r.param("version"), name) {
			list[name] = r.base() + "/" + name
		}
	}
	return object(list)
}

// showLimits answers what is left of the org's allocations.
func showLimits(r *request) reply {
	type limit struct {
		Max       int `json:"Max"`
		Remaining int `json:"Remaining"`
	}
	full := func(n int) limit { return limit{n, n} }
	daily, bulk := r.org.cfg.DailyRequests, r.org.jobs.Limits()
	batches, queries := r.org.jobs.Left()
	storage, left := r.storage()
	return object(map[string]limit{
		"DailyApiRequests":                            {daily, max(daily-r.org.used(), 0)},
		"ActiveScratchOrgs":                           full(100),
		"AnalyticsExternalDataSizeMB":                 full(40_960),
		"ConcurrentAsyncGetReportInstances":           full(200),
		"ConcurrentSyncReportRuns":                    full(20),
		"DailyAsyncApexExecutions":                    full(250_000),
		"DailyAsyncApexTests":                         full(500),
		"DailyBulkApiBatches":                         {bulk.DailyBatches, batches},
		"DailyBulkApiRequests":                        {bulk.DailyBatches, batches},
		"DailyBulkV2QueryFileStorageMB":               full(976_562),
		"DailyBulkV2QueryJobs":                        {bulk.DailyQueries, queries},
		"DailyDeliveredPlatformEvents":                full(10_000),
		"DailyDurableGenericStreamingApiEvents":       full(10_000),
		"DailyDurableStreamingApiEvents":              full(10_000),
		"DailyGenericStreamingApiEvents":              full(10_000),
		"DailyScratchOrgs":                            full(200),
		"DailyStandardVolumePlatformEvents":           full(10_000),
		"DailyStreamingApiEvents":                     full(10_000),
		"DailyWorkflowEmails":                         full(100_000),
		"DataStorageMB":                               {storage, left},
		"DurableStreamingApiConcurrentClients":        full(20),
		"FileStorageMB":                               full(10_240),
		"HourlyAsyncReportRuns":                       full(1_200),
		"HourlyDashboardRefreshes":                    full(200),
		"HourlyDashboardResults":                      full(5_000),
		"HourlyDashboardStatuses":                     full(999_999_999),
		"HourlyLongTermIdMapping":                     full(100_000),
		"HourlyODataCallout":                          full(20_000),
		"HourlyPublishedPlatformEvents":               full(50_000),
		"HourlyPublishedStandardVolumePlatformEvents": full(1_000),
		"HourlyShortTermIdMapping":                    full(100_000),
		"HourlySyncReportRuns":                        full(500),
		"HourlyTimeBasedWorkflow":                     full(1_000),
		"MassEmail":                                   full(5_000),
		"MonthlyPlatformEventsUsageEntitlement":       full(0),
		"Package2VersionCreates":                      full(6),
		"PermissionSets":                              full(1_500),
		"SingleEmail":                                 full(5_000),
		"StreamingApiConcurrentClients":               full(2_000),
	})
}

// plural is the label for several records.
func plural(label string) string {
	switch {
	case strings.HasSuffix(label, "y"):
		return strings.TrimSuffix(label, "y") + "ies"
	case strings.HasSuffix(label, "s"):
		return label + "es"
	}
	return label + "s"
}
