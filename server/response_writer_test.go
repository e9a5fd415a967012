package server_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

// writerFor returns the writer that a handler gets for w.
func writerFor(w http.ResponseWriter) (given http.ResponseWriter) {
	server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		given = w
		return nil
	}).ServeHTTP(w, nil)
	return given
}

type hijackable struct{ http.ResponseWriter }

func (hijackable) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, nil }

type flushErrorer struct{ http.ResponseWriter }

func (flushErrorer) FlushError() error { return errStore }

type recorder = httptest.ResponseRecorder

// The writer has the optional methods of the wrapped one.
func TestResponseWriter_Abilities(t *testing.T) {
	bare := onlyWriter{httptest.NewRecorder()}
	for name, test := range map[string]struct {
		w                http.ResponseWriter
		flushes, hijacks bool
	}{
		"neither":             {bare, false, false},
		"flushes":             {httptest.NewRecorder(), true, false},
		"flushes, with error": {flushErrorer{bare}, true, false},
		"hijacks":             {hijackable{bare}, false, true},
		"both": {struct {
			*recorder
			http.Hijacker
		}{httptest.NewRecorder(), hijackable{}}, true, true},
		"through a middleware":   {wrapper{wrapper{httptest.NewRecorder()}}, true, false},
		"hidden by a middleware": {wrapper{onlyWriter{httptest.NewRecorder()}}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := writerFor(test.w)
			_, flushes := w.(http.Flusher)
			_, hijacks := w.(http.Hijacker)
			require.Equal(t, test.flushes, flushes)
			require.Equal(t, test.hijacks, hijacks)
			if !flushes {
				require.ErrorIs(t, http.NewResponseController(w).Flush(), http.ErrNotSupported)
			}
			if !hijacks {
				_, _, err := http.NewResponseController(w).Hijack()
				require.ErrorIs(t, err, http.ErrNotSupported)
			}
			require.Equal(t, test.w, w.(interface{ Unwrap() http.ResponseWriter }).Unwrap())
			require.Equal(t, w, writerFor(w), "a tracker is not wrapped again")
		})
	}
	require.ErrorIs(t, http.NewResponseController(writerFor(flushErrorer{bare})).Flush(), errStore)
}

// A flush that is not supported does not start the response.
func TestResponseWriter_UnsupportedFlush(t *testing.T) {
	w := httptest.NewRecorder()
	server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		return errors.Join(http.NewResponseController(w).Flush(), pkerr.NotFound)
	}).ServeHTTP(onlyWriter{w}, nil)
	require.Equal(t, 404, w.Code)
}

// A flush that fails for another reason may have sent something.
func TestResponseWriter_BrokenFlush(t *testing.T) {
	w := httptest.NewRecorder()
	server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		return http.NewResponseController(w).Flush()
	}).ServeHTTP(flushErrorer{w}, nil)
	require.Empty(t, w.Header())
	require.Empty(t, w.Body.String())
}

// Hijacking counts as an answer.
func TestResponseWriter_Hijack(t *testing.T) {
	w := httptest.NewRecorder()
	server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		_, _, err := http.NewResponseController(w).Hijack()
		require.NoError(t, err)
		return errStore
	}).ServeHTTP(hijackable{w}, nil)
	require.Empty(t, w.Header())
	require.Empty(t, w.Body.String())
}

// unhijackable is a writer whose Hijack method fails.
type unhijackable struct{ http.ResponseWriter }

func (unhijackable) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, errStore }

// A connection that could not be hijacked can still be answered.
func TestResponseWriter_HijackFails(t *testing.T) {
	w := httptest.NewRecorder()
	server.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		_, _, err := w.(http.Hijacker).Hijack()
		return err
	}).ServeHTTP(unhijackable{w}, nil)
	requireBody(t, w, 500, internalServerError)
}

func TestResponseWriter_ReadFrom(t *testing.T) {
	long := strings.Repeat("0123456789", 1000)
	for name, test := range map[string]struct {
		src    io.Reader
		status int
		body   string
	}{
		"empty":                {strings.NewReader(""), 200, ""},
		"short":                {strings.NewReader("short"), 200, "short"},
		"just the first bytes": {strings.NewReader(long[:512]), 200, long[:512]},
		"long":                 {strings.NewReader(long), 200, long},
		"long, in halves":      {iotest.HalfReader(strings.NewReader(long)), 200, long},
		"fails at once":        {iotest.ErrReader(errStore), 500, internalServerError},
		"fails later":          {io.MultiReader(strings.NewReader("x"), iotest.ErrReader(errStore)), 200, "x"},
		"fails much later":     {io.MultiReader(strings.NewReader(long), iotest.ErrReader(errStore)), 200, long},
	} {
		t.Run(name, func(t *testing.T) {
			w := get(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
				// A strings.Reader has a WriteTo method.
				n, err := io.Copy(w, struct{ io.Reader }{test.src})
				if test.status == 200 {
					require.Equal(t, len(test.body), int(n))
				}
				return err
			}))
			require.Equal(t, test.status, w.Code)
			require.Equal(t, test.body, w.Body.String())
		})
	}
}

// fastWriter has a ReadFrom method.
type fastWriter struct {
	*httptest.ResponseRecorder
	source io.Reader
}

func (w *fastWriter) ReadFrom(src io.Reader) (int64, error) {
	w.source = src
	return io.Copy(w.ResponseRecorder, src)
}

func TestResponseWriter_ReadFromKeepsSource(t *testing.T) {
	long := strings.Repeat("0123456789", 1000)
	src := struct{ io.Reader }{strings.NewReader(long)}
	w := &fastWriter{ResponseRecorder: httptest.NewRecorder()}
	server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.Copy(w, src)
		return err
	}).ServeHTTP(w, nil)
	require.Equal(t, src, w.source, "the source itself, because sendfile needs its type")
	require.Equal(t, long, w.Body.String())
}

// All of ResponseController works on a real connection.
func TestResponseWriter_OnServer(t *testing.T) {
	s := httptest.NewServer(with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		rc := http.NewResponseController(w)
		err := errors.Join(
			rc.EnableFullDuplex(),
			rc.SetReadDeadline(time.Now().Add(time.Hour)),
			rc.SetWriteDeadline(time.Now().Add(time.Hour)),
		)
		if err != nil {
			return err
		}
		if r.URL.Path != "/hijack" {
			_, err := w.Write([]byte("plain"))
			return errors.Join(err, rc.Flush())
		}
		conn, _, err := rc.Hijack()
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nraw it")
		return errors.Join(err, errStore) // too late, and not written to a hijacked connection
	})))
	defer s.Close()
	for path, want := range map[string]string{"/": "plain", "/hijack": "raw it"} {
		response, err := s.Client().Get(s.URL + path)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, want, string(body))
	}
}

// unflushable is a writer whose flush fails with an error of its own.
type unflushable struct{ http.ResponseWriter }

func (unflushable) FlushError() error { return fmt.Errorf("middleware: %w", errors.ErrUnsupported) }

func TestResponseWriter_RefusedFlush(t *testing.T) {
	w := httptest.NewRecorder()
	server.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		require.ErrorIs(t, http.NewResponseController(w).Flush(), errors.ErrUnsupported)
		return pkerr.NotFound
	}).ServeHTTP(unflushable{w}, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	require.Equal(t, 404, w.Code)
}

// ginWriter is a writer with a Written method, like those of gin and negroni,
// and without Unwrap.
type ginWriter struct {
	w       http.ResponseWriter
	written bool
}

func (w *ginWriter) Header() http.Header { return w.w.Header() }
func (w *ginWriter) Written() bool       { return w.written }

func (w *ginWriter) WriteHeader(status int) {
	w.written = true
	w.w.WriteHeader(status)
}

func (w *ginWriter) Write(p []byte) (int, error) {
	w.written = true
	return w.w.Write(p)
}

// An error is not appended to a response that has started, however Write
// detects that.
func TestWrite_ResponseStarted(t *testing.T) {
	for name, around := range map[string]func(http.ResponseWriter) http.ResponseWriter{
		"within Middleware":               func(w http.ResponseWriter) http.ResponseWriter { return w },
		"a writer with Unwrap, as echo's": func(w http.ResponseWriter) http.ResponseWriter { return wrapper{w} },
		"two such writers":                func(w http.ResponseWriter) http.ResponseWriter { return wrapper{wrapper{w}} },
		"a writer with Written, as gin's": func(w http.ResponseWriter) http.ResponseWriter { return &ginWriter{w: onlyWriter{w}} },
		"one behind another":              func(w http.ResponseWriter) http.ResponseWriter { return wrapper{&ginWriter{w: onlyWriter{w}}} },
		"a HandlerFunc in a HandlerFunc":  func(w http.ResponseWriter) http.ResponseWriter { return writerFor(onlyWriter{w}) },
	} {
		t.Run(name, func(t *testing.T) {
			for start, body := range map[string]string{"": notFound, "[1": "[1", "status": ""} {
				w := get(with(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w = around(w)
					switch start {
					case "":
					case "status":
						w.WriteHeader(http.StatusAccepted)
					default:
						_, _ = io.WriteString(w, start)
					}
					server.Write(w, r, pkerr.NotFound)
				})))
				require.Equal(t, body, w.Body.String())
			}
		})
	}
}

// What a handler, or the framework that calls it, writes after an error is
// discarded.
func TestWrite_NothingFollows(t *testing.T) {
	long := strings.Repeat("x", 4<<10)
	for name, test := range map[string]struct {
		write func(http.ResponseWriter) error
		want  error
	}{
		"a status": {write: func(w http.ResponseWriter) error {
			w.WriteHeader(http.StatusOK)
			return nil
		}},
		"Write": {write: func(w http.ResponseWriter) error {
			n, err := w.Write([]byte("more"))
			require.Equal(t, len("more"), n)
			return err
		}},
		"WriteString": {write: func(w http.ResponseWriter) error {
			_, err := io.WriteString(w, "more")
			return err
		}},
		"ReadFrom": {write: func(w http.ResponseWriter) error {
			_, err := io.Copy(w, strings.NewReader(long))
			return err
		}},
		"an endless ReadFrom": {want: http.ErrContentLength, write: func(w http.ResponseWriter) error {
			_, err := io.Copy(w, endlessReader{})
			return err
		}},
		"many writes": {want: http.ErrContentLength, write: func(w http.ResponseWriter) error {
			_, err := io.WriteString(w, long)
			require.NoError(t, err)
			_, err = io.WriteString(w, "x")
			return err
		}},
		"a little after a long one": {want: http.ErrContentLength, write: func(w http.ResponseWriter) error {
			_, err := io.WriteString(w, long+"x")
			require.ErrorIs(t, err, http.ErrContentLength)
			_, err = io.WriteString(w, "x")
			return err
		}},
		"a header": {write: func(w http.ResponseWriter) error {
			w.Header().Set("Content-Type", "text/html")
			return nil
		}},
		"a second error": {write: func(w http.ResponseWriter) error {
			server.Write(w, nil, pkerr.Unauthorized)
			return nil
		}},
	} {
		write := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			server.Write(w, r, pkerr.NotFound)
			require.ErrorIs(t, test.write(w), test.want)
		})
		for within, handler := range map[string]http.Handler{
			"Middleware": with(write),
			"HandlerFunc": server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
				write(w, r)
				return nil
			}),
			"HandlerFunc around a HandlerFunc": server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
				server.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return pkerr.NotFound }).ServeHTTP(w, r)
				require.ErrorIs(t, test.write(w), test.want)
				return nil
			}),
		} {
			t.Run(name+"/"+within, func(t *testing.T) {
				var statuses []int
				w := get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					handler.ServeHTTP(&statusWriter{w, &statuses}, r)
				}))
				requireBody(t, w, 404, notFound)
				require.Equal(t, []int{404}, statuses)
			})
		}
	}
}

// Gin's writer starts a response when a body is written, even an empty one.
func TestWrite_HeadWritesEmptyBody(t *testing.T) {
	r := httptest.NewRequest(http.MethodHead, "/", nil)
	w := &recordedWrites{header: http.Header{}}
	server.Write(w, r, pkerr.NotFound)
	require.Equal(t, []string{""}, w.writes)
}

// recordedWrites records each call of Write.
type recordedWrites struct {
	header http.Header
	writes []string
}

func (w *recordedWrites) Header() http.Header { return w.header }
func (w *recordedWrites) WriteHeader(int)     {}

func (w *recordedWrites) Write(p []byte) (int, error) {
	w.writes = append(w.writes, string(p))
	return len(p), nil
}

// endlessReader is a body that never ends.
type endlessReader struct{}

func (endlessReader) Read(p []byte) (int, error) { return len(p), nil }

// A middleware that holds the error back can still send it.
func TestWrite_HeldBack(t *testing.T) {
	held := func(h http.Handler) http.Handler { return http.TimeoutHandler(h, time.Minute, "timeout") }
	for name, h := range map[string]http.Handler{
		"HandlerFunc": with(held(server.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return pkerr.NotFound }))),
		"Routes":      with(held(server.Routes(http.NewServeMux()))),
		"a header that follows": held(with(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			server.NotFound(w, r)
			w.Header().Set("Content-Type", "text/html")
		}))),
		"Write": with(held(http.HandlerFunc(server.NotFound))),
	} {
		t.Run(name, func(t *testing.T) { requireBody(t, get(h), 404, `{"message":"404: Not Found","code":0}`) })
	}
}

// A writer that buffers and has no Unwrap belongs outside of Middleware:
// inside, only HandlerFunc can see that the response has started.
func TestMiddleware_BufferingWriter(t *testing.T) {
	write := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "[1")
		server.Write(w, r, pkerr.NotFound)
	})
	returned := server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		_, _ = io.WriteString(w, "[1")
		return pkerr.NotFound
	})
	buffering := func(h http.Handler) http.Handler { return http.TimeoutHandler(h, time.Minute, "timeout") }
	for name, test := range map[string]struct {
		h    http.Handler
		want string
	}{
		"outside of Middleware":              {buffering(with(write)), "[1"},
		"outside, an error that is returned": {buffering(with(returned)), "[1"},
		"inside of Middleware":               {with(buffering(write)), "[1" + notFound},
		"inside, an error that is returned":  {with(buffering(returned)), "[1"},
	} {
		w := get(test.h)
		require.Equal(t, 200, w.Code, name)
		require.Equal(t, test.want, w.Body.String(), name)
	}
}

// closeNotifier is a writer with CloseNotify, like that of net/http.
type closeNotifier struct {
	http.ResponseWriter
	gone chan bool
}

func (c closeNotifier) CloseNotify() <-chan bool { return c.gone }

// Context.Stream of gin needs a CloseNotifier, even if the wrapped writer is
// none.
func TestResponseWriter_CloseNotify(t *testing.T) {
	notify := func(w http.ResponseWriter) <-chan bool {
		return writerFor(w).(interface{ CloseNotify() <-chan bool }).CloseNotify()
	}
	gone := make(chan bool, 1)
	gone <- true
	require.True(t, <-notify(wrapper{closeNotifier{httptest.NewRecorder(), gone}}))
	select {
	case <-notify(httptest.NewRecorder()):
		t.Error("a channel without a notifier had a value")
	default:
	}
}

// stringWriter records the strings that are written to it.
type stringWriter struct {
	http.ResponseWriter
	strings []string
}

func (w *stringWriter) WriteString(s string) (int, error) {
	w.strings = append(w.strings, s)
	return len(s), nil
}

func TestResponseWriter_WriteString(t *testing.T) {
	w := &stringWriter{ResponseWriter: httptest.NewRecorder()}
	server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, "[1")
		return errors.Join(err, pkerr.NotFound) // too late
	}).ServeHTTP(w, nil)
	require.Equal(t, []string{"[1"}, w.strings)
	require.Empty(t, w.Header())
}
