package soql

import (
	"math"
	"slices"
	"strings"
)

// distance measures how far a location or address is from a place (SOQL
// reference, Location-Based SOQL Queries).
const distance Func = "DISTANCE"

// Place is what DISTANCE measures from: the figures of GEOLOCATION as they stand
// in the query, and the unit, km or mi.
type Place struct {
	Latitude, Longitude string
	Unit                string
}

// String writes the place as the last two arguments of DISTANCE.
func (p Place) String() string {
	return "GEOLOCATION(" + p.Latitude + ", " + p.Longitude + "), '" + p.Unit + "'"
}

// distance reads the arguments of DISTANCE. The field comes first.
func (p *parser) distance() Expr {
	p.at += 2
	e := Expr{Func: distance, Path: p.path(), From: &Place{}}
	p.sign(",")
	p.word("GEOLOCATION")
	p.sign("(")
	e.From.Latitude = p.figure(90)
	p.sign(",")
	e.From.Longitude = p.figure(180)
	p.sign(")")
	p.sign(",")
	e.From.Unit = p.unit()
	p.sign(")")
	return e
}

// figure reads a number of degrees.
func (p *parser) figure(most float64) string {
	t := p.peek()
	if t.kind != numberToken {
		p.unexpected()
		return ""
	}
	if math.Abs(numberOf(t.text)) > most {
		p.stop(fail(MalformedQuery, p.text, t.pos, "GEOLOCATION takes a latitude from -90 to 90 and a longitude from -180 to 180: %s", t.text))
	}
	p.at++
	return t.text
}

func (p *parser) unit() string {
	t := p.peek()
	unit := strings.ToLower(t.text)
	if t.kind != textToken || !slices.Contains([]string{"mi", "km"}, unit) {
		p.unexpected()
		return ""
	}
	p.at++
	return unit
}

// fromPlace is the operand of DISTANCE.
func (b *binding) fromPlace(e Expr, f *field) (operand, error) {
	if f.column.Place == nil {
		return operand{}, fail(InvalidField, b.query.Text, e.Path[0].Pos, "DISTANCE takes geolocation and address fields: %s is none", f.column.Name)
	}
	latitude, longitude, radius := numberOf(e.From.Latitude), numberOf(e.From.Longitude), earth
	if e.From.Unit == "mi" {
		radius /= mile
	}
	value := func(row Row) any {
		if row = f.target(row); row == nil {
			return nil
		}
		lat, long, ok := f.column.Place(row)
		if !ok {
			return nil
		}
		return radius * angle(latitude, longitude, lat, long)
	}
	return operand{kind: Number, name: f.column.Name, value: value}, nil
}

// The mean radius of the earth (IUGG) and the length of a mile, in kilometres.
const (
	earth = 6371.0088
	mile  = 1.609344
)

// angle is how far apart two places are, seen from the centre of the earth, in
// radians: the haversine formula.
func angle(lat1, long1, lat2, long2 float64) float64 {
	const degree = math.Pi / 180
	half := func(from, to float64) float64 { s := math.Sin((to - from) * degree / 2); return s * s }
	h := half(lat1, lat2) + math.Cos(lat1*degree)*math.Cos(lat2*degree)*half(long1, long2)
	return 2 * math.Asin(math.Min(1, math.Sqrt(h)))
}
