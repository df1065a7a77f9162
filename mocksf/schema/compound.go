package schema

import "strings"

// A compound field shows several fields of the record as one and stores nothing
// itself: a Location its latitude and longitude, an Address its street, city and
// so on (Object Reference, Compound Fields). Components that an object does not
// list are there all the same.

// Component is a field that a compound field shows.
type Component struct {
	Member string // under which the compound field shows it
	Field  string // API name
}

// component is a component as it is named and made.
type component struct {
	member, suffix string
	field          Field
}

var place = []component{
	{"latitude", "Latitude", Field{Type: Double}},
	{"longitude", "Longitude", Field{Type: Double}},
}

// components are those of the compound types, in the order in which they are
// shown.
var components = map[Type][]component{
	Location: place,
	Address: {
		{"city", "City", Field{Length: 40}},
		{"country", "Country", Field{Length: 80}},
		{"geocodeAccuracy", "GeocodeAccuracy", Field{Type: Picklist, Length: 40, Values: []string{"Address", "NearAddress", "Block", "Street",
			"ExtendedZip", "Zip", "Neighborhood", "City", "County", "State", "Unknown"}}},
		place[0],
		place[1],
		{"postalCode", "PostalCode", Field{Length: 20}},
		{"state", "State", Field{Length: 80}},
		{"street", "Street", Field{Type: TextArea, Length: 255}},
	},
}

// Compound tells whether fields of the type are compound.
func (t Type) Compound() bool { return t == Location || t == Address }

// Components are the fields that a compound field shows: BillingCity and its like
// of BillingAddress, Site__Latitude__s and Site__Longitude__s of Site__c. Other
// fields have none.
func (f *Field) Components() (list []Component) {
	for _, c := range components[f.Type] {
		list = append(list, Component{c.member, f.component(c.suffix)})
	}
	return list
}

func (f *Field) component(suffix string) string {
	if base, ok := strings.CutSuffix(f.Name, "__c"); ok {
		return base + "__" + suffix + "__s"
	}
	return strings.TrimSuffix(f.Name, "Address") + suffix
}

// AllFields are the fields of an object with the components that it does not
// list, in front of their compound fields.
func (o *Object) AllFields() (all []Field) {
	for i := range o.Fields {
		f := &o.Fields[i]
		for _, c := range components[f.Type] {
			if name := f.component(c.suffix); !o.has(name) {
				part := c.field
				if part.Name = name; Custom(f.Name) && f.Label != "" {
					part.Label = f.Label + " (" + c.suffix + ")"
				}
				all = append(all, part)
			}
		}
		all = append(all, *f)
	}
	return all
}
