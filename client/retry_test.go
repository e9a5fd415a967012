package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

var errBroken = errors.New("connection reset")

// results answers with one result after another, then repeats the last: a
// status, or an error for 0. It notes the time of each request.
type results struct {
	statuses   []int
	retryAfter string
	start      time.Time
	at         []time.Duration
}

func (r *results) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
	}
	status := r.statuses[min(len(r.at), len(r.statuses)-1)]
	if r.at = append(r.at, time.Since(r.start)); status == 0 {
		return nil, errBroken
	}
	resp := response(status, "<html>")
	if r.retryAfter != "" {
		resp.Header.Set("Retry-After", r.retryAfter)
	}
	return resp, nil
}

func TestTransport_RetrySafeMethods(t *testing.T) {
	for name, c := range map[string]struct {
		method   string
		body     string
		statuses []int
		sent     int
		status   int // 0: the error
	}{
		"a 502":                                {"GET", "", []int{502, 200}, 2, 200},
		"a 503":                                {"GET", "", []int{503, 200}, 2, 200},
		"a 504":                                {"GET", "", []int{504, 200}, 2, 200},
		"HEAD":                                 {"HEAD", "", []int{503, 503, 200}, 3, 200},
		"no method is GET":                     {"", "", []int{503, 200}, 2, 200},
		"a connection":                         {"GET", "", []int{0, 0, 200}, 3, 200},
		"several failures in a row":            {"GET", "", []int{0, 503, 429, 504, 200}, 5, 200},
		"at most five attempts":                {"GET", "", []int{503}, 5, 503},
		"at most five connections":             {"GET", "", []int{0}, 5, 0},
		"at most five attempts, 429s included": {"GET", "", []int{503, 429, 0, 503, 504, 200}, 5, 504},
		"not a 500":                            {"GET", "", []int{500, 200}, 1, 500},
		"not a 404":                            {"GET", "", []int{404, 200}, 1, 404},
		"not a write":                          {"PATCH", "x", []int{503, 200}, 1, 503},
		"not a failed connection of a write":   {"POST", "", []int{0, 200}, 1, 0},
		"not OPTIONS":                          {"OPTIONS", "", []int{503, 200}, 1, 503},
		"a GET with a body":                    {"GET", "x", []int{503, 200}, 2, 200},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := &results{statuses: c.statuses, start: time.Now()}
				resp, err := do(t, &client.Transport{Base: base, RetrySafeMethods: true}, c.method, c.body)
				require.Len(t, base.at, c.sent)
				if c.status == 0 {
					require.ErrorIs(t, err, errBroken)
					return
				}
				require.NoError(t, err)
				require.Equal(t, c.status, resp.StatusCode)
				body, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				require.Equal(t, "<html>", string(body))
			})
		})
	}
}

func TestTransport_RetrySafeMethodsIsOff(t *testing.T) {
	for _, status := range []int{0, 502, 503, 504} {
		base := &results{statuses: []int{status, 200}}
		_, _ = do(t, &client.Transport{Base: base}, http.MethodGet, "")
		require.Len(t, base.at, 1)
	}
}

// The delay is half a second, and twice as long each time, randomly shortened
// or lengthened by up to half. The whole of that range occurs.
func TestTransport_RetrySafeMethodsBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for attempt, mean := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second} {
			lowest, highest := time.Hour, time.Duration(0)
			for range 200 {
				var waits []time.Duration
				base := &results{statuses: []int{503, 0, 504, 502, 200}, start: time.Now()}
				_, err := do(t, &client.Transport{Base: base, RetrySafeMethods: true, OnWait: func(_ *http.Request, wait client.Wait) {
					require.Error(t, wait.Err)
					require.Equal(t, reads, wait.Bucket)
					waits = append(waits, wait.Delay)
				}}, http.MethodGet, "")
				require.NoError(t, err)
				waited := base.at[attempt+1] - base.at[attempt]
				require.Equal(t, waits[attempt], waited)
				lowest, highest = min(lowest, waited), max(highest, waited)
			}
			require.GreaterOrEqual(t, lowest, mean/2)
			require.LessOrEqual(t, highest, mean*3/2)
			require.Less(t, lowest, mean*6/10)
			require.Greater(t, highest, mean*14/10)
		}
	})
}

// Retry-After sets the delay. A wait that MaxWait does not allow is not begun.
func TestTransport_RetrySafeMethodsBounds(t *testing.T) {
	for name, c := range map[string]struct {
		retryAfter string
		maxWait    time.Duration
		deadline   time.Duration
		statuses   []int
		took       time.Duration
		sent       int
	}{
		"Retry-After":                  {"3", 0, 0, []int{503, 503, 200}, 6 * time.Second, 3},
		"Retry-After of 0":             {"0", 0, 0, []int{503, 200}, 0, 2},
		"longer than MaxWait":          {"3", 2 * time.Second, 0, []int{503, 200}, 0, 1},
		"together longer than MaxWait": {"3", 5 * time.Second, 0, []int{503, 503, 200}, 3 * time.Second, 2},
		"longer than the deadline":     {"3", 0, 2 * time.Second, []int{503, 200}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				if c.deadline > 0 {
					ctx, cancel = context.WithTimeout(t.Context(), c.deadline)
				}
				defer cancel()
				base := &results{statuses: c.statuses, retryAfter: c.retryAfter, start: time.Now()}
				transport := &client.Transport{Base: base, RetrySafeMethods: true, MaxWait: c.maxWait}
				resp, err := transport.RoundTrip(request(t, "https://api.pluralkit.me/v2/members/abcde").WithContext(ctx))
				require.NoError(t, err)
				require.Len(t, base.at, c.sent)
				require.Equal(t, c.statuses[c.sent-1], resp.StatusCode)
				require.Equal(t, c.took, time.Since(base.start))
			})
		})
	}
}

// Nothing is sent after the context has ended.
func TestTransport_RetrySafeMethodsEndWithContext(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		after  time.Duration
		match  error
	}{
		"after a 503":         {503, 100 * time.Millisecond, pkerr.InternalServerError},
		"after an error":      {0, 100 * time.Millisecond, errBroken},
		"while it is sent":    {503, 0, pkerr.InternalServerError},
		"with the same error": {0, 0, errBroken},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				start := time.Now()
				count := 0
				transport := &client.Transport{RetrySafeMethods: true, Base: roundTrip(func(*http.Request) (*http.Response, error) {
					count++
					if c.after == 0 {
						cancel()
					} else {
						time.AfterFunc(c.after, cancel)
					}
					if c.status == 0 {
						return nil, errBroken
					}
					return response(c.status, ""), nil
				})}
				_, err := transport.RoundTrip(request(t, "https://api.pluralkit.me/").WithContext(ctx))
				require.ErrorIs(t, err, c.match)
				if c.after > 0 || c.status > 0 {
					require.ErrorIs(t, err, context.Canceled)
				}
				require.Equal(t, 1, count)
				require.Equal(t, c.after, time.Since(start))
			})
		})
	}
}

// A 429 without a hint, such as an edge's, is waited out for a second, and
// twice as long each time.
func TestTransport_UnhintedRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at, waits []time.Duration
		transport := &client.Transport{
			Limiter: &holding{},
			Base: roundTrip(func(*http.Request) (*http.Response, error) {
				at = append(at, time.Since(start))
				return response(429, "error code: 1015"), nil
			}),
			OnWait: func(_ *http.Request, wait client.Wait) {
				waits = append(waits, wait.Delay)
				delay, ok := client.RetryDelay(wait.Err)
				require.True(t, ok)
				require.Equal(t, 100*time.Millisecond, delay, "RetryDelay knows of no others")
			},
		}
		resp, err := do(t, transport, http.MethodGet, "")
		require.NoError(t, err)
		require.ErrorIs(t, client.Check(resp), pkerr.TooManyRequests)
		require.Equal(t, []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second}, at)
		require.Equal(t, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}, waits)
	})
}

// Any hint counts.
func TestTransport_HintedRefusal(t *testing.T) {
	for name, c := range map[string]struct {
		key, value, body string
		want             time.Duration
	}{
		"retry_after":       {"", "", `{"retry_after":0}`, 100 * time.Millisecond},
		"Retry-After":       {"Retry-After", "0", "", 100 * time.Millisecond},
		"X-RateLimit-Limit": {"X-RateLimit-Limit", "10", "", 100 * time.Millisecond},
		"X-RateLimit-Scope": {"X-RateLimit-Scope", "generic_get", "", 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				first := true
				_, err := do(t, &client.Transport{Base: roundTrip(func(*http.Request) (*http.Response, error) {
					if !first {
						return response(200, ""), nil
					}
					first = false
					resp := response(429, c.body)
					if c.key != "" {
						resp.Header.Set(c.key, c.value)
					}
					return resp, nil
				})}, http.MethodGet, "")
				require.NoError(t, err)
				require.Equal(t, c.want, time.Since(start))
			})
		})
	}
}

// Many goroutines together send hardly more requests than one to an edge that
// refuses everything.
func TestTransport_UnhintedRefusalsOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int32
		transport := &client.Transport{Base: roundTrip(func(*http.Request) (*http.Response, error) {
			count.Add(1)
			time.Sleep(30 * time.Millisecond)
			return response(429, strings.Repeat("x", 100)), nil
		})}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				resp, err := transport.RoundTrip(request(t, "https://api.pluralkit.me/").WithContext(ctx))
				if err == nil {
					require.NoError(t, resp.Body.Close())
				}
			})
		}
		time.Sleep(2 * time.Second)
		require.LessOrEqual(t, count.Load(), int32(5), "three at once, and then one a second or less")
		group.Wait()
	})
}
