package dense

import (
	"math"

	"github.com/zeebo/xxh3"

	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// Hash is XXH3 of a text, 64 bits, 0 for "". Two texts with one hash cannot be
// told apart by the columns; among ten million, that is one chance in a
// hundred thousand.
func Hash(text string) uint64 {
	if text == "" {
		return 0
	}
	return xxh3.HashString(text) | 1<<63
}

// short is the hash of a text in 31 bits, 0 for "". It serves where two texts
// with one hash only cost time.
func short(text string) uint32 {
	if text == "" {
		return 0
	}
	return uint32(xxh3.HashString(text)) | 1<<31
}

// Target names one record of the org; 0 when it has no external id.
func Target(object, externalID string) uint64 {
	if externalID == "" {
		return 0
	}
	return mix(foldedHash(object), Hash(externalID)) | 1<<63
}

// foldedHash is Hash without regard to case, as objects are compared.
func foldedHash(text string) uint64 {
	var buffer [64]byte
	lower := buffer[:0]
	for i := range len(text) {
		c := text[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower = append(lower, c)
	}
	return xxh3.Hash(lower)
}

// mix makes one number of two, in their order.
func mix(a, b uint64) uint64 {
	x := a ^ b*0x9e3779b97f4a7c15
	x = (x ^ x>>32) * 0xd6e8feb86659fd93
	x = (x ^ x>>32) * 0xd6e8feb86659fd93
	return x ^ x>>32
}

// The kinds of values, so that the text "1" is not the number 1.
const (
	blankValue uint64 = iota + 1
	textValue
	numberValue
	trueValue
	falseValue
	otherValue
	lookupField
	objectName
)

// value is the hash of a field's value, as the judge compares them: numbers by
// value, an empty text is null. ok is false for what only the judge can compare.
func value(v any) (hash uint64, ok bool) {
	switch v := v.(type) {
	case nil:
		return blankValue, true
	case string:
		if v == "" {
			return blankValue, true
		}
		return mix(textValue, xxh3.HashString(v)), true
	case bool:
		if v {
			return trueValue, true
		}
		return falseValue, true
	case int:
		return numeric(float64(v)), true
	case float64:
		return numeric(v), v == v
	}
	return otherValue, false
}

func numeric(f float64) uint64 {
	return mix(numberValue, math.Float64bits(f+0)) // -0 + 0 is 0
}

// intended is the fingerprint of a record: a sum over its fields, so that their
// order means nothing. ok is false when a change that carries them out could
// have another one: a value that names a record may stand for something else.
func intended(r *history.Record, tokenField string) (sum uint64, ok bool) {
	sum, ok = mix(objectName, Hash(r.Object)), true
	for field, v := range r.Fields {
		h, plain := value(v)
		sum += mix(Hash(field), h)
		text, _ := v.(string)
		if !plain || field != tokenField && text != "" && (text == r.ExternalID || looksLikeID(text)) {
			ok = false
		}
	}
	if r.Parent != nil {
		sum += mix(lookupField, Hash(r.Parent.Field))
	}
	return sum, ok
}

// written is the fingerprint of a change. Values that name the record itself
// are left out, since everybody may write them, and of lookups only the field
// counts: which record they must hold is known by its external id alone.
func written(c *commitlog.Change, tokenField string) (sum, lookup uint64) {
	sum = mix(objectName, Hash(c.Object))
	lookups := 0
	for field, v := range c.Fields {
		text, _ := v.(string)
		switch {
		case field == tokenField || text == "":
		case text == c.ExternalID:
			continue
		case looksLikeID(text):
			sum += mix(lookupField, Hash(field))
			lookup = Hash(text)
			lookups++
			continue
		}
		h, _ := value(v)
		sum += mix(Hash(field), h)
	}
	if lookups > 1 {
		lookup = 0
	}
	return sum, lookup
}

// looksLikeID tells whether a text has the form of a record's id, which is how
// lookups are written: 18 letters and digits.
func looksLikeID(s string) bool {
	if len(s) != 18 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
