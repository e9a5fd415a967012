package client_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/client"
)

// A LocalLimiter is a Limiter that Transport can use.
var _ client.Limiter = (*client.LocalLimiter)(nil)

var reads = client.Bucket{Host: "api.pluralkit.me", Scope: "generic_get"}

// readGap is the time between two reads of a process that is alone.
const readGap = 100 * time.Millisecond * 20 / 19

// arrivals lets n requests through one after another, and returns when each was
// allowed.
func arrivals(t *testing.T, l *client.LocalLimiter, bucket client.Bucket, n int) []time.Duration {
	t.Helper()
	start := time.Now()
	at := make([]time.Duration, n)
	for i := range at {
		require.NoError(t, l.Wait(t.Context(), bucket))
		at[i] = time.Since(start)
	}
	return at
}

// refuse observes a refusal of a request that has just been sent.
func refuse(t *testing.T, l *client.LocalLimiter, hold time.Duration) {
	t.Helper()
	l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: hold, Sent: time.Now()})
}

// waitUntil calls Wait with a deadline.
func waitUntil(t *testing.T, l *client.LocalLimiter, deadline time.Time) error {
	t.Helper()
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	return l.Wait(ctx, reads)
}

func TestLocalLimiter_UnlimitedUntilRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		require.Zero(t, arrivals(t, l, reads, 100)[99])

		refuse(t, l, 150*time.Millisecond)
		at := arrivals(t, l, reads, 100)
		require.Equal(t, 150*time.Millisecond, at[0], "the bucket is held")
		for i := 1; i < len(at); i++ {
			require.Equal(t, readGap, at[i]-at[i-1], "19 requests in the time of 20")
		}

		time.Sleep(time.Minute)
		require.Zero(t, arrivals(t, l, reads, 100)[99], "unlimited again once the bucket is full")
	})
}

// At any rate, requests after a refusal do not come in a burst.
func TestLocalLimiter_AnyRate(t *testing.T) {
	for _, rate := range []int{0, 1, 2, 3, 1000} {
		synctest.Test(t, func(t *testing.T) {
			l := &client.LocalLimiter{}
			bucket := client.Bucket{Scope: "other"}
			l.Observe(t.Context(), bucket, client.Observation{Rate: rate, Remaining: -1, Hold: time.Second})
			at := arrivals(t, l, bucket, 10)
			for i := 1; i < len(at); i++ {
				require.Greater(t, at[i]-at[i-1], time.Second/time.Duration(max(rate, 1)))
			}
		})
	}
}

// Whatever a server says, requests get through, and not all at once.
func TestLocalLimiter_AbsurdObservations(t *testing.T) {
	numbers := []int{math.MinInt, -1, 0, 1, 5, 11, 1 << 30, math.MaxInt}
	for _, rate := range numbers {
		for _, remaining := range numbers {
			for _, pace := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					l := &client.LocalLimiter{Pace: pace}
					for _, sent := range []time.Duration{-time.Hour, 0, 1000 * time.Hour} {
						seen := client.Observation{Rate: rate, Remaining: remaining}
						if sent != 0 {
							seen.Sent = time.Now().Add(sent)
						}
						for _, seen.Hold = range []time.Duration{0, time.Second, 0, math.MinInt64} {
							l.Observe(t.Context(), reads, seen)
						}
					}
					last := arrivals(t, l, reads, 500)[499]
					require.Greater(t, last, 500*time.Millisecond)
					require.Less(t, last, 20*time.Minute)
				})
			}
		}
	}
}

func TestLocalLimiter_AbsurdHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		for range 2 {
			l.Observe(t.Context(), reads, client.Observation{Hold: math.MaxInt64})
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		err := l.Wait(ctx, reads)
		late, ok := errors.AsType[*client.WaitError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, time.Duration(math.MaxInt64), late.Delay)
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(1000*time.Hour, cancel)
		require.ErrorIs(t, l.Wait(ctx, reads), context.Canceled)
	})
}

func TestLocalLimiter_Pace(t *testing.T) {
	for scope, c := range map[string]struct {
		observed int
		burst    int
		interval time.Duration
	}{
		"generic_get":       {0, 5, 100 * time.Millisecond},
		"own_system_get":    {0, 5, 100 * time.Millisecond},
		"generic_update":    {0, 2, 334 * time.Millisecond},
		"own_system_update": {0, 2, 334 * time.Millisecond},
		"token2":            {0, 10, 50 * time.Millisecond},
		"other":             {0, 1, time.Second},
		"observed":          {50, 25, 20 * time.Millisecond},
	} {
		t.Run(scope, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &client.LocalLimiter{Pace: true}
				bucket := client.Bucket{Scope: scope}
				if c.observed > 0 {
					l.Observe(t.Context(), bucket, client.Observation{Rate: c.observed, Remaining: -1})
				}
				at := arrivals(t, l, bucket, c.burst+20)
				require.Zero(t, at[c.burst-1], "half of a second's worth at once")
				for i := c.burst; i < len(at); i++ {
					require.Greater(t, at[i]-at[i-1], c.interval)
					require.Less(t, at[i]-at[i-1], c.interval*11/10)
				}
			})
		})
	}
}

// Transport calls try first, which must not overtake waiting requests.
func TestLocalLimiter_Try(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{Pace: true}
		for range 5 {
			require.True(t, client.Try(l, reads))
		}
		require.False(t, client.Try(l, reads))
		require.Equal(t, readGap, arrivals(t, l, reads, 1)[0], "the requests were counted")
		var group sync.WaitGroup
		group.Go(func() { require.NoError(t, l.Wait(t.Context(), reads)) })
		synctest.Wait()
		time.Sleep(readGap)
		require.False(t, client.Try(l, reads))
		group.Wait()
	})
}

func TestLocalLimiter_Allocations(t *testing.T) {
	l := &client.LocalLimiter{}
	seen := client.Observation{Rate: 10, Remaining: 9, Sent: time.Now()}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		client.Try(l, reads)
		_ = l.Wait(context.Background(), reads)
		l.Observe(context.Background(), reads, seen)
	}))
}

func TestLocalLimiter_LongestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		refuse(t, l, time.Second)
		refuse(t, l, 5*time.Second)
		refuse(t, l, 2*time.Second)
		require.Equal(t, 5*time.Second, arrivals(t, l, reads, 1)[0])
		require.Zero(t, arrivals(t, l, client.Bucket{Scope: "generic_update"}, 1)[0], "other buckets are not held")
	})
}

// A refusal that comes while requests wait makes them wait longer.
func TestLocalLimiter_HoldDuringWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		refuse(t, l, time.Second)
		start := time.Now()
		var group sync.WaitGroup
		group.Go(func() {
			require.NoError(t, l.Wait(t.Context(), reads))
			require.Equal(t, 10*time.Second, time.Since(start))
		})
		synctest.Wait()
		refuse(t, l, 10*time.Second)
		group.Wait()
	})
}

// A rate higher than expected speeds up requests that already wait.
func TestLocalLimiter_UnknownScope(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{Pace: true}
		bucket := client.Bucket{Scope: "other"}
		require.Zero(t, arrivals(t, l, bucket, 1)[0])
		start := time.Now()
		var group sync.WaitGroup
		group.Go(func() {
			require.NoError(t, l.Wait(t.Context(), bucket))
			require.Less(t, time.Since(start), 600*time.Millisecond)
		})
		time.Sleep(30 * time.Millisecond)
		l.Observe(t.Context(), bucket, client.Observation{Rate: 100, Remaining: 99, Sent: start})
		group.Wait()
	})
}

func TestLocalLimiter_FirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		refuse(t, l, time.Second)
		var mu sync.Mutex
		var order []int
		var group sync.WaitGroup
		for i := range 50 {
			group.Go(func() {
				require.NoError(t, l.Wait(t.Context(), reads))
				mu.Lock()
				defer mu.Unlock()
				order = append(order, i)
			})
			synctest.Wait()
		}
		group.Wait()
		require.True(t, slices.IsSorted(order), "%v", order)
	})
}

// A request that gives up does not cost the others their turn.
func TestLocalLimiter_ContextEndsDuringWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("enough")
		l := &client.LocalLimiter{}
		refuse(t, l, time.Second)
		ctx, cancel := context.WithCancelCause(t.Context())
		start := time.Now()
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				require.ErrorIs(t, l.Wait(ctx, reads), cause)
				require.Equal(t, time.Millisecond, time.Since(start))
			})
		}
		synctest.Wait()
		group.Go(func() {
			require.NoError(t, l.Wait(t.Context(), reads))
			require.Equal(t, time.Second, time.Since(start))
		})
		time.Sleep(time.Millisecond)
		cancel(cause)
		group.Wait()
		for range 100 {
			require.ErrorIs(t, l.Wait(ctx, reads), cause, "no later request gets through")
		}
	})
}

func TestLocalLimiter_ContextHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		require.ErrorIs(t, new(client.LocalLimiter).Wait(ctx, reads), context.Canceled)
	}
}

func TestLocalLimiter_WaitError(t *testing.T) {
	for _, waiting := range []int{0, 1, 100} {
		synctest.Test(t, func(t *testing.T) {
			l := &client.LocalLimiter{}
			refuse(t, l, time.Second)
			var group sync.WaitGroup
			for range waiting {
				group.Go(func() { require.NoError(t, l.Wait(t.Context(), reads)) })
			}
			synctest.Wait()
			start := time.Now()
			turn := time.Second + time.Duration(waiting)*readGap
			for _, tooEarly := range []time.Duration{turn - 1, turn} {
				err := waitUntil(t, l, start.Add(tooEarly))
				require.Equal(t, &client.WaitError{Bucket: reads, Delay: turn, Err: context.DeadlineExceeded}, err)
				require.Zero(t, time.Since(start))
			}
			require.NoError(t, waitUntil(t, l, start.Add(turn+1)), "the request before it took no turn")
			require.Equal(t, turn, time.Since(start))
			group.Wait()
		})
	}
}

// A refusal can delay the turns of waiting requests past their deadlines.
func TestLocalLimiter_WaitErrorDuringWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		refuse(t, l, time.Second)
		start := time.Now()
		var group sync.WaitGroup
		var mu sync.Mutex
		var failed []time.Duration
		for i := range 10 { // every other one has a deadline
			group.Go(func() {
				if i%2 == 1 {
					require.NoError(t, l.Wait(t.Context(), reads))
					return
				}
				err := waitUntil(t, l, start.Add(5*time.Second))
				require.ErrorAs(t, err, new(*client.WaitError))
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, time.Since(start))
			})
			synctest.Wait()
		}
		time.Sleep(500 * time.Millisecond)
		refuse(t, l, 10*time.Second)
		synctest.Wait()
		require.Equal(t, slices.Repeat([]time.Duration{500 * time.Millisecond}, 5), failed)
		group.Wait()
		require.Equal(t, 10500*time.Millisecond+4*readGap, time.Since(start), "the others get their turns")
	})
}

// A program that asks for more than a minute's worth at once gets errors
// immediately.
func TestLocalLimiter_WaitErrorForMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{Pace: true}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		var sent, failed atomic.Int32
		var group sync.WaitGroup
		for range 500 {
			group.Go(func() {
				if l.Wait(ctx, client.Bucket{Scope: "generic_update"}) == nil {
					sent.Add(1)
				} else {
					require.Zero(t, time.Since(start))
					failed.Add(1)
				}
			})
		}
		group.Wait()
		require.EqualValues(t, 172, sent.Load(), "the whole minute is used")
		require.EqualValues(t, 500-172, failed.Load())
	})
}

// Tests in bubbles of testing/synctest have clocks of their own, which start in
// the year 2000.
func TestLocalLimiter_SynctestBubbles(t *testing.T) {
	for _, pace := range []bool{false, true} {
		l := &client.LocalLimiter{Pace: pace}
		use := func(t *testing.T) {
			t.Helper()
			start := time.Now()
			var group sync.WaitGroup
			for range 2 {
				group.Go(func() { require.NoError(t, l.Wait(t.Context(), reads)) })
			}
			group.Wait()
			require.Less(t, time.Since(start), 30*time.Millisecond, "the state of the other clock is dropped")
			refuse(t, l, 50*time.Millisecond)
			for range 3 {
				group.Go(func() { require.NoError(t, l.Wait(t.Context(), reads)) })
			}
			group.Wait()
			refuse(t, l, 50*time.Millisecond)
			refuse(t, l, time.Hour)
		}
		bubble := func(t *testing.T) { t.Helper(); synctest.Test(t, use) }
		if !t.Run("real time", use) {
			return // the rest would wait for years
		}
		t.Run("then a bubble", bubble)
		t.Run("then another", bubble)
		t.Run("then real time", use)
	}
}

// A bucket is not forgotten to make room for others while its count still
// matters.
func TestLocalLimiter_KeepsBucketsInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		refuse(t, l, 200*time.Millisecond)
		arrivals(t, l, reads, 5)
		time.Sleep(700 * time.Millisecond) // the bucket would soon be full
		for i := range 5000 {
			require.NoError(t, l.Wait(t.Context(), client.Bucket{Owner: fmt.Sprint(i)}))
		}
		require.NotZero(t, arrivals(t, l, reads, 6)[5])
	})
}

// A program with very many tokens does not make the limiter grow without bound.
func TestLocalLimiter_DropsFullBuckets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{Pace: true}
		held := client.Bucket{Owner: "held"}
		l.Observe(t.Context(), held, client.Observation{Rate: 1, Remaining: -1, Hold: 24 * time.Hour})
		for i := range 5000 {
			require.NoError(t, l.Wait(t.Context(), client.Bucket{Scope: "own_system_get", Owner: fmt.Sprint(i)}))
			time.Sleep(time.Second)
		}
		require.LessOrEqual(t, client.Buckets(l), 1024+1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		require.ErrorIs(t, l.Wait(ctx, held), context.DeadlineExceeded, "a held bucket is kept")
	})
}

func TestLocalLimiter_ManyGoroutines(t *testing.T) {
	l := &client.LocalLimiter{Pace: true}
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			bucket := client.Bucket{Owner: fmt.Sprint(i % 7)}
			l.Observe(t.Context(), bucket, client.Observation{Rate: 1_000_000, Remaining: -1})
			for j := range 20 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(j%3)*10*time.Millisecond)
				err := l.Wait(ctx, bucket)
				cancel()
				if err != nil {
					require.ErrorIs(t, err, context.DeadlineExceeded)
				}
			}
		})
	}
	group.Wait()
	require.True(t, client.Try(l, client.Bucket{Owner: "new"}), "nothing is locked")
}
