package client_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
)

// limited starts a fake API whose limiter counts as the real one does. It
// answers /v2/systems/abcde with a 204.
func limited(t *testing.T, rate int, latency time.Duration) *pkerrtest.Server {
	t.Helper()
	api := pkerrtest.NewServer(t, pkerrtest.WithLatency(latency),
		pkerrtest.WithRateLimit(pkerrtest.Rates{Get: rate, Update: rate, Token2: rate}))
	api.On("/v2/systems/abcde").ReplyBytes(http.StatusNoContent, nil, "")
	return api
}

// roundTrips are the round-trip times with which the limits are tested.
var roundTrips = []time.Duration{
	5 * time.Millisecond, 30 * time.Millisecond, 80 * time.Millisecond, 120 * time.Millisecond, 200 * time.Millisecond, 350 * time.Millisecond,
}

// together sends n requests at once, and returns the error of one that was
// refused, if any was.
func together(t *testing.T, api *pkerrtest.Server, n int) error {
	t.Helper()
	refusals := make([]error, n)
	var group sync.WaitGroup
	for i := range refusals {
		group.Go(func() { refusals[i] = get(api.Client(), api.URL+"/v2/systems/abcde") })
	}
	group.Wait()
	i := slices.IndexFunc(refusals, func(err error) bool { return err != nil })
	if i < 0 {
		return nil
	}
	require.ErrorIs(t, refusals[i], pkerr.TooManyRequests)
	return refusals[i]
}

// The first retry after RetryDelay succeeds, whatever the rate and the
// round-trip time.
func TestRetryDelay_FirstRetryPasses(t *testing.T) {
	for _, rate := range []int{3, 10, 20} {
		for _, roundTrip := range roundTrips {
			t.Run(fmt.Sprintf("%d per second, %v", rate, roundTrip), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					api := limited(t, rate, roundTrip)
					for range 20 {
						// One after another, or many at once if the round trip
						// is so long that this never fills the bucket.
						var err error
						for tries := 0; err == nil; tries++ {
							err = together(t, api, 1+tries/20)
						}
						delay, ok := client.RetryDelay(err)
						require.True(t, ok)
						time.Sleep(delay)
						require.NoError(t, together(t, api, 1))
					}
				})
			})
		}
	}
}

// load is the outcome of many goroutines that ask for more than the limit
// through one Transport.
type load struct {
	passed, sent, refused, slowest, fastest int64
}

// share returns how much of what the API serves at most got through.
func (l load) share(rate int, d time.Duration) float64 {
	return float64(l.passed) / (float64(rate) * d.Seconds())
}

func run(t *testing.T, rate int, roundTrip, jitter time.Duration, pace bool, d time.Duration) load {
	t.Helper()
	var result load
	synctest.Test(t, func(t *testing.T) {
		api := limited(t, rate, roundTrip)
		base := &counter{base: api.Client().Transport, jitter: jitter}
		httpClient := &http.Client{Transport: &client.Transport{Base: base, Limiter: &client.LocalLimiter{Pace: pace}}}
		ctx, cancel := context.WithTimeout(t.Context(), d)
		defer cancel()
		var group sync.WaitGroup
		passed := make([]int64, 50)
		for i := range passed {
			group.Go(func() {
				for ctx.Err() == nil {
					req := request(t, api.URL+"/v2/systems/abcde").WithContext(ctx)
					if rate == 3 {
						req.Method = http.MethodPatch // as on the real API, where writes are the slow ones
					}
					resp, err := httpClient.Do(req)
					if err != nil {
						require.ErrorIs(t, err, context.DeadlineExceeded, "the end of the minute")
						return
					}
					if client.Check(resp) == nil {
						passed[i]++
					}
					require.NoError(t, resp.Body.Close())
				}
			})
		}
		group.Wait()
		for _, n := range passed {
			result.passed += n
		}
		result.sent, result.refused = base.sent.Load(), base.refused.Load()
		result.slowest, result.fastest = slices.Min(passed), slices.Max(passed)
	})
	return result
}

// counter counts what goes over the wire, and delays each request by a
// different part of jitter.
type counter struct {
	base          http.RoundTripper
	jitter        time.Duration
	sent, refused atomic.Int64
}

func (c *counter) RoundTrip(req *http.Request) (*http.Response, error) {
	// 37 and 101 have no common divisor, so this goes through all multiples of
	// 1/101, in no obvious order.
	time.Sleep(c.jitter * time.Duration(c.sent.Add(1)*37%101) / 101)
	resp, err := c.base.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusTooManyRequests {
		c.refused.Add(1)
	}
	return resp, err
}

func TestTransport_UnderLoad(t *testing.T) {
	for _, rate := range []int{3, 10, 20} {
		for _, roundTrip := range roundTrips {
			for _, jitter := range []time.Duration{0, 100 * time.Millisecond} {
				for _, pace := range []bool{false, true} {
					t.Run(fmt.Sprintf("%d per second, %v, jitter %v, pace %v", rate, roundTrip, jitter, pace), func(t *testing.T) {
						l := run(t, rate, roundTrip, jitter, pace, time.Minute)
						share := l.share(rate, time.Minute)
						t.Logf("%.0f %% of the budget, %d sent, %d refused, each goroutine %d to %d",
							100*share, l.sent, l.refused, l.slowest, l.fastest)
						require.GreaterOrEqual(t, share, 0.9)
						if pace {
							require.Less(t, float64(l.refused), 0.01*float64(l.sent))
						} else {
							require.LessOrEqual(t, l.refused, int64(50), "only in the first moment")
						}
						require.GreaterOrEqual(t, 2*l.slowest, l.fastest, "no goroutine starves")
					})
				}
			}
		}
	}
}

// work sends requests from many goroutines until next has no more. It returns
// how many were served, and how many were given up with a 429.
func work(t *testing.T, httpClient *http.Client, goroutines int, next func() *http.Request) (passed, givenUp int64) {
	t.Helper()
	var served, refused atomic.Int64
	var group sync.WaitGroup
	for range goroutines {
		group.Go(func() {
			for req := next(); req != nil; req = next() {
				resp, err := httpClient.Do(req)
				require.NoError(t, err)
				if client.Check(resp) == nil {
					served.Add(1)
				} else {
					refused.Add(1)
				}
				require.NoError(t, resp.Body.Close())
			}
		})
	}
	group.Wait()
	return served.Load(), refused.Load()
}

// A program that edits all of its own members uses each path once. The API
// counts these edits by token, which a program learns only from the responses.
func TestTransport_OwnMembers(t *testing.T) {
	const members = 100
	var refs []string
	for i := range members {
		refs = append(refs, fmt.Sprint("m", i))
	}
	for _, goroutines := range []int{1, 4, 50} {
		for _, pace := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d goroutines, pace %v", goroutines, pace), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					api := pkerrtest.NewServer(t, pkerrtest.WithLatency(30*time.Millisecond),
						pkerrtest.WithRateLimit(pkerrtest.Rates{}), pkerrtest.WithSystem("t", refs...))
					api.On("/v2/members/{ref}").ReplyBytes(http.StatusNoContent, nil, "")
					base := &counter{base: api.Client().Transport}
					httpClient := &http.Client{Transport: &client.Transport{Base: base, Limiter: &client.LocalLimiter{Pace: pace}}}
					var sent atomic.Int64
					start := time.Now()
					passed, givenUp := work(t, httpClient, goroutines, func() *http.Request {
						i := sent.Add(1) - 1
						if i >= members {
							return nil
						}
						req := request(t, api.URL+"/v2/members/"+refs[i])
						req.Method = http.MethodPatch
						req.Header.Set("Authorization", "t")
						return req
					})
					require.EqualValues(t, members, passed)
					require.Zero(t, givenUp)
					require.LessOrEqual(t, base.refused.Load(), int64(goroutines), "one at the most of what was sent before the first response")
					require.Less(t, time.Since(start), members*time.Second/(3-1)*4/5)
				})
			})
		}
	}
}

// When the API counts by address, it counts all tokens together. This includes
// the scope of apps, which has a rate of its own.
func TestTransport_TokensOfOneApp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := pkerrtest.NewServer(t, pkerrtest.WithLatency(30*time.Millisecond), pkerrtest.WithRateLimit(pkerrtest.Rates{}))
		api.On("/v2/members/{ref}").ReplyBytes(http.StatusNoContent, nil, "")
		base := &counter{base: api.Client().Transport}
		var sent atomic.Int64
		end := time.Now().Add(time.Minute)
		passed, givenUp := work(t, &http.Client{Transport: &client.Transport{Base: base}}, 20, func() *http.Request {
			if time.Now().After(end) {
				return nil
			}
			i := sent.Add(1)
			req := request(t, fmt.Sprint(api.URL, "/v2/members/", i))
			req.Header.Set("Authorization", fmt.Sprint("t", i%7))
			req.Header.Set("X-PluralKit-App", "app")
			return req
		})
		require.Greater(t, passed, int64(19*60*85/100))
		require.Zero(t, givenUp)
		require.Less(t, base.refused.Load(), int64(50))
	})
}
