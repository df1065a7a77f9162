package subject

import (
	"io"
	"os"
	"strings"
	"unicode"
)

// tailBytes bounds how far back Tail looks.
const tailBytes = 64 << 10

// Tail is the last n lines of a file, without control characters, which could
// do things to a terminal. "" when there is no such file or nothing in it.
func Tail(path string, n int) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return ""
	}
	text := make([]byte, min(size, tailBytes))
	read, _ := f.ReadAt(text, size-int64(len(text)))
	return lastOf(string(text[:read]), n)
}

func lastOf(text string, n int) string {
	lines := strings.Split(strings.TrimRight(strings.ToValidUTF8(text, "?"), "\r\n"), "\n")
	lines = lines[max(0, len(lines)-n):]
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.Join(lines, "\n"))
}
