package mocksf_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf"
)

func TestCompoundFields(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	id := d.create("Account", `{"Name":"n","BillingCity":"Bonn","BillingLatitude":50.7,"Site__Latitude__s":-1,"Site__Longitude__s":2.5}`)
	d.create("Account", `{"Name":"o"}`)
	d.answers(`{"totalSize":2,"done":true,"records":[
		{"attributes":{"type":"Account"},"BillingAddress":{"city":"Bonn","country":null,"geocodeAccuracy":null,"latitude":50.7,"longitude":null,"postalCode":null,"state":null,"street":null},
			"Site__c":{"latitude":-1.0,"longitude":2.5}},
		{"attributes":{"type":"Account"},"BillingAddress":null,"Site__c":null}]}`, "SELECT BillingAddress, Site__c FROM Account ORDER BY Name")
	assert.Contains(t, d.do("GET", "sobjects/Account/"+id+"?fields=Site__c", nil).body, `"Site__c":{"latitude":-1.0,"longitude":2.5}`)
	assert.Contains(t, d.do("GET", "sobjects/Account/"+id+"?fields=Site__c", nil, "Accept", "application/xml").body, `<Site__c><latitude>-1.0</latitude><longitude>2.5</longitude></Site__c>`)
	assert.NoError(t, d.org.SetAccess("", "Account", "BillingCity", mocksf.AccessNone))
	assert.Contains(t, d.do("GET", "sobjects/Account/"+id+"?fields=BillingAddress", nil).body, `"BillingAddress":{"city":null`, "not by a back door")
}

func TestCompoundFieldsRefuse(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for _, c := range []struct{ method, path, body, code, message string }{
		{"POST", "sobjects/Account", `{"Name":"n","Site__c":"1;2"}`, "INVALID_FIELD_FOR_INSERT_UPDATE", "Site__c"},
		{"POST", "sobjects/Account", `{"Name":"n","Site__c":{"latitude":1}}`, "INVALID_FIELD", "Site__c"},
		{"GET", "query?q=" + url.QueryEscape("SELECT Id FROM Account WHERE BillingAddress = 'x'"), "", "INVALID_FIELD", "can not be filtered"},
		{"GET", "query?q=" + url.QueryEscape("SELECT Id FROM Account ORDER BY Site__c"), "", "INVALID_FIELD", "sorted"},
		{"POST", "jobs/query", `{"operation":"query","query":"SELECT Id, BillingAddress FROM Account"}`, "FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query"},
		{"POST", "jobs/query", `{"operation":"query","query":"SELECT Id, Account.Site__c FROM Contact"}`, "FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query"},
	} {
		var no refusal
		d.json(c.method, c.path, c.body, &no)
		assert.Equal(t, c.code, no[0].ErrorCode, c.path)
		assert.Contains(t, no[0].Message, c.message)
	}
}

func TestCompoundFieldsAreDescribed(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	type field struct {
		Name, Label, Type, SoapType, CompoundFieldName                       string
		Createable, Filterable, Sortable, Groupable, QueryByDistance, Custom bool
	}
	var account struct{ Fields []field }
	d.json("GET", "sobjects/Account/describe", "", &account)
	for _, want := range []field{
		{"BillingAddress", "Billing Address", "address", "urn:address", "", false, true, false, false, true, false},
		{"BillingCity", "Billing City", "string", "xsd:string", "BillingAddress", true, true, true, true, false, false},
		{"BillingLatitude", "Billing Latitude", "double", "xsd:double", "BillingAddress", true, true, true, true, false, false},
		{"Site__c", "Site", "location", "urn:location", "", false, true, false, false, true, true},
		{"Site__Longitude__s", "Site (Longitude)", "double", "xsd:double", "Site__c", true, true, true, true, false, true},
	} {
		assert.Contains(t, account.Fields, want)
	}
}

func TestDistance(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	for name, place := range map[string]string{"Berlin": `52.52,"Site__Longitude__s":13.405,"BillingLatitude":52.52,"BillingLongitude":13.405`, "Potsdam": `52.39,"Site__Longitude__s":13.06`, "Paris": `48.86,"Site__Longitude__s":2.35`, "nowhere": `null`} {
		d.create("Account", `{"Name":"`+name+`","Site__Latitude__s":`+place+`}`)
	}
	for query, want := range map[string]string{
		"WHERE DISTANCE(Site__c, GEOLOCATION(52.52,13.405), 'km') < 50 ORDER BY Name":                   "Berlin Potsdam",
		"WHERE DISTANCE(Site__c, GEOLOCATION(52.52,13.405), 'mi') > 540 ORDER BY Name":                  "Paris",
		"WHERE DISTANCE(BillingAddress, GEOLOCATION(52.5,13.4), 'mi') < 2":                              "Berlin",
		"ORDER BY DISTANCE(Site__c, GEOLOCATION(50, 5), 'km') DESC NULLS LAST":                          "Berlin Potsdam Paris nowhere",
		"WHERE Name != 'Paris' ORDER BY DISTANCE(Site__c, GEOLOCATION(50, 5), 'km') NULLS LAST LIMIT 1": "Potsdam",
		"WHERE NOT DISTANCE(Site__c, GEOLOCATION(52.52,13.405), 'km') < 50 ORDER BY Name":               "nowhere Paris",
	} {
		var names []string
		for _, r := range d.query("SELECT Name FROM Account " + query).Records {
			names = append(names, r["Name"].(string))
		}
		assert.Equal(t, want, strings.Join(names, " "), query)
	}
	assert.Equal(t, http.StatusBadRequest, d.do("GET", "query?q="+url.QueryEscape("SELECT Id FROM Account WHERE DISTANCE(Site__c, GEOLOCATION(1,2), 'km') = 3"), nil).status)
}
