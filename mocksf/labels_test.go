package mocksf_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf"
)

func TestLabelsOfFields(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for object, want := range map[string]map[string]string{
		"Account": {"Id": "Account ID", "IsDeleted": "Deleted", "OwnerId": "Owner ID", "CreatedDate": "Created Date", "CreatedById": "Created By ID",
			"LastModifiedById": "Last Modified By ID", "SystemModstamp": "System Modstamp", "ParentId": "Parent ID", "Name": "Account Name", "Ext_Id__c": "External Id"},
		"Order__c": {"Id": "Record ID", "Account__c": "Account"},
		"Task":     {"Id": "Activity ID", "WhoId": "Name ID"},
	} {
		var about struct {
			Fields []struct{ Name, Label string }
		}
		d.json("GET", "sobjects/"+object+"/describe", "", &about)
		for _, f := range about.Fields {
			if want[f.Name] != "" {
				assert.Equal(t, want[f.Name], f.Label, "%s.%s", object, f.Name)
			}
		}
	}
}
