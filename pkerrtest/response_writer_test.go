package pkerrtest_test

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest"
	"github.com/pkerr/pkerr/server"
)

// hijacks returns the ways to take over a connection.
func hijacks() map[string]func(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter, error) {
	return map[string]func(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter, error){
		"Hijacker": func(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter, error) { return w.(http.Hijacker).Hijack() },
		"ResponseController": func(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter, error) {
			return http.NewResponseController(w).Hijack()
		},
		"Unwrap": func(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter, error) {
			return w.(interface{ Unwrap() http.ResponseWriter }).Unwrap().(http.Hijacker).Hijack()
		},
	}
}

func TestServer_Hijack(t *testing.T) {
	for form, opts := range forms() {
		for name, hijack := range hijacks() {
			t.Run(form+", "+name, func(t *testing.T) {
				s := pkerrtest.NewServer(t, opts...)
				s.On("/v2/x").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					conn, buffer, err := hijack(w)
					if err != nil {
						t.Error(err)
						return
					}
					defer conn.Close()
					_, _ = buffer.WriteString("HTTP/1.1 299 By Hand\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
					_ = buffer.Flush()
				}))
				got := do(t, s.Client(), "GET", s.URL+"/v2/x")
				require.Equal(t, 299, got.status)
				require.Equal(t, "hi", got.body)
				s.Close()
				if name != "Unwrap" {
					require.Zero(t, s.Requests()[0].Status)
				}
				require.False(t, s.Requests()[0].Aborted)
			})
		}
	}
}

// Close also ends the handlers that took over a connection.
func TestServer_HijackThenClose(t *testing.T) {
	for name, hijack := range hijacks() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pkerrtest.NewServer(t)
				var read, context error
				s.On("/v2/x").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					conn, _, err := hijack(w)
					if err != nil {
						t.Error(err)
						return
					}
					_, read = conn.Read(make([]byte, 1))
					<-r.Context().Done()
					time.Sleep(time.Second)
					context = r.Context().Err()
				}))
				failed := make(chan error, 1)
				go func() {
					_, err := send(t, s.Client(), "GET", s.URL+"/v2/x")
					failed <- err
				}()
				synctest.Wait()
				s.Close()
				require.Error(t, context, "Close waits for the handler")
				require.Error(t, read)
				require.Error(t, <-failed)
				require.False(t, s.Requests()[0].Aborted, "the handler wrote the response")
			})
		})
	}
	t.Run("the connection is left open", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			s.On("/v2/x").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					t.Error(err)
				}
			}))
			failed := make(chan error, 1)
			go func() {
				_, err := send(t, s.Client(), "GET", s.URL+"/v2/x")
				failed <- err
			}()
			synctest.Wait()
			s.Close()
			require.ErrorIs(t, <-failed, io.EOF)
		})
	})
}

func TestServer_HijackUnsupported(t *testing.T) {
	s := pkerrtest.NewServer(t)
	s.On("/v2/x").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, _, err := w.(http.Hijacker).Hijack(); !errors.Is(err, http.ErrNotSupported) {
			t.Error(err)
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	r := httptest.NewRequest("GET", "/v2/x", nil)
	r.Header.Set("User-Agent", "test")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	require.Equal(t, 204, w.Code)
	require.Equal(t, 204, s.Requests()[0].Status)
}

func TestServer_HijackAfterLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pkerrtest.NewServer(t, pkerrtest.WithLatency(time.Second))
		s.On("/v2/x").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
			_ = conn.Close()
		}))
		start := time.Now()
		require.Equal(t, 204, do(t, s.Client(), "GET", s.URL+"/v2/x").status)
		require.Equal(t, time.Second, time.Since(start))
	})
}

// A response that was cut off is not recorded as a success.
func TestRequest_Aborted(t *testing.T) {
	write := func(w http.ResponseWriter) { _, _ = io.WriteString(w, `[{"id":"abcde"},`) }
	declare := func(n string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", n)
			write(w)
		})
	}
	recovered := server.Middleware(server.WithLogger(slog.New(slog.DiscardHandler)))(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		write(w)
		panic("too late")
	}))
	for name, test := range map[string]struct {
		handler http.Handler
		method  string
		status  int // 0: cut off
	}{
		"whole":              {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { write(w) }), "POST", 200},
		"complete":           {declare("16"), "POST", 200},
		"nothing is written": {http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), "POST", 200},
		"no content":         {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }), "POST", 204},
		"no content, but a length": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "16")
			w.WriteHeader(204)
		}), "POST", 204},
		"not modified, but a length": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "16")
			w.WriteHeader(304)
		}), "POST", 304},
		"HEAD":                    {declare("100"), "HEAD", 200},
		"shorter than declared":   {declare("17"), "POST", 0},
		"panic before a response": {http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), "POST", 0},
		"panic after a write": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			write(w)
			panic(http.ErrAbortHandler)
		}), "POST", 0},
		"panic after a flush": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			write(w)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}), "POST", 0},
		"panic through server.Middleware": {recovered, "POST", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			s.On("/v2/x").ReplyHandler(test.handler)
			got, err := send(t, s.Client(), test.method, s.URL+"/v2/x")
			require.Equal(t, test.status, s.Requests()[0].Status)
			require.Equal(t, test.status == 0, s.Requests()[0].Aborted)
			if test.status == 0 {
				require.Error(t, err)
			} else {
				require.NoError(t, err)
				require.Equal(t, test.status, got.status)
			}
		})
	}

	t.Run("ReplyBytes", func(t *testing.T) {
		s := pkerrtest.NewServer(t)
		s.On("/v2/x").ReplyBytes(200, http.Header{"Content-Length": {"100"}}, "half")
		_, err := send(t, s.Client(), "GET", s.URL+"/v2/x")
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.True(t, s.Requests()[0].Aborted)
	})
	t.Run("Close", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := pkerrtest.NewServer(t, pkerrtest.WithLatency(time.Minute))
			s.On("/v2/x").Reply(pkerr.NotFound)
			failed := make(chan error, 1)
			go func() {
				_, err := send(t, s.Client(), "GET", s.URL+"/v2/x")
				failed <- err
			}()
			time.Sleep(40 * time.Second)
			require.Equal(t, 404, s.Requests()[0].Status, "the response is on its way back")
			s.Close()
			require.Error(t, <-failed)
			require.True(t, s.Requests()[0].Aborted)
			require.Zero(t, s.Requests()[0].Status)
		})
	})
	t.Run("Close, before the handler answers", func(t *testing.T) {
		for form, opts := range forms() {
			for name, answer := range map[string]func(http.ResponseWriter, *http.Request){
				"nothing":  func(http.ResponseWriter, *http.Request) {},
				"a status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
				"an error": func(w http.ResponseWriter, r *http.Request) { server.Write(w, r, pkerr.NotFound) },
			} {
				t.Run(form+", "+name, func(t *testing.T) {
					s := pkerrtest.NewServer(t, opts...)
					arrived := make(chan bool)
					s.On("/v2/x").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						close(arrived)
						<-r.Context().Done()
						answer(w, r)
					}))
					failed := make(chan error, 1)
					go func() {
						// Do not use GET, which net/http would send again.
						_, err := send(t, s.Client(), "POST", s.URL+"/v2/x")
						failed <- err
					}()
					<-arrived
					s.Close()
					require.Error(t, <-failed)
					require.True(t, s.Requests()[0].Aborted)
					require.Zero(t, s.Requests()[0].Status)
				})
			}
		}
	})
	t.Run("Close, after the whole response", func(t *testing.T) {
		s := pkerrtest.NewServer(t)
		s.On("/v2/x").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			declare("16").ServeHTTP(w, r)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}))
		require.Equal(t, 200, do(t, s.Client(), "POST", s.URL+"/v2/x").status)
		s.Close()
		require.False(t, s.Requests()[0].Aborted)
		require.Equal(t, 200, s.Requests()[0].Status)
	})
	t.Run("a server of the test's own, after Close", func(t *testing.T) {
		s := pkerrtest.NewServer(t)
		s.On("/v2/x").ReplyBytes(200, nil, "")
		own := httptest.NewServer(s)
		defer own.Close()
		s.Close()
		require.Equal(t, 200, do(t, own.Client(), "GET", own.URL+"/v2/x").status)
		require.Equal(t, 200, s.Requests()[0].Status)
	})
	t.Run("long, and not declared", func(t *testing.T) {
		s := pkerrtest.NewServer(t)
		s.On("/v2/x").ReplyBytes(200, nil, strings.Repeat("a", 1<<20))
		require.Len(t, do(t, s.Client(), "GET", s.URL+"/v2/x").body, 1<<20)
		s.Close()
		require.False(t, s.Requests()[0].Aborted)
	})
}
