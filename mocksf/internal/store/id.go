package store

// Salesforce ids: a key prefix of three characters that names the object, two
// of the instance, one reserved, nine that count; then three that carry the
// case of the fifteen before, for whoever compares without regard to case.

const (
	digits   = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	checks   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	instance = "5g0"
	shortID  = 15
	longID   = 18
)

// MakeID returns the 18-character id of the n-th record (from 1) of a prefix.
func MakeID(prefix string, n uint32) string {
	id := makeID(prefix, n)
	return string(id[:])
}

// AppendID is MakeID into a buffer.
func AppendID(dst []byte, prefix string, n uint32) []byte {
	id := makeID(prefix, n)
	return append(dst, id[:]...)
}

func makeID(prefix string, n uint32) (id [longID]byte) {
	copy(id[:], prefix[:3])
	copy(id[3:], instance)
	for i := shortID - 1; i >= 6; i-- {
		id[i] = digits[n%62]
		n /= 62
	}
	checksum(&id)
	return id
}

// checksum fills in the last three characters from the first fifteen.
func checksum(id *[longID]byte) {
	for group := range 3 {
		bits := 0
		for i := range 5 {
			if c := id[group*5+i]; c >= 'A' && c <= 'Z' {
				bits |= 1 << i
			}
		}
		id[shortID+group] = checks[bits]
	}
}

// LongID returns the 18-character form of an id of 15 or 18 characters; ok is
// false for a text that is no id, a wrong checksum included.
func LongID(text string) (id string, ok bool) {
	if len(text) != shortID && len(text) != longID {
		return "", false
	}
	var long [longID]byte
	copy(long[:], text[:shortID])
	for _, c := range long[:shortID] {
		if digit(c) < 0 {
			return "", false
		}
	}
	checksum(&long)
	if len(text) == longID && string(long[shortID:]) != text[shortID:] {
		return "", false
	}
	if len(text) == longID {
		return text, true
	}
	return string(long[:]), true
}

// Sequence reads the counting part of an id that LongID accepted; 0 is no
// record of this org.
func Sequence(id string) uint32 {
	if id[3:6] != instance {
		return 0
	}
	n := uint64(0)
	for i := 6; i < shortID; i++ {
		n = n*62 + uint64(digit(id[i]))
	}
	if n > 1<<32-1 {
		return 0
	}
	return uint32(n)
}

func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 36
	}
	return -1
}
