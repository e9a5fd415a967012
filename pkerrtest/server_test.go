package pkerrtest_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
)

// forms returns the ways in which a server can listen.
func forms() map[string][]pkerrtest.Option {
	return map[string][]pkerrtest.Option{"in memory": nil, "TCP": {pkerrtest.WithTCP(), nil}}
}

func TestServer_Client(t *testing.T) {
	for name, opts := range forms() {
		t.Run(name, func(t *testing.T) {
			s := pkerrtest.NewServer(t, opts...)
			s.On("GET /v2/members/{ref}").Reply(pkerr.MemberNotFound)
			for _, base := range []string{s.URL, "http://pluralkit.example", "https://pluralkit.example"} {
				resp, err := s.Client().Get(base + "/v2/members/abcde")
				require.NoError(t, err)
				require.ErrorIs(t, client.Check(resp), pkerr.MemberNotFound)
				require.NoError(t, resp.Body.Close())
			}
			require.Len(t, s.Requests(), 3)
		})
	}
}

func TestServer_ClientIsNew(t *testing.T) {
	s := pkerrtest.NewServer(t)
	s.Client().Timeout = 1
	require.Zero(t, s.Client().Timeout)
}

// A bubble ends only when every goroutine in it has ended.
func TestServer_InBubble(t *testing.T) {
	t.Run("idle connections", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			require.Equal(t, 404, do(t, s.Client(), "GET", s.URL+"/v2/").status)
		})
	})
	t.Run("a request is being answered", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			ended := make(chan error, 1)
			s.On("/v2/slow").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				<-r.Context().Done()
				ended <- r.Context().Err()
			}))
			failed := make(chan error, 1)
			go func() {
				_, err := send(t, s.Client(), "GET", s.URL+"/v2/slow")
				failed <- err
			}()
			synctest.Wait()
			s.Close()
			require.ErrorIs(t, <-ended, context.Canceled)
			require.Error(t, <-failed)
			s.Close()
		})
	})
	t.Run("a request is under way", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := pkerrtest.NewServer(t, pkerrtest.WithLatency(time.Hour))
			failed := make(chan error, 1)
			go func() {
				_, err := send(t, s.Client(), "GET", s.URL+"/v2/slow")
				failed <- err
			}()
			synctest.Wait()
			start := time.Now()
			s.Close()
			require.Error(t, <-failed)
			require.Zero(t, time.Since(start))
		})
	})
	t.Run("a body is not read to its end", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			s.On("/v2/long").ReplyBytes(200, nil, strings.Repeat("a", 1<<20))
			resp, err := s.Client().Get(s.URL + "/v2/long")
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
		})
	})
	t.Run("a body is never sent", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			body, pipe := io.Pipe()
			failed := make(chan error, 1)
			go func() {
				_, err := s.Client().Post(s.URL+"/v2/members", "application/json", body)
				failed <- err
			}()
			synctest.Wait()
			require.NoError(t, pipe.CloseWithError(io.ErrUnexpectedEOF))
			require.ErrorIs(t, <-failed, io.ErrUnexpectedEOF)
			synctest.Wait()
			require.Empty(t, s.Requests())
		})
	})
	t.Run("after Close", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			s.Close()
			_, err := send(t, s.Client(), "GET", s.URL)
			require.ErrorIs(t, err, net.ErrClosed)
		})
	})
}

func TestServer_ReusesConnections(t *testing.T) {
	for name, opts := range forms() {
		t.Run(name, func(t *testing.T) {
			s := pkerrtest.NewServer(t, opts...)
			for range 3 {
				do(t, s.Client(), "GET", s.URL+"/v2/")
			}
			// A body that is not closed keeps its connection.
			s.On("/v2/long").ReplyBytes(200, nil, strings.Repeat("a", 1<<20))
			resp, err := s.Client().Get(s.URL + "/v2/long")
			require.NoError(t, err)
			do(t, s.Client(), "GET", s.URL+"/v2/")
			require.NoError(t, resp.Body.Close())

			r := s.Requests()
			require.Equal(t, r[0].RemoteAddr, r[1].RemoteAddr)
			require.Equal(t, r[0].RemoteAddr, r[2].RemoteAddr)
			require.Equal(t, r[0].RemoteAddr, r[3].RemoteAddr)
			require.NotEqual(t, r[0].RemoteAddr, r[4].RemoteAddr)
			_, _, err = net.SplitHostPort(r[4].RemoteAddr)
			require.NoError(t, err)
		})
	}
}

// Close cancels the context of the handlers, and waits for them.
func TestServer_CloseWaitsForHandlers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pkerrtest.NewServer(t)
		ended := false
		s.On("/v2/slow").ReplyHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			time.Sleep(time.Second)
			ended = true
		}))
		go func() {
			_, err := s.Client().Get(s.URL + "/v2/slow")
			require.Error(t, err)
		}()
		synctest.Wait()
		s.Close()
		require.True(t, ended)
	})
}

func TestNewServer_Program(t *testing.T) {
	s := pkerrtest.NewServer(nil)
	defer s.Close()
	require.Equal(t, 404, do(t, s.Client(), "GET", s.URL+"/v2/members/abcde").status)
	require.PanicsWithValue(t, `pkerrtest: On("GET"): parsing "GET": at offset 0: host/path missing /`, func() { s.On("GET") })
	require.PanicsWithValue(t, `pkerrtest: On("/v2/x").Times(1): there is no reply before it`, func() { s.On("/v2/x").Times(1) })
	require.Panics(t, func() { pkerrtest.NewServer(nil, pkerrtest.WithRateLimit(pkerrtest.Rates{Get: -1})) })
	require.Equal(t, 500, do(t, s.Client(), "GET", s.URL+"/v2/x").status)
}

// A mistake is reported at the line of the test that made it.
func TestServer_ReportsLine(t *testing.T) {
	for name, mistake := range map[string]func(s *pkerrtest.Server){
		"On":           func(s *pkerrtest.Server) { s.On("") },
		"Reply":        func(s *pkerrtest.Server) { s.On("/v2/x").Reply(nil) },
		"ReplyJSON":    func(s *pkerrtest.Server) { s.On("/v2/x").ReplyJSON(200, func() {}) },
		"ReplyBytes":   func(s *pkerrtest.Server) { s.On("/v2/x").ReplyBytes(0, nil, "") },
		"ReplyHandler": func(s *pkerrtest.Server) { s.On("/v2/x").ReplyHandler(nil) },
		"ReplyFault":   func(s *pkerrtest.Server) { s.On("/v2/x").ReplyFault(0) },
		"Times":        func(s *pkerrtest.Server) { s.On("/v2/x").Times(0) },
		"RequireDone": func(s *pkerrtest.Server) {
			s.On("/v2/x").Reply(pkerr.NotFound)
			s.RequireDone()
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := &lineRecorder{recorder: newRecorder(t), helpers: map[string]bool{}}
			mistake(pkerrtest.NewServer(r))
			require.Len(t, r.files, 1)
			require.Equal(t, "server_test.go", r.files[0])
		})
	}
	t.Run("NewServer", func(t *testing.T) {
		r := &lineRecorder{recorder: newRecorder(t), helpers: map[string]bool{}}
		pkerrtest.NewServer(r, pkerrtest.WithRateLimit(pkerrtest.Rates{Get: -1}))
		require.Equal(t, []string{"server_test.go"}, r.files)
	})
}

// lineRecorder is a recorder that records the file of each failure, as a
// testing.T does.
type lineRecorder struct {
	*recorder

	helpers map[string]bool
	files   []string
}

func (r *lineRecorder) Helper() {
	r.helpers[caller(1).Function] = true
}

func (r *lineRecorder) Errorf(string, ...any) {
	skip := 1
	for r.helpers[caller(skip).Function] {
		skip++
	}
	r.files = append(r.files, filepath.Base(caller(skip).File))
}

func (r *lineRecorder) Fatalf(format string, args ...any) {
	r.Helper() // skip this frame
	r.Errorf(format, args...)
}

// caller returns the frame that is skip frames above its caller.
func caller(skip int) runtime.Frame {
	pcs := make([]uintptr, 1)
	runtime.Callers(skip+2, pcs)
	frame, _ := runtime.CallersFrames(pcs).Next()
	return frame
}

func TestServer_CloseEndsGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, opts := range forms() {
		s := pkerrtest.NewServer(nil, opts...)
		s.On("/v2/x").Reply(pkerr.NotFound).
			ReplyFault(pkerrtest.FaultReset).ReplyFault(pkerrtest.FaultRefused).ReplyFault(pkerrtest.FaultEmpty).
			ReplyFault(pkerrtest.FaultGarbage).ReplyFault(pkerrtest.FaultTruncated)
		for range 8 {
			_, _ = send(t, s.Client(), "GET", s.URL+"/v2/x")
		}
		s.Close()
	}
	// The goroutines of net/http end soon after their connection.
	for start := time.Now(); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		require.Less(t, time.Since(start), 10*time.Second)
	}
}
