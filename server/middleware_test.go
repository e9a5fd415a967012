package server_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func TestMiddleware(t *testing.T) {
	for name, test := range map[string]struct {
		value any
		text  string
		is    error // found by errors.Is
	}{
		"a string":                            {secret + "\x1b[2J", secret + `\x1b[2J`, nil},
		"an error":                            {errStore, errStore.Error(), errStore},
		"an error of the API":                 {pkerr.NotFound, "404: Not Found", pkerr.NotFound},
		"a relayed error":                     {server.Relay(pkerr.Gone), "410: Unsupported API version", pkerr.Gone},
		"nil":                                 {nil, new(runtime.PanicNilError).Error(), nil},
		"an incomparable value":               {[]int{1}, "[1]", nil},
		"an error that wraps ErrAbortHandler": {fmt.Errorf("x: %w", http.ErrAbortHandler), "x: net/http: abort Handler", http.ErrAbortHandler},
	} {
		t.Run(name, func(t *testing.T) {
			var j logRecorder
			var hooked error
			h := with((server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
				w.Header().Set("Etag", "stale")
				panic(test.value)
			})), server.WithLogger(j.logger()), server.WithErrorHook(func(_ *http.Request, err error) { hooked = err }))
			w := get(h)
			requireBody(t, w, 500, internalServerError)
			require.Empty(t, w.Header().Get("Etag"))

			record := j.only(t)
			stack := record["stack"]
			delete(record, "stack")
			require.Contains(t, stack, "middleware_test.go", "the stack")
			require.Equal(t, map[string]any{
				"level": "ERROR", "msg": "handler panicked", "method": "GET", "path": "/v2/members/abcde", "status": 500.0,
				"error": map[string]any{
					"text": "500: Internal Server Error: panic: " + test.text,
					"code": "0/500", "message": "500: Internal Server Error", "cause": "panic: " + test.text,
				},
			}, record)

			require.Equal(t, pkerr.InternalServerError, pkerr.CodeOf(hooked))
			require.True(t, strings.HasPrefix(errors.Unwrap(hooked).Error(), "panic: "))
			if test.is != nil {
				require.ErrorIs(t, hooked, test.is)
			}
		})
	}
}

// A client of a real server gets the answer to a panic.
func TestMiddleware_OnServer(t *testing.T) {
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			s := httptest.NewUnstartedServer(with(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", "1000")
				panic(secret)
			})))
			if protocol == "HTTP/2.0" {
				s.EnableHTTP2 = true
				s.StartTLS()
			} else {
				s.Start()
			}
			defer s.Close()
			for range 2 { // the connection can be reused
				response, err := s.Client().Get(s.URL)
				require.NoError(t, err)
				require.Equal(t, protocol, response.Proto)
				body, err := io.ReadAll(response.Body)
				require.NoError(t, err)
				require.NoError(t, response.Body.Close())
				require.Equal(t, 500, response.StatusCode)
				require.Equal(t, internalServerError, string(body))
				require.Equal(t, "application/json", response.Header.Get("Content-Type"))
				require.False(t, response.Close)
			}
		})
	}
}

func TestMiddleware_NoPanic(t *testing.T) {
	w := get(with(failing(pkerr.MemberNotFound)))
	requireBody(t, w, 404, `{"message":"Member not found.","code":20002}`)
}

func TestMiddleware_AbortHandler(t *testing.T) {
	hooked := false
	h := with((http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic(http.ErrAbortHandler)
	})), server.WithErrorHook(func(*http.Request, error) { hooked = true }))
	w := httptest.NewRecorder()
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil)) })
	require.False(t, hooked)
	require.Empty(t, w.Body.String())
}

func TestMiddleware_LatePanic(t *testing.T) {
	var j logRecorder
	h := with(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "partial")
		panic("boom")
	}), server.WithLogger(j.logger()))
	w := httptest.NewRecorder()
	require.PanicsWithValue(t, http.ErrAbortHandler, func() {
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	})
	require.Equal(t, 200, w.Code)
	require.Equal(t, "partial", w.Body.String())
	record := j.only(t)
	require.Equal(t, "handler panicked, after the response was started", record["msg"])
	require.NotContains(t, record, "status", "no status was sent")
}

// A client must not mistake half a response for a whole one.
func TestMiddleware_LatePanicOnServer(t *testing.T) {
	// A TimeoutHandler does not support flushing.
	flush := func(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }
	for name, start := range map[string]func(http.ResponseWriter){
		"a flushed part":    func(w http.ResponseWriter) { _, _ = io.WriteString(w, "partial"); flush(w) },
		"an unflushed part": func(w http.ResponseWriter) { _, _ = io.WriteString(w, "partial") },
		"a flushed and an unflushed part": func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, "partial")
			flush(w)
			_, _ = io.WriteString(w, " and more")
		},
		"the headers": func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK); flush(w) },
		"less than was announced": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "partial")
			flush(w)
		},
		"through a middleware": func(w http.ResponseWriter) { _, _ = io.WriteString(wrapper{w}, "partial"); flush(w) },
		"a long one":           func(w http.ResponseWriter) { _, _ = io.WriteString(w, strings.Repeat("x", 100_000)) },
	} {
		for protocol, abort := range abortServers() {
			for how, fail := range map[string]func() error{
				"panic":            func() error { panic("boom") },
				"ErrAbortHandler":  func() error { return http.ErrAbortHandler },
				"wrapping it":      func() error { return fmt.Errorf("copying: %w", http.ErrAbortHandler) },
				"panic with abort": func() error { panic(http.ErrAbortHandler) },
			} {
				t.Run(name+" by "+protocol+", "+how, func(t *testing.T) {
					s := abort.start(t, func(w http.ResponseWriter) error {
						start(w)
						return fail()
					})
					requireAborted(t, s)
				})
			}
		}
	}
}

// abortServers are servers whose clients can detect an aborted response.
func abortServers() map[string]abortServer {
	return map[string]abortServer{
		"HTTP/1.1":                     {},
		"HTTP/1.1 over TLS":            {tls: true},
		"HTTP/2":                       {tls: true, http2: true},
		"HTTP/1.1 in a TimeoutHandler": {buffered: true},
		"HTTP/2 in a TimeoutHandler":   {tls: true, http2: true, buffered: true},
	}
}

type abortServer struct{ tls, http2, buffered bool }

// start starts a server of which f is the handler.
func (a abortServer) start(t *testing.T, f func(http.ResponseWriter) error) *httptest.Server {
	t.Helper()
	h := with(with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error { return f(w) })))
	if a.buffered {
		h = http.TimeoutHandler(h, time.Minute, "")
	}
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.EnableHTTP2 = a.http2
	if a.tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

// requireAborted requires that a client of s detects that a response is
// incomplete.
func requireAborted(t *testing.T, s *httptest.Server) {
	t.Helper()
	response, err := s.Client().Get(s.URL)
	if err == nil {
		_, err = io.ReadAll(response.Body)
		require.NoError(t, response.Body.Close())
	}
	require.Error(t, err)
	if s.EnableHTTP2 {
		require.ErrorContains(t, err, "INTERNAL_ERROR")
		return
	}
	require.True(t, errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF), "%v", err)
}

// A response that was complete before the panic reaches the client.
func TestMiddleware_PanicAfterWholeResponse(t *testing.T) {
	s := httptest.NewServer(with(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "5")
		_, _ = io.WriteString(w, "whole")
		w.(http.Flusher).Flush()
		panic("boom")
	})))
	defer s.Close()
	for range 3 { // on a new connection each
		response, err := s.Client().Get(s.URL)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, "whole", string(body))
	}
}

// An error is complete, so a panic after it is only reported.
func TestMiddleware_PanicAfterError(t *testing.T) {
	var hooked []error
	w := get(with(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server.NotFound(w, r)
		panic(errStore)
	}), server.WithErrorHook(func(_ *http.Request, err error) { hooked = append(hooked, err) })))
	requireBody(t, w, 404, `{"message":"404: Not Found","code":0}`)
	require.Len(t, hooked, 2)
	require.ErrorIs(t, hooked[1], errStore)
}

// A hijacked connection may have been handed on, and is left alone.
func TestMiddleware_PanicAfterHijack(t *testing.T) {
	panicked := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(panicked)
		with(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			go func() {
				<-panicked
				_, _ = io.WriteString(conn, "still there\n")
				_ = conn.Close()
			}()
			panic("boom")
		})).ServeHTTP(w, r)
	}))
	defer s.Close()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	line, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "still there\n", line)

	// A panic does not abort it either.
	require.NotPanics(t, func() {
		with(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _, err := http.NewResponseController(w).Hijack()
			require.NoError(t, err)
			panic("boom")
		})).ServeHTTP(hijackable{httptest.NewRecorder()}, nil)
	})
}
