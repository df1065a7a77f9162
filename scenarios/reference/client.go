package reference

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"time"
)

// Client makes calls to the org's APIs: thin, because what is hard about
// Salesforce is not in the calls but in what is made of their answers.
type Client struct {
	HTTP         *http.Client
	Tokens       Tokens
	Gate         *Gate
	Classify     func(*Failure) Class
	Version      string        // for example 67.0
	Timeout      time.Duration // for one exchange and each further megabyte sent; 0 waits for ever
	ProbeTimeout time.Duration // for a probe; 0 waits for ever
}

// Call is one request, its path relative to /services/data/vXX.0.
type Call struct {
	Method string
	Path   string
	Type   string // content type of Body
	Body   []byte
}

// Reply is an answer with a status below 300, read to its end.
type Reply struct {
	Status int
	Type   string // media type, without parameters
	Body   []byte
}

// maxReply bounds what is read of one answer: a Bulk result file has up to 150 MB.
const maxReply = 160 << 20

// NewTransport returns a connection pool for up to conns calls at once. It
// never waits long for a connection: a healthy org accepts within milliseconds.
func NewTransport(dial func(context.Context, string, string) (net.Conn, error), conns int) *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			return dial(ctx, network, addr)
		},
		TLSHandshakeTimeout: 2 * time.Second,
		MaxIdleConnsPerHost: conns,
		IdleConnTimeout:     60 * time.Second,
	}
}

// newHTTPClient follows no redirects: a token must not travel to a host that
// somebody else names.
func newHTTPClient(transport http.RoundTripper) *http.Client {
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// Do waits at the gate, makes the call and reads the answer. The error is a
// *Failure, except when ctx ended or the integration stops.
func (c *Client) Do(ctx context.Context, call Call) (Reply, error) {
	if err := c.Gate.Enter(ctx); err != nil {
		return Reply{}, err
	}
	reply, err := c.inSession(ctx, call, c.Timeout)
	c.Gate.Leave(c.Class(err), err)
	return reply, err
}

// Probe asks whether the org is there and lets us in, past the gate.
func (c *Client) Probe(ctx context.Context) (Class, error) {
	_, err := c.inSession(ctx, Call{Method: http.MethodGet, Path: "/limits"}, c.ProbeTimeout)
	return c.Class(err), err
}

// Class is the class of an error of Do, Delivered when there is none.
func (c *Client) Class(err error) Class {
	var f *Failure
	switch {
	case err == nil:
		return Delivered
	case errors.As(err, &f):
		return c.Classify(f)
	}
	return Retry
}

// inSession makes the call, and once more with a new token when the org does
// not accept the old one.
func (c *Client) inSession(ctx context.Context, call Call, timeout time.Duration) (Reply, error) {
	reply, err := c.withToken(ctx, call, timeout)
	if c.Class(err) == Session {
		return c.withToken(ctx, call, timeout)
	}
	return reply, err
}

func (c *Client) withToken(ctx context.Context, call Call, timeout time.Duration) (Reply, error) {
	token, err := c.Tokens.Token(ctx)
	if err != nil {
		return Reply{}, err
	}
	reply, err := c.exchange(ctx, token, call, timeout)
	if c.Class(err) == Session {
		c.Tokens.Reject(token)
	}
	return reply, err
}

func (c *Client) exchange(ctx context.Context, token Token, call Call, timeout time.Duration) (Reply, error) {
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout+time.Duration(len(call.Body)>>20)*time.Second)
		defer cancel()
	}
	url := token.Instance + "/services/data/v" + c.Version + call.Path
	req, err := http.NewRequestWithContext(ctx, call.Method, url, bytes.NewReader(call.Body))
	if err != nil {
		return Reply{}, &Failure{Err: err, Unsent: true}
	}
	req.Header.Set("Authorization", "Bearer "+token.Access)
	if call.Type != "" {
		req.Header.Set("Content-Type", call.Type)
	}
	return roundTrip(c.HTTP, req)
}

// roundTrip reads the whole answer and closes its body, also after errors, so
// that the connection can be used again.
func roundTrip(client *http.Client, req *http.Request) (Reply, error) {
	resp, err := client.Do(req)
	if err != nil {
		return Reply{}, lost(client, err)
	}
	defer resp.Body.Close() // read to its end before
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if err != nil {
		return Reply{}, lost(client, err)
	}
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	reply := Reply{Status: resp.StatusCode, Type: media, Body: body}
	if reply.Status >= 300 {
		return Reply{}, reply.failure()
	}
	return reply, nil
}

// lost is the failure for an exchange without an answer. When it ran out of
// time the idle connections are dropped too: they took the same path, and each
// would cost the next caller a timeout of its own.
func lost(client *http.Client, err error) *Failure {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		client.CloseIdleConnections()
	}
	return &Failure{Err: err}
}

// apiError is one entry of an error body (Salesforce REST API guide, Status
// Codes and Error Responses). Rows of a collection say statusCode.
type apiError struct {
	ErrorCode  string `json:"errorCode"`
	StatusCode string `json:"statusCode"`
	Message    string `json:"message"`
}

func (e apiError) code() string {
	if e.ErrorCode != "" {
		return e.ErrorCode
	}
	return e.StatusCode
}

// failure reads an error answer, if it is one of Salesforce's.
func (r Reply) failure() *Failure {
	if r.Status == http.StatusMultipleChoices && r.Type == "application/json" { // the body lists the records
		return &Failure{Status: r.Status, Code: "DUPLICATE_EXTERNAL_ID", Message: "several records have this external id"}
	}
	var entries []apiError
	if err := r.decode(&entries); err != nil || len(entries) == 0 {
		return &Failure{Status: r.Status, Foreign: true}
	}
	return &Failure{Status: r.Status, Code: entries[0].code(), Message: entries[0].Message}
}

// decode reads a JSON answer. Proxies and maintenance pages answer with 200
// too, so the content type is looked at first.
func (r Reply) decode(into any) error {
	if r.Type != "application/json" {
		return fmt.Errorf("answer is %q, not JSON", r.Type)
	}
	return json.Unmarshal(r.Body, into)
}
