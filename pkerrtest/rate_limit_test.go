package pkerrtest_test

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
)

// limited returns a server that answers every path under /v2/ with a 204.
func limited(t *testing.T, rates pkerrtest.Rates, opts ...pkerrtest.Option) *pkerrtest.Server {
	t.Helper()
	s := pkerrtest.NewServer(t, append(opts, pkerrtest.WithRateLimit(rates))...)
	s.On("/v2/").ReplyBytes(204, nil, "")
	return s
}

// burst sends n requests at once, and returns how many were served.
func burst(t *testing.T, s *pkerrtest.Server, n int, method, path string, headers ...string) (served int) {
	t.Helper()
	for range n {
		if got := do(t, s.Client(), method, s.URL+path, headers...); got.status == 204 {
			served++
		} else {
			require.Equal(t, 429, got.status)
		}
	}
	return served
}

func TestWithRateLimit_Wire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(1234567 * time.Microsecond)
		s := limited(t, pkerrtest.Rates{})
		for _, want := range []struct {
			wait      time.Duration
			status    int
			remaining string
			body      string
		}{
			{0, 204, "2", ""},
			{0, 204, "1", ""},
			{0, 429, "0", `{"message":"429: too many requests","retry_after":0,"scope":"generic_update","code":0}`},
			{0, 429, "0", `{"message":"429: too many requests","retry_after":334,"scope":"generic_update","code":0}`},
			{33500 * time.Microsecond, 429, "0", `{"message":"429: too many requests","retry_after":300,"scope":"generic_update","code":0}`},
			{time.Minute, 204, "2", ""},
		} {
			time.Sleep(want.wait)
			got := do(t, s.Client(), "PATCH", s.URL+"/v2/members/abcde")
			require.Equal(t, want.status, got.status)
			require.Equal(t, want.body, got.body)
			require.Equal(t, "3", got.header.Get("X-RateLimit-Limit"))
			require.Equal(t, want.remaining, got.header.Get("X-RateLimit-Remaining"))
			require.Equal(t, "generic_update", got.header.Get("X-RateLimit-Scope"))
			require.Equal(t, strconv.FormatInt(time.Now().Unix(), 10), got.header.Get("X-RateLimit-Reset"))
			require.NotContains(t, got.header, "Retry-After")
			if want.status == 429 {
				require.Equal(t, "application/json", got.header.Get("Content-Type"))
			}
		}
		requests := s.Requests()
		require.Equal(t, "/v2/", requests[0].Pattern)
		require.Empty(t, requests[2].Pattern, "the limiter answered")
		require.Equal(t, 429, requests[2].Status)
	})
}

func TestWithRateLimit_UsableBurst(t *testing.T) {
	for name, test := range map[string]struct {
		rates   pkerrtest.Rates
		method  string
		headers []string
		want    int
	}{
		"reads":            {pkerrtest.Rates{}, "GET", nil, 9},
		"writes":           {pkerrtest.Rates{}, "DELETE", nil, 2},
		"HEAD":             {pkerrtest.Rates{}, "HEAD", nil, 2},
		"POST":             {pkerrtest.Rates{}, "POST", nil, 2},
		"PUT":              {pkerrtest.Rates{}, "PUT", nil, 2},
		"PATCH":            {pkerrtest.Rates{}, "PATCH", nil, 2},
		"any other":        {pkerrtest.Rates{}, "PURGE", nil, 2},
		"token2":           {pkerrtest.Rates{}, "GET", []string{"X-PluralKit-App", "app"}, 19},
		"token2 writes":    {pkerrtest.Rates{}, "POST", []string{"X-PluralKit-App", "app"}, 19},
		"other rates":      {pkerrtest.Rates{Get: 5, Update: 7, Token2: 2}, "GET", nil, 4},
		"other writes":     {pkerrtest.Rates{Get: 5, Update: 7, Token2: 2}, "PUT", nil, 6},
		"other token2":     {pkerrtest.Rates{Get: 5, Update: 7, Token2: 2}, "GET", []string{"X-PluralKit-App", "app"}, 1},
		"1 serves nothing": {pkerrtest.Rates{Get: 1}, "GET", nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				require.Equal(t, test.want, burst(t, limited(t, test.rates), 25, test.method, "/v2/members/abcde", test.headers...))
			})
		})
	}
}

func TestNewServer_NoRateLimit(t *testing.T) {
	s := pkerrtest.NewServer(t)
	s.On("/v2/").ReplyBytes(204, nil, "")
	require.Equal(t, 50, burst(t, s, 50, "PATCH", "/v2/systems/exmpl"))
	require.NotContains(t, do(t, s.Client(), "GET", s.URL+"/v2/").header, "X-Ratelimit-Limit")
}

func TestWithRateLimit_InvalidRates(t *testing.T) {
	for _, test := range []struct {
		rates pkerrtest.Rates
		want  string
	}{
		{pkerrtest.Rates{Get: -1}, "pkerrtest: WithRateLimit: Rates.Get is -1, want 1 to 1e9, or 0 for 10"},
		{pkerrtest.Rates{Update: 1e9 + 1}, "pkerrtest: WithRateLimit: Rates.Update is 1000000001, want 1 to 1e9, or 0 for 3"},
	} {
		r := newRecorder(t)
		s := pkerrtest.NewServer(r, pkerrtest.WithRateLimit(test.rates))
		require.Equal(t, []string{test.want}, r.takeFailures())
		s.On("/v2/").ReplyBytes(204, nil, "")
		require.Equal(t, "10", do(t, s.Client(), "GET", s.URL+"/v2/").header.Get("X-RateLimit-Limit"))
	}
}

// Each of the first rows has a bucket of its own.
func TestWithRateLimit_Buckets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := limited(t, pkerrtest.Rates{}, pkerrtest.WithSystem("a", "exmpl", "member"), pkerrtest.WithSystem("a", "group"), pkerrtest.WithSystem("b", "other"))
		for _, test := range []struct {
			method, path string
			headers      []string
			scope        string
			spoken       string
			want         int
		}{
			{"GET", "/v2/systems/exmpl", nil, "generic_get", "generic_get", 9},
			{"PATCH", "/v2/systems/exmpl", nil, "generic_update", "generic_update", 2},
			{"GET", "/v2/systems/exmpl", []string{"X-Forwarded-For", "198.51.100.1"}, "generic_get", "generic_get", 9},
			{"GET", "/v2/systems/exmpl", []string{"X-Forwarded-For", "198.51.100.2, 198.51.100.1"}, "generic_get", "generic_get", 9},
			{"GET", "/v2/systems/@me", []string{"Authorization", "a"}, "own_system_get", "generic_get", 9},
			{"HEAD", "/v2/systems/@me", []string{"Authorization", "a"}, "own_system_update", "own_system_update", 2},
			{"DELETE", "/v2/systems/@me", []string{"Authorization", "a"}, "own_system_update", "generic_update", 0},
			{"GET", "/v2/systems/@me/members", []string{"Authorization", "b"}, "own_system_get", "generic_get", 9},
			{"GET", "/v2/systems/@me", []string{"Authorization", "c"}, "own_system_get", "generic_get", 9},
			{"GET", "/v2/systems/exmpl", []string{"X-PluralKit-App", "app"}, "token2", "token2", 19},

			// These use the empty bucket of a row above.
			{"GET", "/v2/members/abcde", nil, "generic_get", "generic_get", 0},
			{"POST", "/v2/members", nil, "generic_update", "generic_update", 0},
			{"GET", "/v2/members/abcde", []string{"Authorization", "a"}, "generic_get", "generic_get", 0},
			{"POST", "/v2/members", []string{"Authorization", "a"}, "generic_update", "generic_update", 0},
			{"GET", "/v2/systems/other", []string{"Authorization", "a"}, "generic_get", "generic_get", 0},
			{"GET", "/v2/systems/exmpls", []string{"Authorization", "a"}, "generic_get", "generic_get", 0},
			{"GET", "/v2/members/member/groups", []string{"Authorization", "a"}, "own_system_get", "generic_get", 0},
			{"GET", "/v2/groups/group", []string{"Authorization", "a", "X-Forwarded-For", "198.51.100.3"}, "own_system_get", "generic_get", 0},
			{"GET", "/v2/systems/other", []string{"Authorization", "b"}, "own_system_get", "generic_get", 0},
			{"GET", "/v2/systems/exmpl", []string{"X-Forwarded-For", "198.51.100.1 , 198.51.100.9"}, "generic_get", "generic_get", 0},
		} {
			name := fmt.Sprint(test.method, test.path, test.headers)
			require.Equal(t, test.want, burst(t, s, 20, test.method, test.path, test.headers...), name)
			got := do(t, s.Client(), test.method, s.URL+test.path, test.headers...)
			require.Equal(t, test.scope, got.header.Get("X-RateLimit-Scope"), name)
			e, ok := errors.AsType[*pkerr.Error](client.Decode(got.status, got.header, []byte(got.body)))
			require.True(t, ok)
			require.Equal(t, test.spoken, e.Scope, name)
		}
	})
}

func TestWithRateLimit_NotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pkerrtest.NewServer(t, pkerrtest.WithRateLimit(pkerrtest.Rates{}))
		s.On("GET /v2/systems/{ref}").ReplyBytes(204, nil, "")
		for range 10 {
			do(t, s.Client(), "GET", s.URL+"/v2/unknown")
			do(t, s.Client(), "GET", s.URL+"/v1/s/exmpl")
			do(t, s.Client(), "GET", s.URL+"/v2/systems/@me")
			do(t, s.Client(), "GET", s.URL+"/v2/systems/exmpl", "User-Agent", "")
			do(t, s.Client(), "OPTIONS", s.URL+"/v2/systems/exmpl")
		}
		require.Equal(t, 9, burst(t, s, 10, "GET", "/v2/systems/exmpl"))
		require.Equal(t, 405, do(t, s.Client(), "PUT", s.URL+"/v2/systems/exmpl").status)
		require.Equal(t, 405, do(t, s.Client(), "PUT", s.URL+"/v2/systems/exmpl").status)
		require.Equal(t, 429, do(t, s.Client(), "PUT", s.URL+"/v2/systems/exmpl").status, "a 405 does")
	})
}

// A client that waits for exactly retry_after is never served. The real limiter
// refused it 25 times out of 25 at 10 per second, and 14 out of 14 at 3.
func TestWithRateLimit_ObeyingRetryAfter(t *testing.T) {
	for _, test := range []struct {
		method     string
		refusals   int
		roundTrips []int // in milliseconds
	}{
		{"GET", 25, []int{5, 30, 80}},
		{"PATCH", 14, []int{5, 30, 80, 120, 200}},
	} {
		for _, ms := range test.roundTrips {
			roundTrip := time.Duration(ms) * time.Millisecond
			t.Run(test.method+" "+roundTrip.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := limited(t, pkerrtest.Rates{}, pkerrtest.WithLatency(roundTrip))
					do := func() error {
						got := do(t, s.Client(), test.method, s.URL+"/v2/members/abcde")
						if got.status == 204 {
							return nil
						}
						return client.Decode(got.status, got.header, []byte(got.body))
					}
					var wg sync.WaitGroup
					for range 9 {
						wg.Go(func() { _, _ = send(t, s.Client(), test.method, s.URL+"/v2/members/abcde") })
					}
					wg.Wait()

					err := do()
					for i := range test.refusals {
						wait, ok := pkerr.RetryAfter(err)
						require.True(t, ok, "attempt %d: %v", i, err)
						time.Sleep(wait)
						err = do()
						require.ErrorIs(t, err, pkerr.TooManyRequests, "attempt %d", i)
					}
				})
			})
		}
	}
}

// The share of a steady stream that the real limiter served in ten seconds. A
// rate just over the limit gets far less than the limit.
func TestWithRateLimit_SteadyClient(t *testing.T) {
	for _, test := range []struct {
		method  string
		offered float64
		through float64
	}{
		{"GET", 12, 4.9}, {"PATCH", 3.5, 0.8}, {"GET", 9.5, 9.5}, {"PATCH", 2.8, 2.8},
	} {
		t.Run(fmt.Sprintf("%s %v", test.method, test.offered), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const seconds = 10
				s := limited(t, pkerrtest.Rates{}, pkerrtest.WithLatency(120*time.Millisecond))
				start := time.Now()
				var wg sync.WaitGroup
				for i := range int(test.offered * seconds) {
					wg.Go(func() {
						time.Sleep(time.Until(start.Add(time.Duration(float64(i) / test.offered * float64(time.Second)))))
						if _, err := send(t, s.Client(), test.method, s.URL+"/v2/members/abcde"); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				served := 0
				for _, r := range s.Requests() {
					if r.Status == http.StatusNoContent {
						served++
					}
				}
				require.InDelta(t, test.through, float64(served)/seconds, 1e-9)
			})
		})
	}
}
