package pkerrtest_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// recorder is a testing.TB that records failures and logs.
type recorder struct {
	testing.TB

	mu       sync.Mutex
	failures []string
	logs     []string
	cleanups []func()
}

func (r *recorder) Helper() {}

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Logf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.logs = append(r.logs, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...) }

func (r *recorder) FailNow() {}

func (r *recorder) Name() string { return "recorder" }

// end does what happens at the end of a test.
func (r *recorder) end() {
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
}

// takeFailures returns the failures so far, and clears them.
func (r *recorder) takeFailures() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	failures := r.failures
	r.failures = nil
	return failures
}

// logged returns what was logged so far, and clears it.
func (r *recorder) logged() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	logs := r.logs
	r.logs = nil
	return logs
}

// newRecorder returns a recorder that ends with t.
func newRecorder(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{}
	t.Cleanup(r.end)
	return r
}

// response is a response whose body has been read.
type response struct {
	status int
	header http.Header
	body   string
}

// do sends a request, with headers in pairs.
func do(t *testing.T, c *http.Client, method, url string, headers ...string) response {
	t.Helper()
	got, err := send(t, c, method, url, headers...)
	require.NoError(t, err)
	return got
}

// send is like do, but can be called on any goroutine and returns the error.
func send(t *testing.T, c *http.Client, method, url string, headers ...string) (response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		return response{}, err
	}
	for pair := range slices.Chunk(headers, 2) {
		req.Header.Set(pair[0], pair[1])
	}
	resp, err := c.Do(req)
	if err != nil {
		return response{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return response{resp.StatusCode, resp.Header, string(body)}, err
}
