package client_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
)

// visits is the outcome of requests from many goroutines, each to the path of a
// different member. A part of the members belongs to the token's own system.
type visits struct {
	served, refused, givenUp int64
	slowest                  time.Duration // of all requests
}

// visit lets goroutines send requests to members for a minute.
func visit(t *testing.T, method string, goroutines int, pace bool, own float64, latency time.Duration) visits {
	t.Helper()
	var v visits
	synctest.Test(t, func(t *testing.T) {
		const members = 3000
		random := rand.New(rand.NewPCG(1, uint64(goroutines)))
		var refs []string
		for i := range members {
			if random.Float64() < own {
				refs = append(refs, fmt.Sprint("m", i))
			}
		}
		api := pkerrtest.NewServer(t, pkerrtest.WithLatency(latency),
			pkerrtest.WithRateLimit(pkerrtest.Rates{}), pkerrtest.WithSystem("t", refs...))
		api.On("/v2/members/{ref}").ReplyBytes(http.StatusNoContent, nil, "")
		base := &counter{base: api.Client().Transport, jitter: 20 * time.Millisecond}
		httpClient := &http.Client{Transport: &client.Transport{Base: base, Limiter: &client.LocalLimiter{Pace: pace}}}
		end := time.Now().Add(time.Minute)
		var mu sync.Mutex
		var sent atomic.Int64
		var group sync.WaitGroup
		for range goroutines {
			group.Go(func() {
				for time.Now().Before(end) {
					i := sent.Add(1) - 1
					req := request(t, fmt.Sprintf("%s/v2/members/m%d", api.URL, i%members))
					req.Method = method
					req.Header.Set("Authorization", "t")
					start := time.Now()
					resp, err := httpClient.Do(req)
					require.NoError(t, err)
					require.NoError(t, resp.Body.Close())
					mu.Lock()
					v.slowest = max(v.slowest, time.Since(start))
					switch {
					case resp.StatusCode != http.StatusNoContent:
						v.givenUp++
					case time.Now().Before(end):
						v.served++
					}
					mu.Unlock()
				}
			})
		}
		group.Wait()
		v.refused = base.refused.Load()
	})
	return v
}

// If half of the members are the system's own, requests use two budgets,
// although it is not known in advance which one each request uses.
func TestTransport_OwnAndOtherMembers(t *testing.T) {
	for _, c := range []struct {
		method string
		rate   float64
		least  float64 // share of the two budgets
	}{
		{http.MethodGet, 10, 0.85},
		{http.MethodPatch, 3, 0.6},
	} {
		for _, goroutines := range []int{4, 10, 50} {
			for _, pace := range []bool{false, true} {
				for _, latency := range []time.Duration{30 * time.Millisecond, 150 * time.Millisecond} {
					t.Run(fmt.Sprintf("%s, %d goroutines, pace %v, %v", c.method, goroutines, pace, latency), func(t *testing.T) {
						v := visit(t, c.method, goroutines, pace, 0.5, latency)
						share := float64(v.served) / (2 * 60 * c.rate)
						t.Logf("%.0f %% of two budgets, %d refused, %d given up, the slowest took %v", 100*share, v.refused, v.givenUp, v.slowest)
						require.GreaterOrEqual(t, share, c.least)
						require.Zero(t, v.givenUp)
						require.Less(t, v.slowest, 16*time.Second)
						if pace {
							require.LessOrEqual(t, v.refused, int64(1))
						} else {
							require.LessOrEqual(t, v.refused, int64(goroutines+10), "nearly all at first")
						}
					})
				}
			}
		}
	}
}

// If all members are the system's own, the first requests wait in the wrong
// queue, but only until the first response.
func TestTransport_OwnMembersWithPace(t *testing.T) {
	for _, c := range []struct {
		method  string
		slowest time.Duration // of 50 goroutines: 5 s and 17 s at the rate of the API
		refused int64
	}{
		{http.MethodGet, 6 * time.Second, 0},
		{http.MethodPatch, 20 * time.Second, 1},
	} {
		v := visit(t, c.method, 50, true, 1, 30*time.Millisecond)
		t.Logf("%s: %d served, %d refused, the slowest took %v", c.method, v.served, v.refused, v.slowest)
		require.Less(t, v.slowest, c.slowest)
		require.LessOrEqual(t, v.refused, c.refused)
		require.Zero(t, v.givenUp)
	}
}

// withToken sets a token, as a caller of a Transport or its Base might.
type withToken struct {
	token string
	base  http.RoundTripper
}

func (w withToken) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", w.token)
	return w.base.RoundTrip(req)
}

// Each token has a budget of its own for @me. Transport sees that if what sets
// the Authorization header wraps it.
func TestTransport_TokensOfSeveralSystems(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := pkerrtest.NewServer(t, pkerrtest.WithLatency(30*time.Millisecond), pkerrtest.WithRateLimit(pkerrtest.Rates{}))
		api.On("/v2/systems/@me").ReplyBytes(http.StatusNoContent, nil, "")
		transport := &client.Transport{Base: api.Client().Transport}
		end := time.Now().Add(time.Minute)
		var served atomic.Int64
		var group sync.WaitGroup
		for i := range 5 {
			httpClient := &http.Client{Transport: withToken{fmt.Sprint("t", i), transport}}
			group.Go(func() {
				passed, givenUp := work(t, httpClient, 5, func() *http.Request {
					if time.Now().After(end) {
						return nil
					}
					return request(t, api.URL+"/v2/systems/@me")
				})
				served.Add(passed)
				require.Zero(t, givenUp)
			})
		}
		group.Wait()
		t.Logf("%.1f a second of 5 times 10", float64(served.Load())/60)
		require.Greater(t, served.Load(), int64(5*10*60*93/100))
	})
}
