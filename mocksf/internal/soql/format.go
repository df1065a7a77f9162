package soql

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Format writes a value that is not null as people read it; nil leaves values
// as they are.
type Format func(v any) string

// shown is how an item shows a field.
func (b *binding) shown(item Item, f *field) (Shown, error) {
	s := Shown{Column: f.column}
	if item.Alias != "" {
		s.Name = item.Alias
	}
	format, err := b.format(item, f.column.Kind, f.column)
	s.Format = format
	return s, err
}

// format finds how FORMAT() writes values of a kind, made of a column; nil
// without it. Dates, times, numbers and currencies have formats (SOQL reference,
// FORMAT).
func (b *binding) format(item Item, kind Kind, of Column) (Format, error) {
	switch {
	case item.Money && !of.Money:
		return nil, fail(InvalidField, b.query.Text, item.Path[0].Pos, "convertCurrency takes currency fields: %s is none", of.Name)
	case !item.Format:
		return nil, nil
	case kind == Number && of.Money && !item.Func.counts():
		return currency, nil
	case kind == Number:
		return decimal, nil
	case kind == Date:
		return formatDate, nil
	case kind == DateTime:
		return formatTime, nil
	}
	return nil, fail(InvalidField, b.query.Text, item.Path[0].Pos, "field %s does not support the function FORMAT", of.Name)
}

// decimal writes a number with commas between the thousands.
func decimal(v any) string { return separated(strconv.FormatFloat(v.(float64), 'f', -1, 64)) }

func currency(v any) string {
	n := v.(float64)
	text := "$" + separated(strconv.FormatFloat(math.Abs(n), 'f', 2, 64))
	if n < 0 {
		return "-" + text
	}
	return text
}

func separated(number string) string {
	sign := number[:len(number)-len(strings.TrimPrefix(number, "-"))]
	whole, fraction, _ := strings.Cut(number[len(sign):], ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction
}

func formatDate(v any) string {
	day, err := time.Parse(time.DateOnly, v.(string))
	if err != nil {
		return v.(string)
	}
	return day.Format("1/2/2006")
}

func formatTime(v any) string {
	at, err := ParseDateTime(v.(string))
	if err != nil {
		return v.(string)
	}
	return at.UTC().Format("1/2/2006, 3:04 PM")
}
