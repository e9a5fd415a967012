package server_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

// discardWriter is a writer that keeps the last response's header and status.
type discardWriter struct {
	header http.Header
	status int
}

func (w *discardWriter) Header() http.Header         { return w.header }
func (w *discardWriter) WriteHeader(status int)      { w.status = status }
func (w *discardWriter) Write(p []byte) (int, error) { return len(p), nil }

// serve answers one request with h and new headers, as a server does.
func (w *discardWriter) serve(h http.Handler, r *http.Request) {
	w.header = make(http.Header)
	h.ServeHTTP(w, r)
}

// byHand sends the same status, headers and body without this library.
func byHand(w http.ResponseWriter, _ *http.Request) {
	body, err := json.Marshal(struct {
		Message string `json:"message"`
		Code    int    `json:"code"`
	}{"Member not found.", 20002})
	if err != nil {
		panic(err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write(body)
}

func TestHandlerFunc_Allocations(t *testing.T) {
	constant := failing(pkerr.MemberNotFound)
	withLogger := server.Middleware(server.WithLogger(nil))(constant)
	require.Equal(t, get(http.HandlerFunc(byHand)).Result(), get(constant).Result(),
		"the benchmark compares what is equal")

	r := httptest.NewRequest(http.MethodGet, "/v2/members/abcde", http.NoBody)
	for _, test := range []struct {
		name    string
		handler http.Handler
		most    float64
	}{
		{"alone", constant, 5},
		{"within Middleware", server.Middleware()(constant), 5},
		{"within Middleware with options", withLogger, 7},
	} {
		var w discardWriter
		got := testing.AllocsPerRun(100, func() { w.serve(test.handler, r) })
		require.Equal(t, http.StatusNotFound, w.status)
		require.LessOrEqual(t, got, test.most, test.name)
	}
}

// A handler that returns a constant, and one that writes the same by hand.
func BenchmarkHandlerFunc(b *testing.B) {
	b.Run("impl=pkerr", func(b *testing.B) { benchmark(b, failing(pkerr.MemberNotFound)) })
	b.Run("impl=std", func(b *testing.B) { benchmark(b, http.HandlerFunc(byHand)) })
}

// The same inside Middleware with an option.
func BenchmarkMiddleware(b *testing.B) {
	b.Run("impl=pkerr", func(b *testing.B) {
		benchmark(b, with(failing(pkerr.MemberNotFound), server.WithLogger(nil)))
	})
	b.Run("impl=std", func(b *testing.B) { benchmark(b, http.HandlerFunc(byHand)) })
}

func benchmark(b *testing.B, h http.Handler) {
	b.Helper()
	b.ReportAllocs()
	r := httptest.NewRequest(http.MethodGet, "/v2/members/abcde", http.NoBody)
	var w discardWriter
	for b.Loop() {
		w.serve(h, r)
	}
}
