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

// The limiter for one process is one that Transport can use.
var _ client.Limiter = (*client.LocalLimiter)(nil)

var reads = client.Bucket{Host: "api.pluralkit.me", Scope: "generic_get"}

// arrivals lets n requests through one after another, and returns when each might be sent.
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

func TestLimiterLetsEverythingThroughUntilARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		require.Zero(t, arrivals(t, l, reads, 100)[99])

		l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: 150 * time.Millisecond})
		at := arrivals(t, l, reads, 100)
		require.Equal(t, 150*time.Millisecond, at[0], "it is held")
		for i := 1; i < len(at); i++ {
			require.Greater(t, at[i]-at[i-1], 100*time.Millisecond, "then one at a time, slower than the API")
			require.Less(t, at[i]-at[i-1], 110*time.Millisecond)
		}

		time.Sleep(time.Minute)
		require.Zero(t, arrivals(t, l, reads, 100)[99], "as it was, once the bucket has had the time to fill up")
	})
}

// Also where the rate leaves no burst to speak of.
func TestLimiterCountsAfterARefusalAtAnyRate(t *testing.T) {
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

func TestLimiterDoesNotBelieveAnyRate(t *testing.T) {
	for _, rate := range []int{1 << 30, math.MaxInt, -1, math.MinInt} {
		for _, pace := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				l := &client.LocalLimiter{Pace: pace}
				l.Observe(t.Context(), reads, client.Observation{Rate: rate, Remaining: -1, Hold: time.Second})
				require.Less(t, arrivals(t, l, reads, 3000)[2999], 10*time.Minute)
			})
		}
	}
}

func TestLimiterPaces(t *testing.T) {
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
					l.Observe(t.Context(), bucket, client.Observation{Rate: c.observed, Remaining: -1, Hold: 0})
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

func TestLimiterHoldsTheLongestOfSeveralRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: time.Second})
		l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: 5 * time.Second})
		l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: 2 * time.Second})
		require.Equal(t, 5*time.Second, arrivals(t, l, reads, 1)[0])
		require.Zero(t, arrivals(t, l, client.Bucket{Scope: "generic_update"}, 1)[0], "and no other bucket")
	})
}

// A refusal that comes while requests wait makes them wait longer.
func TestLimiterHoldsThoseWhoWaitAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: time.Second})
		start := time.Now()
		var group sync.WaitGroup
		group.Go(func() {
			require.NoError(t, l.Wait(t.Context(), reads))
			require.Equal(t, 10*time.Second, time.Since(start))
		})
		synctest.Wait()
		l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: 10 * time.Second})
		group.Wait()
	})
}

func TestLimiterIsFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: time.Second})
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
		for i, n := range order {
			require.Equal(t, i, n)
		}
	})
}

// One who gives up does not cost the others their turn.
func TestLimiterEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("enough")
		l := &client.LocalLimiter{}
		l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: time.Second})
		ctx, cancel := context.WithCancelCause(t.Context())
		start := time.Now()
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				require.ErrorIs(t, l.Wait(ctx, reads), cause)
				require.Equal(t, time.Millisecond, time.Since(start))
			})
		}
		group.Go(func() {
			require.NoError(t, l.Wait(t.Context(), reads))
			require.Equal(t, time.Second, time.Since(start))
		})
		time.Sleep(time.Millisecond)
		cancel(cause)
		group.Wait()
		for range 100 {
			require.ErrorIs(t, l.Wait(ctx, reads), cause, "nor is anything let through after it")
		}
	})
}

// waitUntil calls Wait with a deadline.
func waitUntil(t *testing.T, l *client.LocalLimiter, deadline time.Time) error {
	t.Helper()
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	return l.Wait(ctx, reads)
}

// requireTooLate checks that err is what a request gets whose turn comes after its deadline.
func requireTooLate(t *testing.T, err error, delay time.Duration) {
	t.Helper()
	late, ok := errors.AsType[*client.WaitError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, client.WaitError{Bucket: reads, Delay: delay, Err: context.DeadlineExceeded}, *late)
}

func TestLimiterTellsAtOnceWhenTheTurnComesTooLate(t *testing.T) {
	const each = 100 * time.Millisecond * 20 / 19
	for _, waiting := range []int{0, 1, 100} {
		synctest.Test(t, func(t *testing.T) {
			l := &client.LocalLimiter{}
			l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: time.Second})
			var group sync.WaitGroup
			for range waiting {
				group.Go(func() { require.NoError(t, l.Wait(t.Context(), reads)) })
			}
			synctest.Wait()
			start := time.Now()
			turn := time.Second + time.Duration(waiting)*each
			requireTooLate(t, waitUntil(t, l, start.Add(turn-1)), turn)
			require.Zero(t, time.Since(start))
			require.NoError(t, waitUntil(t, l, start.Add(turn)), "in time, and the one before took no turn")
			require.Equal(t, turn, time.Since(start))
			group.Wait()
		})
	}
}

// A refusal can make the turn of those who wait already come too late.
func TestLimiterTellsThoseWhoWaitAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: time.Second})
		start := time.Now()
		var group sync.WaitGroup
		var mu sync.Mutex
		var told []time.Duration
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
				told = append(told, time.Since(start))
			})
			synctest.Wait()
		}
		time.Sleep(500 * time.Millisecond)
		l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: 10 * time.Second})
		synctest.Wait()
		require.Equal(t, slices.Repeat([]time.Duration{500 * time.Millisecond}, 5), told)
		group.Wait()
		require.Less(t, time.Since(start), 10500*time.Millisecond+5*110*time.Millisecond, "their turns are those of the others")
	})
}

// A program that asks for more than a minute's worth at once hears of it at once.
func TestLimiterTellsAllOfManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{Pace: true}
		writes := client.Bucket{Scope: "generic_update"}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		var sent, told atomic.Int32
		var group sync.WaitGroup
		for range 500 {
			group.Go(func() {
				if l.Wait(ctx, writes) == nil {
					sent.Add(1)
				} else {
					require.Zero(t, time.Since(start))
					told.Add(1)
				}
			})
		}
		group.Wait()
		require.Equal(t, time.Duration(sent.Load()-2), time.Since(start)/(334*time.Millisecond*20/19), "all of the minute is used")
		require.EqualValues(t, 500, sent.Load()+told.Load())
	})
}

// Tests in bubbles of testing/synctest have clocks of their own, which start in the year 2000.
func TestLimiterOutlivesItsClock(t *testing.T) {
	l := &client.LocalLimiter{}
	use := func(t *testing.T) {
		t.Helper()
		start := time.Now()
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() { require.NoError(t, l.Wait(t.Context(), reads)) })
		}
		group.Wait()
		require.Zero(t, time.Since(start).Truncate(50*time.Millisecond), "nothing is left of the other clock")
		l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: 50 * time.Millisecond})
		for range 3 {
			group.Go(func() { require.NoError(t, l.Wait(t.Context(), reads)) })
		}
		group.Wait()
		require.NotZero(t, time.Since(start))
		l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: time.Hour})
	}
	bubble := func(t *testing.T) { t.Helper(); synctest.Test(t, use) }
	t.Run("real", use)
	t.Run("then a bubble", bubble)
	t.Run("then another", bubble)
	if !t.Failed() {
		t.Run("then real", func(t *testing.T) { require.NoError(t, l.Wait(t.Context(), reads)) })
	}
}

func TestLimiterLetsNothingThroughAfterTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		require.ErrorIs(t, new(client.LocalLimiter).Wait(ctx, reads), context.Canceled)
	}
}

func TestLimiterDoesNotBeginAWaitThatIsTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: 10 * time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second-1)
		defer cancel()
		start := time.Now()
		require.ErrorIs(t, l.Wait(ctx, reads), context.DeadlineExceeded)
		require.Zero(t, time.Since(start))
		ctx, cancel = context.WithTimeout(t.Context(), 10*time.Second+1)
		defer cancel()
		require.NoError(t, l.Wait(ctx, reads))
		require.Equal(t, 10*time.Second, time.Since(start))
	})
}

// A refusal of what was counted is the work of others. The limiter makes room for them, and takes it back when they are gone.
func TestLimiterMakesRoomForOthers(t *testing.T) {
	for _, pace := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			l := &client.LocalLimiter{Pace: pace}
			gap := func() time.Duration { // between two that come after a refusal
				at := arrivals(t, l, reads, 12)
				return at[1] - at[0]
			}
			refuse := func() {
				l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: 200 * time.Millisecond})
			}
			const alone = 100 * time.Millisecond * 20 / 19
			if !pace {
				refuse()
				require.Equal(t, alone, gap(), "the first refusal is its own doing")
			}
			refuse()
			refuse() // which was sent before the first was known
			require.Equal(t, alone+50*time.Millisecond, gap())
			refuse()
			require.InDelta(t, alone+150*time.Millisecond, gap(), float64(50*time.Millisecond))
			for range 20 {
				refuse()
				gap()
			}
			refuse()
			require.Equal(t, alone+1600*time.Millisecond, gap(), "there is an end to it")

			last := time.Hour
			for range 50 {
				at := arrivals(t, l, reads, 12)
				require.LessOrEqual(t, at[11]-at[10], last)
				last = at[11] - at[10]
			}
			require.Equal(t, alone, last)

			refuse()
			gap()
			time.Sleep(time.Hour)
			if !pace {
				refuse()
				require.Equal(t, alone, gap(), "an hour is enough to forget the others, too")
			}
			refuse()
			require.Equal(t, alone+50*time.Millisecond, gap())
		})
	}
}

// What has been counted is not forgotten for other buckets' sake before it makes no difference any more.
func TestLimiterForgetsNothingThatMatters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: 200 * time.Millisecond})
		arrivals(t, l, reads, 5)
		time.Sleep(700 * time.Millisecond) // the bucket would soon be full
		for i := range 5000 {
			require.NoError(t, l.Wait(t.Context(), client.Bucket{Owner: fmt.Sprint(i)}))
		}
		require.NotZero(t, arrivals(t, l, reads, 6)[5])
	})
}

// A program with very many tokens does not make the limiter grow without end.
func TestLimiterForgetsFullBuckets(t *testing.T) {
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
		require.ErrorIs(t, l.Wait(ctx, held), context.DeadlineExceeded, "what is still held is not forgotten")
	})
}

func TestLimiterForManyGoroutines(t *testing.T) {
	l := &client.LocalLimiter{Pace: true}
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			bucket := client.Bucket{Owner: fmt.Sprint(i % 7)}
			l.Observe(t.Context(), bucket, client.Observation{Rate: 1_000_000, Remaining: -1, Hold: 0})
			for range 20 {
				require.NoError(t, l.Wait(t.Context(), bucket))
			}
		})
	}
	group.Wait()
}
