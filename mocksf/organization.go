package mocksf

import (
	"github.com/squall-harness/squall/mocksf/schema"
	"github.com/squall-harness/squall/mocksf/trust"
)

const (
	organizationObject = "Organization"
	organizationName   = "Mock"
)

// organizationSchema is the object that has one record: the org itself. Clients
// read there on which instance they are and whether it is a sandbox (Object
// Reference, Organization).
func organizationSchema() schema.Object {
	o := schema.Object{Name: organizationObject, KeyPrefix: orgID[:3], Fields: []schema.Field{
		{Name: "IsSandbox", Type: schema.Boolean}, {Name: "IsReadOnly", Type: schema.Boolean}, {Name: "TrialExpirationDate", Type: schema.DateTime},
	}}
	for _, name := range []string{"Name", "InstanceName", "OrganizationType", "NamespacePrefix", "PrimaryContact", "Country",
		"LanguageLocaleKey", "DefaultLocaleSidKey", "TimeZoneSidKey"} {
		o.Fields = append(o.Fields, schema.Field{Name: name})
	}
	return o
}

// found gives the org its record. A schema of the user's own may have the
// object under another prefix; then it is the user's to fill.
func (o *Org) found() {
	t, ok := o.store.Table(organizationObject)
	if !ok || t.Prefix != orgID[:3] {
		return
	}
	instance := trust.DefaultInstance
	if o.cfg.Monitoring.Trust != nil {
		instance = o.cfg.Monitoring.Trust.Instance()
	}
	o.store.Deliver(t, o.cfg.Now(), func(string) map[string]string {
		return map[string]string{
			"Name": organizationName, "InstanceName": instance, "OrganizationType": "Enterprise Edition",
			"IsSandbox": "false", "IsReadOnly": "false",
			"LanguageLocaleKey": "en_US", "DefaultLocaleSidKey": "en_US", "TimeZoneSidKey": "GMT",
		}
	})
}
