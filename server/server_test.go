package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/server"
)

// secret is in every text that must not be sent.
const secret = "hunter2"

func TestMain(m *testing.M) {
	// Discard the log of the tests.
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// failing returns a handler that returns err.
func failing(err error) server.HandlerFunc {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

// get returns what h answers to a GET.
func get(h http.Handler) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v2/members/abcde?token="+secret, nil))
	return w
}

// requireBody requires the status and the exact bytes of a response.
func requireBody(t *testing.T, w *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	require.Equal(t, status, w.Code)
	require.Equal(t, body, w.Body.String())
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
}

const internalServerError = `{"message":"500: Internal Server Error","code":0}`

// A logRecorder records a log.
type logRecorder struct{ buf bytes.Buffer }

func (j *logRecorder) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(&j.buf, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// only returns the one record of the log.
func (j *logRecorder) only(t *testing.T) map[string]any {
	t.Helper()
	var record map[string]any
	require.NoError(t, json.Unmarshal(j.buf.Bytes(), &record), "want one record, and have %q", j.buf.String())
	delete(record, "time")
	return record
}

// discard is like io.Discard, for which slog would skip formatting.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// discardLogger returns a logger that formats everything, and discards it.
func discardLogger() *slog.Logger {
	return slog.New(slog.NewTextHandler(discard{}, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// remote is an error of another server, like a client.ResponseError.
type remote struct{ error }

func (e remote) Remote() bool  { return true }
func (e remote) Unwrap() error { return e.error }

// onlyWriter hides all methods except those of http.ResponseWriter.
type onlyWriter struct{ http.ResponseWriter }

// wrapper is a middleware's writer with an Unwrap method.
type wrapper struct{ http.ResponseWriter }

func (w wrapper) Unwrap() http.ResponseWriter { return w.ResponseWriter }

var errStore = errors.New("dial tcp 10.0.0.7: password " + secret)

// with returns h inside a Middleware with the options.
func with(h http.Handler, opts ...server.Option) http.Handler {
	return server.Middleware(opts...)(h)
}

// canceled returns a context like that of a request whose client has
// disconnected.
func canceled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// jsonReader returns a JSON text of n bytes.
func jsonReader(n int) io.Reader { return strings.NewReader(`"` + strings.Repeat("x", n-2) + `"`) }
