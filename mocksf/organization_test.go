package mocksf_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/trust"
)

func TestAnOrgTellsWhereItIs(t *testing.T) {
	for instance, cfg := range map[string]mocksf.Config{
		trust.DefaultInstance: {},
		"NA14":                {Monitoring: mocksf.Monitoring{Trust: trust.New(trust.Config{Instance: "NA14"})}},
	} {
		d := openDoor(t, cfg)
		var got struct {
			Records []struct{ ID, InstanceName string }
		}
		d.json(http.MethodGet, "query?q=SELECT+Id,+InstanceName,+IsSandbox+FROM+Organization", "", &got)
		assert.Len(t, got.Records, 1)
		assert.Equal(t, instance, got.Records[0].InstanceName)
		a := d.do(http.MethodGet, "sobjects/Organization/"+got.Records[0].ID, nil)
		assert.Contains(t, a.body, `"IsSandbox":false`)
		var user map[string]any
		d.json(http.MethodGet, "/services/oauth2/userinfo", "", &user)
		assert.Equal(t, user["organization_id"], got.Records[0].ID)
		assert.Zero(t, d.org.Log().Len(), "no commit tells of it")
	}
}

// Clients read there in whose name they act, and in which language and time zone.
func TestAnOrgTellsWhoItsUserIs(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	q := "SELECT+Alias,TimeZoneSidKey,LocaleSidKey,EmailEncodingKey,LanguageLocaleKey,UserType,Profile.Name+FROM+User"
	a := d.do(http.MethodGet, "query?q="+q, nil)
	assert.Contains(t, a.body, `"Alias":"integ","TimeZoneSidKey":"GMT","LocaleSidKey":"en_US","EmailEncodingKey":"UTF-8","LanguageLocaleKey":"en_US","UserType":"Standard"`)
	assert.Contains(t, a.body, `"Name":"System Administrator"`)
	a = d.do(http.MethodGet, "query?q=SELECT+Name,(SELECT+Username+FROM+Users)+FROM+Profile+WHERE+Name='System+Administrator'", nil)
	assert.Contains(t, a.body, `"Username":"integration@example.com"`)
	assert.Zero(t, d.org.Log().Len(), "no commit tells of them")
}
