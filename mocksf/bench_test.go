package mocksf_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
)

// The benchmarks compare the org with a bare net/http handler that decodes the
// same JSON with encoding/json and answers a constant of the same size. Both
// are driven by the same client over loopback sockets, in turn, within one
// run: the ratio is the org's rate over the bare handler's.

// wireClient sends prepared requests over one connection, so that the client
// costs little and the same for both sides.
type wireClient struct {
	conn net.Conn
	buf  []byte
}

func dialWire(b *testing.B, url string) *wireClient {
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(b, err)
	b.Cleanup(func() { _ = conn.Close() })
	return &wireClient{conn, make([]byte, 64<<10)}
}

// call sends one request and reads the whole reply, whose end Content-Length
// gives.
func (c *wireClient) call(b *testing.B, request []byte) {
	_, err := c.conn.Write(request)
	require.NoError(b, err)
	n, want := 0, -1
	for want < 0 || n < want {
		m, err := c.conn.Read(c.buf[n:])
		if err != nil {
			b.Fatalf("after %q: %v", c.buf[:n], err)
		}
		n += m
		if want < 0 {
			want = replyLength(c.buf[:n])
		}
	}
	if !bytes.HasPrefix(c.buf, []byte("HTTP/1.1 20")) {
		b.Fatalf("%s", c.buf[:n])
	}
}

func replyLength(reply []byte) int {
	end := bytes.Index(reply, []byte("\r\n\r\n"))
	at := bytes.Index(reply, []byte("Content-Length: "))
	if end < 0 || at < 0 {
		return -1
	}
	var length int
	_, _ = fmt.Sscanf(string(reply[at+16:]), "%d", &length)
	return end + 4 + length
}

func wire(method, path, token, body string) []byte {
	return fmt.Appendf(nil, "%s /services/data/v67.0/%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: %d\r\n\r\n%s",
		method, path, token, len(body), body)
}

// bareHandler decodes what arrives and answers always the same.
func bareHandler(size int) http.Handler {
	constant := bytes.Repeat([]byte("x"), size)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var v map[string]any
		if err != nil || json.Unmarshal(body, &v) != nil {
			http.Error(w, "bad", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.Header().Set("Content-Length", fmt.Sprint(size))
		_, _ = w.Write(constant)
	})
}

func serveBare(b *testing.B, size int) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	server := &http.Server{Handler: bareHandler(size)}
	go func() { _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close() })
	return "http://" + listener.Addr().String()
}

func benchRecord(i int) string {
	return fmt.Sprintf(`"Name":"Customer number %d","Token__c":"t-%06d.0","Phone":"+49 30 %07d","BillingCity":"Springfield","BillingStreet":"Main Street %d","Amount__c":%d.25,"Active__c":true,"Industry":"Retail","Website":"https://example.com/%d"`,
		i, i, i, i%300, i, i)
}

// compare runs both sides in turn, in blocks, and reports rates and ratio.
func compare(b *testing.B, records, replySize int, next func(i int, token string) []byte) {
	d := openDoor(b, mocksf.Config{TraceFields: []string{"Token__c"}})
	org, bare := dialWire(b, d.url), dialWire(b, serveBare(b, replySize))
	const block = 20
	var orgTime, bareTime time.Duration
	n := 0
	for b.Loop() {
		b.StopTimer()
		requests := make([][]byte, block)
		for i := range requests {
			requests[i] = next(n+i, d.token)
		}
		n += block
		b.StartTimer()
		orgTime += run(b, org, requests)
		b.StopTimer()
		bareTime += run(b, bare, requests)
		b.StartTimer()
	}
	b.ReportMetric(float64(n*records)/orgTime.Seconds(), "records/s")
	b.ReportMetric(float64(n*records)/bareTime.Seconds(), "bare-records/s")
	b.ReportMetric(bareTime.Seconds()/orgTime.Seconds(), "ratio-to-bare")
}

func run(b *testing.B, c *wireClient, requests [][]byte) time.Duration {
	start := time.Now()
	for _, r := range requests {
		c.call(b, r)
	}
	return time.Since(start)
}

// BenchmarkRowUpsert upserts single records of ten fields, one in five of them
// a new one. The aim is a ratio of 0.7.
func BenchmarkRowUpsert(b *testing.B) {
	compare(b, 1, 75, func(i int, token string) []byte {
		return wire("PATCH", fmt.Sprintf("sobjects/Account/Ext_Id__c/acct-%06d", i/5), token, "{"+benchRecord(i)+"}")
	})
}

// BenchmarkCollectionUpsert upserts 200 records of ten fields in one call. The
// aim is a ratio of 1.0.
func BenchmarkCollectionUpsert(b *testing.B) {
	compare(b, 200, 200*76, func(i int, token string) []byte {
		var body strings.Builder
		body.WriteString(`{"allOrNone":false,"records":[`)
		for k := range 200 {
			if k > 0 {
				body.WriteByte(',')
			}
			fmt.Fprintf(&body, `{"attributes":{"type":"Account"},"Ext_Id__c":"acct-%06d",%s}`, (i*40+k)%100_000, benchRecord(i))
		}
		return wire("PATCH", "composite/sobjects/Account/Ext_Id__c", token, body.String()+"]}")
	})
}

// BenchmarkGraphUpsert upserts ten accounts with nine orders each in one call,
// a graph for each account.
func BenchmarkGraphUpsert(b *testing.B) {
	compare(b, 100, 18_000, func(i int, token string) []byte {
		var graphs []string
		for g := range 10 {
			key := (i*10 + g) % 20_000
			list := []string{sub("a", "PATCH", fmt.Sprintf("sobjects/Account/Ext_Id__c/acct-%06d", key), "{"+benchRecord(i)+"}")}
			for o := range 9 {
				list = append(list, sub(fmt.Sprintf("o%d", o), "PATCH", fmt.Sprintf("sobjects/Order__c/Ext_Id__c/ord-%06d-%d", key, o),
					fmt.Sprintf(`{"Account__c":"@{a.id}","Amount__c":%d.5,"Token__c":"t-%06d.%d"}`, i, i, o)))
			}
			graphs = append(graphs, fmt.Sprintf(`{"graphId":"g%d",%s}`, g, subs(list...)))
		}
		return wire("POST", "composite/graph", token, `{"graphs":[`+strings.Join(graphs, ",")+`]}`)
	})
}
