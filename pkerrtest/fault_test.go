// Plan 9 lacks the errors of package syscall that are used here.

//go:build !plan9

package pkerrtest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/pkerrtest"
)

// faults returns all faults, with the error that a client of net/http gets.
func faults() map[pkerrtest.Fault]struct {
	is   error  // what the error matches
	text string // what its text contains
} {
	return map[pkerrtest.Fault]struct {
		is   error
		text string
	}{
		pkerrtest.FaultReset:     {syscall.ECONNRESET, "read: connection reset by peer"},
		pkerrtest.FaultRefused:   {syscall.ECONNREFUSED, "connect: connection refused"},
		pkerrtest.FaultEmpty:     {io.EOF, "EOF"},
		pkerrtest.FaultGarbage:   {nil, `malformed HTTP response "<garbage>"`},
		pkerrtest.FaultTruncated: {io.ErrUnexpectedEOF, "unexpected EOF"},
	}
}

func TestRoute_ReplyFault(t *testing.T) {
	for form, opts := range forms() {
		for fault := range faults() {
			for _, method := range []string{"GET", "POST"} {
				for _, scheme := range []string{"http", "https"} {
					t.Run(form+", "+fault.String()+", "+method+" by "+scheme, func(t *testing.T) {
						testFault(t, pkerrtest.NewServer(t, opts...), fault, method, scheme)
					})
				}
			}
		}
	}
}

func testFault(t *testing.T, s *pkerrtest.Server, fault pkerrtest.Fault, method, scheme string) {
	t.Helper()
	// A reused connection must not hide a fault.
	s.On("/v2/before").ReplyBytes(204, nil, "")
	address := scheme + strings.TrimPrefix(s.URL, "http")
	require.Equal(t, 204, do(t, s.Client(), "GET", address+"/v2/before").status)

	route := s.On("/v2/x").ReplyFault(fault).ReplyBytes(200, nil, "ok").ReplyFault(fault).Times(2)
	for i := range 4 {
		got, err := send(t, s.Client(), method, address+"/v2/x")
		if i == 1 {
			require.NoError(t, err)
			require.Equal(t, "ok", got.body)
		} else {
			requireFault(t, s, fault, got, err)
		}
	}
	s.RequireDone()
	aborted := 0
	for _, r := range route.Requests() {
		if r.Aborted {
			require.Zero(t, r.Status)
			aborted++
		}
	}
	if fault == pkerrtest.FaultRefused {
		require.Zero(t, aborted, "the requests were not sent")
		require.Len(t, s.Requests(), 2)
	} else {
		require.Equal(t, 3, aborted)
	}
}

// requireFault requires that a client got the error of a fault.
func requireFault(t *testing.T, s *pkerrtest.Server, fault pkerrtest.Fault, got response, err error) {
	t.Helper()
	// Windows has its own error for a reset over TCP.
	if runtime.GOOS != "windows" || fault != pkerrtest.FaultReset || s.URL == "http://pluralkit.test" {
		want := faults()[fault]
		require.ErrorContains(t, err, want.text)
		require.Equal(t, want.is != nil, errors.Is(err, want.is))
	}
	if fault == pkerrtest.FaultTruncated {
		require.Equal(t, 200, got.status)
		require.Equal(t, "application/json", got.header.Get("Content-Type"))
		require.Equal(t, `{"id":"abcde","n`, got.body)
		return
	}
	require.Zero(t, got)
	var wrapped *url.Error
	require.ErrorAs(t, err, &wrapped)
	var network *net.OpError
	switch fault {
	case pkerrtest.FaultRefused:
		require.ErrorAs(t, err, &network)
		require.Equal(t, "dial", network.Op)
	case pkerrtest.FaultReset:
		require.ErrorAs(t, err, &network)
		require.Equal(t, "read", network.Op)
	default:
		require.NotErrorAs(t, err, &network)
	}
}

// For another client than the server's own, the connection can only be reset.
func TestRoute_ReplyFault_OtherClients(t *testing.T) {
	s := pkerrtest.NewServer(t, pkerrtest.WithTCP())
	own := &http.Client{Transport: &http.Transport{}}
	defer own.CloseIdleConnections()
	s.On("/v2/before").ReplyBytes(204, nil, "")
	require.Equal(t, 204, do(t, own, "GET", s.URL+"/v2/before").status)
	s.On("/v2/x").ReplyFault(pkerrtest.FaultRefused)
	_, err := send(t, own, "GET", s.URL+"/v2/x")
	if runtime.GOOS != "windows" {
		require.ErrorIs(t, err, syscall.ECONNRESET)
	}
	require.Error(t, err)
	require.True(t, s.Requests()[1].Aborted)
	require.Equal(t, "/v2/x", s.Requests()[1].Pattern)
}

// A server of the test's own can use HTTP/2, whose streams can be reset.
func TestRoute_ReplyFault_OwnServer(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/1 over TLS": false, "HTTP/2": true} {
		for fault, want := range faults() {
			t.Run(name+", "+fault.String(), func(t *testing.T) {
				s := pkerrtest.NewServer(t)
				s.On("/v2/x").ReplyFault(fault)
				own := httptest.NewUnstartedServer(s)
				own.EnableHTTP2 = http2
				own.StartTLS()
				defer own.Close()
				got, err := send(t, own.Client(), "GET", own.URL+"/v2/x")
				require.Error(t, err)
				if fault == pkerrtest.FaultTruncated {
					require.Equal(t, `{"id":"abcde","n`, got.body)
				}
				switch {
				case http2:
					require.ErrorContains(t, err, "stream error: stream ID 1; INTERNAL_ERROR")
				case fault == pkerrtest.FaultGarbage, runtime.GOOS == "windows":
					// TLS has its own error for garbage.
				case fault == pkerrtest.FaultRefused:
					require.ErrorIs(t, err, syscall.ECONNRESET)
				default:
					require.ErrorIs(t, err, want.is)
				}
				require.True(t, s.Requests()[0].Aborted)
			})
		}
	}
}

func TestRoute_ReplyFault_Recorder(t *testing.T) {
	for fault := range faults() {
		s := pkerrtest.NewServer(t)
		s.On("/v2/x").ReplyFault(fault)
		r := httptest.NewRequest("GET", "/v2/x", nil)
		r.Header.Set("User-Agent", "test")
		require.PanicsWithValue(t, http.ErrAbortHandler, func() { s.ServeHTTP(httptest.NewRecorder(), r) }, fault)
		require.True(t, s.Requests()[0].Aborted)
	}
}

// A bubble ends only when every goroutine in it has ended.
func TestRoute_ReplyFault_InBubble(t *testing.T) {
	for fault := range faults() {
		t.Run(fault.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pkerrtest.NewServer(t, pkerrtest.WithLatency(80*time.Millisecond), pkerrtest.WithRateLimit(pkerrtest.Rates{Get: 2}))
				s.On("/v2/x").ReplyFault(fault)
				start := time.Now()
				_, err := send(t, s.Client(), "GET", s.URL+"/v2/x")
				require.Error(t, err)
				require.Equal(t, 80*time.Millisecond, time.Since(start))

				got, err := send(t, s.Client(), "GET", s.URL+"/v2/x")
				if fault == pkerrtest.FaultRefused {
					require.ErrorIs(t, err, syscall.ECONNREFUSED, "no rate limit applies")
				} else {
					require.NoError(t, err)
					require.Equal(t, 429, got.status)
				}
			})
		})
	}
}

func TestRoute_ReplyFault_RefusedContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pkerrtest.NewServer(t, pkerrtest.WithLatency(time.Hour))
		s.On("GET pluralkit.test/v2/x").ReplyFault(pkerrtest.FaultRefused).Times(3)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/v2/x", nil)
		require.NoError(t, err)
		_, err = s.Client().Do(req)
		require.ErrorIs(t, err, context.DeadlineExceeded)

		// A request that was not created by http.NewRequest can lack the method
		// and the host.
		start := time.Now()
		_, err = s.Client().Do(&http.Request{URL: &url.URL{Scheme: "http", Host: "pluralkit.test", Path: "/v2/x"}})
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		require.Equal(t, time.Hour, time.Since(start))

		failed := make(chan error, 1)
		go func() {
			_, err := send(t, s.Client(), "GET", s.URL+"/v2/x")
			failed <- err
		}()
		synctest.Wait()
		start = time.Now()
		s.Close()
		require.ErrorIs(t, <-failed, syscall.ECONNREFUSED)
		require.Zero(t, time.Since(start))
		require.Empty(t, s.Requests())
		s.RequireDone()
	})
}

// A refusal counts as a reply of the script.
func TestRoute_ReplyFault_EndOfScript(t *testing.T) {
	r := newRecorder(t)
	s := pkerrtest.NewServer(r)
	s.On("GET /v2/x").ReplyFault(pkerrtest.FaultRefused).Times(2)
	for range 2 {
		_, err := send(t, s.Client(), "GET", s.URL+"/v2/x")
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
	}
	require.Equal(t, []int{500}, statuses(t, s, 1))
	require.Equal(t, []string{`pkerrtest: GET /v2/x: the script of "GET /v2/x" ended after 2 replies`}, r.takeFailures())
}

func TestFault_String(t *testing.T) {
	require.Equal(t, "Fault(0)", pkerrtest.Fault(0).String())
	require.Equal(t, "Fault(-1)", pkerrtest.Fault(-1).String())
	require.Equal(t, "Fault(6)", pkerrtest.Fault(6).String())
	require.Equal(t, "truncated", pkerrtest.FaultTruncated.String())
}
