package subject

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	pollEvery   = 20 * time.Millisecond
	pollTimeout = time.Second // of one look
	tailLines   = 15
)

// WaitReady returns when GET /healthz on addr (host:port) answers 2xx over n. It
// fails when the instance ends first, when timeout is over, or with ctx; the
// error says what was seen last and holds the last lines of the log.
func WaitReady(ctx context.Context, n Network, instance Instance, addr, logPath string, timeout time.Duration) error {
	client := &http.Client{Timeout: pollTimeout, Transport: &http.Transport{DisableKeepAlives: true, DialContext: n.DialContext},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	within, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	url := "http://" + addr + "/healthz"
	seen := "no answer"
	for {
		select { // first a pause: nothing is ready at the instant of its start
		case <-instance.Done():
			return fmt.Errorf("it ended (%s) before GET %s answered; %s", ending(instance.Err()), url, lastLines(logPath))
		case <-within.Done():
			return notReady(ctx, url, seen, logPath, timeout)
		case <-time.After(pollEvery):
		}
		what, ready := look(within, client, url)
		if ready {
			return nil
		}
		if within.Err() == nil {
			seen = what // what was seen before the time was over says more
		}
	}
}

func notReady(ctx context.Context, url, seen, logPath string, timeout time.Duration) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("waiting for GET %s: %w", url, err)
	}
	return fmt.Errorf("GET %s did not answer 2xx within %v, it saw: %s; %s", url, timeout, seen, lastLines(logPath))
}

// look asks once.
func look(ctx context.Context, client *http.Client, url string) (seen string, ready bool) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err.Error(), false
	}
	response, err := client.Do(request)
	if err != nil {
		return err.Error(), false
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<16))
	return response.Status, response.StatusCode/100 == 2
}

func ending(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

func lastLines(logPath string) string {
	tail := Tail(logPath, tailLines)
	if tail == "" {
		return "it wrote nothing to its log"
	}
	return "the last lines of its log:\n" + tail
}
