package mocksf

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// FuzzMultipart: whatever the body is, it is refused or gives both parts of a
// job, or a record and its files.
func FuzzMultipart(f *testing.F) {
	part := func(name, text string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + text + "\r\n"
	}
	for _, body := range []string{part("job", "{}") + part("content", "Name\nA") + "--b--\r\n", part("content", "") + part("job", "") + "--b--", part("job", "{}"), "--b", "", "--b--",
		part("other", strings.Repeat("x", 1000)) + "--b--\r\n"} {
		f.Add("multipart/form-data; boundary=b", body)
	}
	f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"e\"\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\nContent-Disposition: form-data; name=\"Body\"; filename=\"f\"\r\n\r\n\x00\r\n--b--")
	f.Add("multipart/form-data", "--\r\n\r\n--")
	f.Add("multipart/form-data; boundary=\"b", "--b--")
	f.Fuzz(func(t *testing.T, kind, body string) {
		job, content, err := splitParts(kind, []byte(body))
		if err == nil {
			assert.Contains(t, body, string(job))
			assert.Contains(t, body, string(content))
			assert.LessOrEqual(t, len([]rune(string(content))), maxPart)
		}
		record, files, err := splitFiles(kind, []byte(body))
		if err == nil {
			assert.Contains(t, body, string(record))
		}
		for _, file := range files {
			assert.Contains(t, body, string(file.data))
		}
	})
}
