package pkerrtest_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest"
)

func TestWithTCP_OtherClients(t *testing.T) {
	s := pkerrtest.NewServer(t, pkerrtest.WithTCP())
	s.On("/v2/systems/exmpl").Reply(pkerr.SystemNotFound)
	own := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	require.Equal(t, `{"message":"System not found.","code":20001}`, do(t, own, "GET", s.URL+"/v2/systems/exmpl").body)
}

func TestWithLatency(t *testing.T) {
	for name, latency := range map[string]time.Duration{
		"none": 0, "less than none": -time.Second, "even": 30 * time.Millisecond, "odd": 7 * time.Nanosecond, "long": time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pkerrtest.NewServer(t, pkerrtest.WithLatency(latency))
				s.On("/v2/short").Reply(pkerr.NotFound)
				s.On("/v2/empty").ReplyHandler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
				s.On("/v2/written").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.WriteString(w, strings.Repeat("a", 1<<20)) // more than net/http buffers
				}))
				s.On("/v2/flushed").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.(http.Flusher).Flush()
					<-r.Context().Done()
				}))
				s.On("/v2/controlled").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_ = http.NewResponseController(w).Flush()
					<-r.Context().Done()
				}))
				s.On("/v2/hinted").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.WriteHeader(http.StatusEarlyHints)
					w.WriteHeader(http.StatusNotFound)
				}))
				for _, path := range []string{"short", "empty", "written", "flushed", "controlled", "hinted", "unknown"} {
					sent := time.Now()
					resp, err := s.Client().Get(s.URL + "/v2/" + path)
					require.NoError(t, err)
					require.Equal(t, max(latency, 0), time.Since(sent), path)
					require.NoError(t, resp.Body.Close())

					requests := s.Requests()
					last := requests[len(requests)-1]
					require.Equal(t, max(latency, 0)/2, last.Time.Sub(sent), path)
					require.Equal(t, resp.StatusCode, last.Status, path)
				}
			})
		})
	}
}

// A request arrives even if its client has given up.
func TestWithLatency_ClientGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pkerrtest.NewServer(t, pkerrtest.WithLatency(time.Second))
		for i, leaves := range []time.Duration{100 * time.Millisecond, 700 * time.Millisecond} {
			ctx, cancel := context.WithTimeout(t.Context(), leaves)
			req, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/v2/", nil)
			require.NoError(t, err)
			start := time.Now()
			_, err = s.Client().Do(req)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, leaves, time.Since(start))
			cancel()
			time.Sleep(time.Second)
			require.Len(t, s.Requests(), i+1)
			require.Equal(t, 500*time.Millisecond, s.Requests()[i].Time.Sub(start))
		}
	})
}
