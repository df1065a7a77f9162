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
