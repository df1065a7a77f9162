package mocksf_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// dial opens a bare connection to the org.
func (d *door) dial() net.Conn {
	d.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
	require.NoError(d.t, err)
	d.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// head is the head of a request that creates an account.
func (d *door) head(length int) string {
	return fmt.Sprintf("POST /services/data/v67.0/sobjects/Account HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n", d.token, length)
}

// guarded opens an org that tells the fate of each request.
func guarded(t *testing.T, g mocksf.Guard) (*door, chan commitlog.Request) {
	ended := make(chan commitlog.Request, 1000)
	return openDoor(t, mocksf.Config{Guard: g, OnRequest: func(r commitlog.Request) { ended <- r }}), ended
}

func TestSilentUploadIsCut(t *testing.T) {
	d, ended := guarded(t, mocksf.Guard{Patience: 200 * time.Millisecond})
	<-ended // the login
	conn := d.dial()
	_, err := io.WriteString(conn, d.head(100)+`{"Name":`)
	require.NoError(t, err)
	text, _ := io.ReadAll(conn)
	assert.Empty(t, text, "no answer, and above all no 200")
	assert.Equal(t, commitlog.FateLost, (<-ended).Fate)
	assert.Equal(t, 201, d.do("POST", "sobjects/Account", strings.NewReader(`{"Name":"n"}`)).status)
	assert.Equal(t, 1, d.org.Count("Account"))
}

func TestHalfARequestGetsNoAnswer(t *testing.T) {
	d, ended := guarded(t, mocksf.Guard{})
	<-ended
	conn := d.dial()
	_, err := io.WriteString(conn, d.head(100)+`{"Name":"n"}`)
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	text, _ := io.ReadAll(conn)
	assert.Empty(t, text)
	assert.Equal(t, commitlog.FateLost, (<-ended).Fate)
	assert.Zero(t, d.org.Count("Account"))
}

func TestUnreadRepliesEnd(t *testing.T) {
	d, ended := guarded(t, mocksf.Guard{Patience: 200 * time.Millisecond})
	<-ended
	for range 2000 {
		d.insert("Account", map[string]any{"Name": "n"})
	}
	conn := d.dial()
	ask := fmt.Sprintf("GET /services/data/v67.0/query?q=SELECT+Id,Name,Ext_Id__c+FROM+Account HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n", d.token)
	_, err := io.WriteString(conn, strings.Repeat(ask, 200)) // for more than the sockets hold
	if err != nil {
		assert.ErrorIs(t, err, net.ErrClosed)
	}
	for fate := commitlog.FateSent; fate != commitlog.FateLost; {
		fate = (<-ended).Fate
	}
}

func TestClaimsTakeNoMemory(t *testing.T) {
	d, ended := guarded(t, mocksf.Guard{})
	<-ended
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var conns []net.Conn
	for range 32 {
		conn := d.dial()
		_, err := io.WriteString(conn, d.head(50<<20)+"{")
		require.NoError(t, err)
		conns = append(conns, conn)
	}
	for _, conn := range conns {
		require.NoError(t, conn.Close())
		assert.Equal(t, commitlog.FateLost, (<-ended).Fate)
	}
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(32<<20), "32 claims of 50 MiB each")
}

func TestBodiesShareTheirRoom(t *testing.T) {
	d, _ := guarded(t, mocksf.Guard{Buffered: 10_000})
	body := `{"Name":"n","Note__c":"` + strings.Repeat("x", 9_000) + `"}`
	for range 3 {
		assert.Equal(t, 201, d.do("POST", "sobjects/Account", strings.NewReader(body)).status, "the room is given back")
	}
	a := d.do("POST", "sobjects/Account", strings.NewReader(`{"Name":"n","Note__c":"`+strings.Repeat("x", 11_000)+`"}`))
	assert.Equal(t, 503, a.status)
	assert.Contains(t, a.body, "SERVER_UNAVAILABLE")
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(`{"Name":"n","Note__c":"` + strings.Repeat("x", 11_000) + `"}`))
	require.NoError(t, z.Close())
	assert.Equal(t, 503, d.do("POST", "sobjects/Account", &packed, "Content-Encoding", "gzip").status, "what it grows to counts")
}

func TestCompressedBodies(t *testing.T) {
	d := openDoor(t, mocksf.Config{})
	pack := func(to func(io.Writer) io.WriteCloser) string {
		var b bytes.Buffer
		z := to(&b)
		_, _ = io.WriteString(z, `{"Name":"n"}`)
		require.NoError(t, z.Close())
		return b.String()
	}
	zipped := pack(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	deflated := pack(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
	for name, c := range map[string]struct {
		encoding, body string
		status         int
	}{
		"gzip": {"gzip", zipped, 201}, "GZIP": {"GZIP", zipped, 201}, "deflate": {"deflate", deflated, 201}, "identity": {"identity", `{"Name":"n"}`, 201},
		"cut gzip": {"gzip", zipped[:len(zipped)-9], 400}, "cut deflate": {"deflate", deflated[:len(deflated)-3], 400},
		"damaged": {"gzip", zipped[:12] + "\xff\xff\xff" + zipped[15:], 400}, "other": {"deflate", zipped, 400}, "unknown": {"br", zipped, 415},
	} {
		a := d.do("POST", "sobjects/Account", strings.NewReader(c.body), "Content-Encoding", c.encoding)
		assert.Equal(t, c.status, a.status, "%s: %s", name, a.body)
	}
	assert.Equal(t, 4, d.org.Count("Account"))
}

// pipes is a listener whose connections are pipes, for virtual time.
type pipes struct {
	conns chan net.Conn
	ctx   context.Context
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.ctx.Done():
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// dial connects; whatever is answered is taken, and thrown away.
func (p *pipes) dial() net.Conn {
	conn := p.dialSilent()
	go func() { _, _ = io.Copy(io.Discard, conn) }()
	return conn
}

// dialSilent connects, and nobody reads yet.
func (p *pipes) dialSilent() net.Conn {
	near, far := net.Pipe()
	p.conns <- far
	return near
}

// inBubble runs fn in virtual time against a guarded server.
func inBubble(t *testing.T, g mocksf.Guard, fn func(*testing.T, *pipes)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		p := &pipes{make(chan net.Conn), ctx}
		org := mocksf.New(mocksf.Config{Guard: g})
		server := g.Server(org)
		done := make(chan error)
		go func() { done <- server.Serve(p) }()
		fn(t, p)
		stop()
		require.NoError(t, server.Close())
		assert.Error(t, <-done)
		org.Close()
	})
}

// lasts sends text bit by bit, one bit in every pause, until the org has
// enough of it.
func lasts(conn net.Conn, text string, pause time.Duration) time.Duration {
	start := time.Now()
	for i := range text {
		if _, err := conn.Write([]byte{text[i]}); err != nil {
			break
		}
		time.Sleep(pause)
	}
	return time.Since(start)
}

func TestSlowClientsInVirtualTime(t *testing.T) {
	post := "POST /services/data/v67.0/sobjects/Account HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n"
	inBubble(t, mocksf.Guard{}, func(t *testing.T, p *pipes) {
		assert.Less(t, lasts(p.dial(), strings.Repeat("x", 1000), time.Second), 12*time.Second, "a slow head")
		slow := p.dial()
		_, err := io.WriteString(slow, post)
		require.NoError(t, err)
		assert.Less(t, lasts(slow, strings.Repeat("x", 1000), time.Second), 65*time.Second, "a trickle of a body")
		silent := p.dialSilent()
		_, err = io.WriteString(silent, post)
		require.NoError(t, err)
		start := time.Now()
		text, _ := io.ReadAll(silent)
		assert.Empty(t, text)
		assert.Equal(t, time.Minute, time.Since(start).Truncate(time.Second))

		steady := p.dialSilent()
		_, err = io.WriteString(steady, post)
		require.NoError(t, err)
		go func() {
			for range 200 { // 200 s at 5,000 bytes a second
				_, _ = io.WriteString(steady, strings.Repeat("x", 5000))
				time.Sleep(time.Second)
			}
		}()
		replies := bufio.NewReader(steady)
		reply, err := http.ReadResponse(replies, nil)
		require.NoError(t, err, "slow, but fast enough")
		_, _ = io.Copy(io.Discard, reply.Body)
		start = time.Now()
		_, err = replies.ReadByte()
		assert.ErrorIs(t, err, io.EOF, "an idle connection ends")
		assert.Less(t, time.Since(start), 4*time.Minute)
	})
}

func TestConnectionsAreBounded(t *testing.T) {
	inBubble(t, mocksf.Guard{Conns: 2}, func(t *testing.T, p *pipes) {
		ask := func(conn net.Conn) error {
			if _, err := io.WriteString(conn, "GET /services/data HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); err != nil {
				return err
			}
			reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err == nil {
				_, err = io.Copy(io.Discard, reply.Body)
			}
			return err
		}
		one, two := p.dialSilent(), p.dialSilent()
		require.NoError(t, errors.Join(ask(one), ask(two)))
		require.Error(t, ask(p.dialSilent()))
		require.NoError(t, ask(one))
		require.NoError(t, two.Close())
		synctest.Wait()
		require.NoError(t, ask(p.dialSilent()))
	})
}

func TestEndlessHeadIsRefused(t *testing.T) {
	s := mocksf.RunT(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, err := io.WriteString(conn, "GET /services/data HTTP/1.1\r\nHost: 127.0.0.1\r\n")
		for err == nil { // until the org has closed the connection for good
			_, err = fmt.Fprintf(conn, "X-Long: %s\r\n", strings.Repeat("x", 4096))
		}
	}()
	line, _ := bufio.NewReader(conn).ReadString('\n')
	if line != "" { // a reset may come first
		assert.Contains(t, line, "431")
	}
	<-done
}
