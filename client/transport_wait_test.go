package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
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

// Requests that were sent and refused get their 429, whatever the limiter says
// about their next turn.
func TestTransport_RefusedKeeps429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := limited(t, 3, 30*time.Millisecond)
		base := &counter{base: api.Client().Transport}
		httpClient := &http.Client{Transport: &client.Transport{Base: base, MaxWait: 5 * time.Second}}
		var served, refused, failed atomic.Int32
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				req := request(t, api.URL+"/v2/systems/abcde")
				req.Method = http.MethodPatch
				switch resp, err := httpClient.Do(req); {
				case err != nil:
					failed.Add(1)
				case errors.Is(client.Check(resp), pkerr.TooManyRequests):
					refused.Add(1)
				default:
					served.Add(1)
				}
			})
		}
		group.Wait()
		require.Zero(t, failed.Load(), "all were sent")
		require.EqualValues(t, 50, served.Load()+refused.Load())
		require.Greater(t, served.Load(), int32(10))
	})
}

// A request that has to wait has the right outcome for each bound of the wait
// and each reason for it.
func TestTransport_Bounds(t *testing.T) {
	const (
		bound = 10 * time.Second
		long  = 20 * time.Second
		short = time.Second
	)
	for name, c := range map[string]struct {
		wait
		took time.Duration
		want [3]requirement // by MaxWait, context deadline, and Client.Timeout
	}{
		"its own delay is too long": {
			wait{asks: long, known: true}, 0,
			[...]requirement{is429, is429, is429},
		},
		"its own delay, which becomes too long": {
			wait{asks: short, longer: long, known: true}, short / 2,
			[...]requirement{is429, is429, is429},
		},
		"its own delay, of unknown length": {
			wait{asks: short}, bound,
			[...]requirement{is429, interrupted, clientTimeout(interrupted)},
		},
		"its own delay after another's hold": {
			wait{asks: long, held: short, known: true}, short,
			[...]requirement{is429, is429, is429},
		},
		"another's hold is too long": {
			wait{held: long, known: true}, 0,
			[...]requirement{notSent("MaxWait", long), notSent("context deadline", long), notSent("context deadline", long)},
		},
		"another's hold, which becomes too long": {
			wait{held: short, longer: long, known: true}, short / 2,
			[...]requirement{notSent("MaxWait", long), notSent("context deadline", long), notSent("context deadline", long)},
		},
		"another's hold, of unknown length": {
			wait{held: long}, bound,
			[...]requirement{notSent("MaxWait", 0), notSent("context deadline", 0), clientTimeout(notSent("context deadline", 0))},
		},
	} {
		for i, by := range []string{"MaxWait", "context deadline", "Client.Timeout"} {
			t.Run(name+"/"+by, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					transport := c.transport(t)
					httpClient := &http.Client{Transport: transport}
					ctx, cancel := context.WithCancel(t.Context())
					switch by {
					case "MaxWait":
						transport.MaxWait = bound
					case "context deadline":
						ctx, cancel = context.WithTimeout(t.Context(), bound)
					default:
						httpClient.Timeout = bound
					}
					defer cancel()
					start := time.Now()
					resp, err := httpClient.Do(request(t, "https://api.pluralkit.me/v2/members/abcde").WithContext(ctx))
					require.Equal(t, c.took, time.Since(start))
					c.want[i](t, resp, err)
					if resp != nil {
						require.NoError(t, resp.Body.Close())
					}
				})
			})
		}
	}
}

// wait is why a request has to wait.
type wait struct {
	asks   time.Duration // what its 429 asks for; 0: it is served
	held   time.Duration // for another request, from the start
	longer time.Duration // for another request, after half a second
	known  bool          // the limiter knows how long a wait takes
}

// transport returns a Transport whose first request has to wait.
func (w wait) transport(t *testing.T) *client.Transport {
	t.Helper()
	limiter := client.Limiter(&client.LocalLimiter{})
	switch {
	case !w.known && w.held > 0:
		limiter = &asked{}
	case !w.known:
		limiter = &asked{answers: []error{nil}}
	}
	hold := func(d time.Duration) {
		if d > 0 {
			limiter.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: d})
		}
	}
	hold(w.held)
	time.AfterFunc(time.Second/2, func() { hold(w.longer) })
	return &client.Transport{Limiter: limiter, MaxWait: time.Hour, Base: roundTrip(func(*http.Request) (*http.Response, error) {
		if w.asks == 0 {
			return response(200, ""), nil
		}
		resp := refused("generic_get", "10")
		// RetryDelay adds 100 ms.
		resp.Body = response(429, fmt.Sprintf(`{"retry_after":%d}`, w.asks.Milliseconds()-100)).Body
		return resp, nil
	})}
}

// requirement checks the outcome of a request.
type requirement func(*testing.T, *http.Response, error)

func is429(t *testing.T, resp *http.Response, err error) {
	t.Helper()
	require.NoError(t, err)
	require.ErrorIs(t, client.Check(resp), pkerr.TooManyRequests)
}

// notSent requires a WaitError with that bound and delay.
func notSent(bound string, delay time.Duration) requirement {
	return func(t *testing.T, _ *http.Response, err error) {
		t.Helper()
		e, ok := errors.AsType[*client.WaitError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, client.WaitError{Bucket: reads, Delay: delay, Bound: bound, Err: context.DeadlineExceeded}, *e)
		require.ErrorIs(t, err, pkerr.TooManyRequests)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, bound)
		require.True(t, os.IsTimeout(err))
	}
}

// interrupted requires an error that matches the refusal and the end of the
// context.
func interrupted(t *testing.T, _ *http.Response, err error) {
	t.Helper()
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorIs(t, err, pkerr.TooManyRequests)
	e, ok := errors.AsType[*client.ResponseError](err)
	require.True(t, ok, "the error matches the refusal")
	require.Equal(t, 429, e.Status)
	require.True(t, os.IsTimeout(err))
}

// clientTimeout requires the error of net/http. It checks otherwise if net/http
// did not see its own timeout before the context ended at the same time.
func clientTimeout(otherwise requirement) requirement {
	return func(t *testing.T, resp *http.Response, err error) {
		t.Helper()
		e, ok := errors.AsType[*url.Error](err)
		require.True(t, ok)
		require.True(t, e.Timeout())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		if !strings.Contains(err.Error(), "Client.Timeout exceeded") {
			otherwise(t, resp, err)
		}
	}
}

// The context may end for a reason other than its deadline.
func TestTransport_CancelWhileWaiting(t *testing.T) {
	cause := errors.New("enough")
	for name, sent := range map[string]bool{"refused": true, "never sent": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limiter := &asked{}
				if sent {
					limiter.answers = []error{nil}
				}
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(cause) })
				var count atomic.Int32
				_, err := (&client.Transport{Base: statuses(&count, 429), Limiter: limiter}).
					RoundTrip(request(t, "https://api.pluralkit.me/v2/members/abcde").WithContext(ctx))
				require.ErrorIs(t, err, cause)
				require.ErrorIs(t, err, context.Canceled)
				require.ErrorIs(t, err, pkerr.TooManyRequests)
				require.NotErrorIs(t, err, context.DeadlineExceeded)
				require.False(t, os.IsTimeout(err))
				_, is := errors.AsType[*client.WaitError](err)
				require.Equal(t, !sent, is)
				require.ErrorContains(t, err, map[bool]string{
					true:  "client: not sent again: context canceled: enough, after GET /v2/members/abcde: 429: too many requests",
					false: "client: not sent to api.pluralkit.me/generic_get: context canceled: enough",
				}[sent])
			})
		})
	}
}

// MaxWait bounds the first turn and all retries together.
func TestTransport_MaxWaitBoundsAllWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter := &holding{}
		limiter.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: 700 * time.Millisecond})
		var count atomic.Int32
		transport := &client.Transport{Limiter: limiter, MaxWait: time.Second, Base: roundTrip(func(req *http.Request) (*http.Response, error) {
			time.Sleep(time.Hour) // does not count as waiting
			return statuses(&count, 429)(req)
		})}
		start := time.Now()
		resp, err := transport.RoundTrip(request(t, "https://api.pluralkit.me/v2/members/abcde"))
		require.NoError(t, err)
		require.ErrorIs(t, client.Check(resp), pkerr.TooManyRequests)
		require.EqualValues(t, 2, count.Load(), "once, and after another 200 ms, but not after 200 ms more")
		require.Equal(t, 2*time.Hour+900*time.Millisecond, time.Since(start))
	})
}

// OnWait is called before each wait, with what is known about it.
func TestTransport_OnWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var waits []client.Wait
		var count atomic.Int32
		limiter := &client.LocalLimiter{}
		limiter.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: 3 * time.Second})
		transport := &client.Transport{
			Limiter: limiter,
			Base:    statuses(&count, 429, 200),
			OnWait: func(req *http.Request, wait client.Wait) {
				require.Equal(t, "/v2/members/abcde", req.URL.Path)
				waits = append(waits, wait)
			},
		}
		for range 2 {
			_, err := do(t, transport, http.MethodGet, "")
			require.NoError(t, err)
		}
		require.Len(t, waits, 3)
		require.Equal(t, client.Wait{Bucket: reads, Delay: 3 * time.Second}, waits[0], "the first turn")
		require.ErrorIs(t, waits[1].Err, pkerr.TooManyRequests)
		require.Equal(t, client.Wait{Bucket: reads, Delay: 200 * time.Millisecond, Err: waits[1].Err}, waits[1])
		require.Equal(t, reads, waits[2].Bucket)
		require.NoError(t, waits[2].Err)
		require.Positive(t, waits[2].Delay)
		require.Less(t, waits[2].Delay, time.Second)
	})
}

// OnWait is not called for a wait that is not begun, or that Transport does not
// know of.
func TestTransport_OnWaitWithoutWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int32
		held := &client.LocalLimiter{}
		held.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: time.Hour})
		for _, limiter := range []client.Limiter{&client.LocalLimiter{}, held, &asked{}, &asked{answers: []error{nil}}} {
			transport := &client.Transport{Limiter: limiter, Base: statuses(&count, 200), OnWait: func(*http.Request, client.Wait) {
				t.Error("there is no wait")
			}}
			_, _ = do(t, transport, http.MethodGet, "")
		}
	})
}

// A program that repeats until its context ends waits as the error says.
func TestTransport_ErrorSaysHowLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int32
		limiter := &client.LocalLimiter{}
		limiter.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: time.Minute})
		httpClient := &http.Client{Transport: &client.Transport{Limiter: limiter, Base: statuses(&count, 200), MaxWait: time.Second}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		tries := 0
		for start := time.Now(); ctx.Err() == nil; tries++ {
			_, err := httpClient.Do(request(t, "https://api.pluralkit.me/v2/members/abcde").WithContext(ctx))
			if err == nil {
				require.Equal(t, time.Minute, time.Since(start))
				break
			}
			delay, ok := client.RetryDelay(err)
			require.True(t, ok)
			time.Sleep(delay)
		}
		require.Equal(t, 1, tries)
	})
}

// Without any deadline, 500 writes are more than a minute's worth. Those that
// come too late fail at once, with the reason.
func TestTransport_ManyWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := limited(t, 3, 30*time.Millisecond)
		httpClient := &http.Client{Transport: &client.Transport{Base: api.Client().Transport, Limiter: &client.LocalLimiter{Pace: true}}}
		start := time.Now()
		var served, late atomic.Int32
		var group sync.WaitGroup
		for range 500 {
			group.Go(func() {
				req := request(t, api.URL+"/v2/systems/abcde")
				req.Method = http.MethodPatch
				_, err := httpClient.Do(req)
				if err == nil {
					served.Add(1)
					return
				}
				late.Add(1)
				require.ErrorIs(t, err, pkerr.TooManyRequests)
				require.ErrorContains(t, err, "later than MaxWait allows")
				require.NotContains(t, err.Error(), "deadline")
				require.Zero(t, time.Since(start))
				delay, ok := client.RetryDelay(err)
				require.True(t, ok)
				require.Greater(t, delay, time.Minute)
			})
		}
		group.Wait()
		require.EqualValues(t, 500, served.Load()+late.Load())
		require.Greater(t, served.Load(), int32(160))
	})
}

// granting is a limiter that calls its function before and then grants the
// turn.
type granting struct {
	observed

	waits  int
	before func(waits int)
}

func (l *granting) Wait(context.Context, client.Bucket) error {
	l.waits++
	l.before(l.waits)
	return nil
}

// A request whose context ends as it gets its turn, or its body, is not sent.
func TestTransport_ContextEndsWithWait(t *testing.T) {
	for name, c := range map[string]struct {
		turn    int // that ends the context; 0: GetBody ends it
		sent    int
		body    bool
		waitErr bool
	}{
		"first turn":        {1, 0, true, true},
		"retry":             {2, 1, false, false},
		"retry with a body": {2, 1, true, false},
		"GetBody":           {0, 1, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				limiter := &granting{before: func(waits int) {
					if waits == c.turn {
						cancel()
					}
				}}
				var count atomic.Int32
				req := request(t, "https://api.pluralkit.me/v2/members/abcde").WithContext(ctx)
				var bodies []*closing
				body := func() io.ReadCloser {
					bodies = append(bodies, &closing{Reader: strings.NewReader("x")})
					return bodies[len(bodies)-1]
				}
				if c.body {
					req.Body = body()
					req.GetBody = func() (io.ReadCloser, error) {
						cancel()
						return body(), nil
					}
				}
				_, err := (&client.Transport{Limiter: limiter, Base: statuses(&count, 429, 200)}).RoundTrip(req)
				require.ErrorIs(t, err, context.Canceled)
				require.ErrorIs(t, err, pkerr.TooManyRequests)
				_, is := errors.AsType[*client.WaitError](err)
				require.Equal(t, c.waitErr, is)
				require.EqualValues(t, c.sent, count.Load())
				synctest.Wait()
				for _, body := range bodies {
					require.True(t, body.closed)
				}
			})
		})
	}
}

// A refused request waits for its delay, even if the limiter lets it through
// earlier.
func TestTransport_LimiterIgnoresHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []time.Duration
		limiter := &granting{before: func(int) { time.Sleep(time.Second) }}
		_, err := (&client.Transport{Limiter: limiter, MaxAttempts: 3, Base: roundTrip(func(*http.Request) (*http.Response, error) {
			at = append(at, time.Since(start))
			return response(429, `{"retry_after":9900}`), nil
		})}).RoundTrip(request(t, "https://api.pluralkit.me/v2/members/abcde"))
		require.NoError(t, err)
		require.Equal(t, []time.Duration{time.Second, 11 * time.Second, 21 * time.Second}, at)
	})
}

// A wait that would end exactly at its bound is not begun.
func TestTransport_WaitEndsWithBound(t *testing.T) {
	const bound = 10 * time.Second
	for name, c := range map[string]struct{ maxWait, deadline time.Duration }{
		"MaxWait":          {bound, time.Hour},
		"context deadline": {time.Hour, bound},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), c.deadline)
				defer cancel()
				start := time.Now()
				resp, err := (&client.Transport{
					MaxWait: c.maxWait,
					Base: roundTrip(func(*http.Request) (*http.Response, error) {
						return response(429, `{"retry_after":9900}`), nil // RetryDelay adds 100 ms
					}),
					OnWait: func(*http.Request, client.Wait) { t.Error("there is no wait") },
				}).RoundTrip(request(t, "https://api.pluralkit.me/v2/members/abcde").WithContext(ctx))
				is429(t, resp, err)
				require.Zero(t, time.Since(start))
			})
		})
	}
}

// A request that panics while it waits does not hold up others.
func TestTransport_PanicWhileWaiting(t *testing.T) {
	for _, by := range []string{"Limiter", "OnWait"} {
		t.Run(by, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sent := 0
				panics := false
				mayPanic := func() {
					if panics {
						panic(by)
					}
				}
				transport := &client.Transport{Base: roundTrip(func(*http.Request) (*http.Response, error) {
					sent++
					resp := response(200, "")
					// Some requests of the kind are for the token's own system,
					// so requests wait in line for two slots.
					resp.Header.Set("X-RateLimit-Scope", []string{"generic_get", "own_system_get"}[sent%2])
					return resp, nil
				})}
				if by == "Limiter" {
					transport.Limiter = &granting{before: func(int) { mayPanic() }}
				} else {
					transport.Limiter = &client.LocalLimiter{Pace: true}
					transport.OnWait = func(*http.Request, client.Wait) { mayPanic() }
				}
				send := func(i int) {
					req := request(t, fmt.Sprint("https://api.pluralkit.me/v2/members/", i))
					req.Header.Set("Authorization", "t")
					_, err := transport.RoundTrip(req)
					require.NoError(t, err)
				}
				for i := range 4 {
					send(i)
				}
				panics = true
				require.PanicsWithValue(t, by, func() {
					for i := range 100 {
						send(100 + i)
					}
				})
				panics = false
				start := time.Now()
				send(200)
				require.Less(t, time.Since(start), time.Second)
			})
		})
	}
}
