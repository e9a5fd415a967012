package redislimiter_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/redislimiter"
)

// The room that the fleet leaves to other programs is a number of requests, so
// it changes with the rate.
func TestObserve_RateScalesRoom(t *testing.T) {
	rdb := connect(t, startRedis(t))
	l := redislimiter.New(rdb)
	key := "pkerr:{api.pluralkit.me/generic_get}"
	room := func() time.Duration {
		micros, err := rdb.HGet(t.Context(), key, "room").Int64()
		require.NoError(t, err)
		return time.Duration(micros) * time.Microsecond
	}
	l.Observe(t.Context(), reads, client.Observation{Rate: 2, Remaining: -1})
	require.NoError(t, rdb.HSet(t.Context(), key, "room", time.Second.Microseconds()).Err())
	l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1})
	require.Equal(t, 200*time.Millisecond, room())
	l.Observe(t.Context(), reads, client.Observation{Rate: 2, Remaining: -1})
	require.Equal(t, time.Second, room())
}

// A rate that falls and rises again is followed.
func TestObserve_RateFallsAndRises(t *testing.T) {
	rdb := connect(t, startRedis(t))
	limiters := []*redislimiter.Limiter{redislimiter.New(rdb), redislimiter.New(rdb)}
	count := func(rate int, d time.Duration) (n int) {
		ctx, cancel := context.WithTimeout(t.Context(), d)
		defer cancel()
		for limiters[n%2].Wait(ctx, reads) == nil {
			limiters[n%2].Observe(ctx, reads, client.Observation{Rate: rate, Remaining: rate / 2, Sent: time.Now()})
			n++
		}
		<-ctx.Done()
		return n
	}
	for _, rate := range []int{10, 2, 10} {
		n := count(rate, 2*time.Second)
		require.InDelta(t, 2*rate, n, 5, "at a rate of %d", rate)
	}
}

// Observations that no API sends do no harm.
func TestObserve_OddValues(t *testing.T) {
	logged := captureLog(t)
	rdb := connect(t, startRedis(t))
	for name, seen := range map[string]client.Observation{
		"nothing":          {},
		"negative":         {Rate: math.MinInt, Remaining: math.MinInt, Hold: math.MinInt64},
		"large":            {Rate: math.MaxInt, Remaining: math.MaxInt, Sent: time.Unix(1<<40, 0)},
		"long ago":         {Rate: 10, Remaining: 0, Sent: time.Unix(-1<<40, 0)},
		"no more than one": {Rate: 1, Remaining: 5, Sent: time.Now()},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, rdb.FlushAll(t.Context()).Err())
			l := redislimiter.New(rdb)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			for range 2 {
				require.NoError(t, l.Wait(ctx, reads))
				l.Observe(ctx, reads, seen)
			}
			require.NoError(t, redislimiter.New(rdb).Wait(ctx, reads))
		})
	}
	require.Empty(t, logged())

	// The fleet holds for a minute, and the process that was refused holds for
	// as long as it was told.
	require.NoError(t, rdb.FlushAll(t.Context()).Err())
	l := redislimiter.New(rdb)
	l.Observe(t.Context(), reads, refused(math.MaxInt64))
	require.Greater(t, delay(t, l, reads), 24*time.Hour)
	require.InDelta(t, 60, delay(t, redislimiter.New(rdb), reads).Seconds(), 2)
}

// Many refusals of one burst count as one.
func TestObserve_ManyRefusals(t *testing.T) {
	rdb := connect(t, startRedis(t))
	room := func(refusals int) int64 {
		require.NoError(t, rdb.FlushAll(t.Context()).Err())
		seen, done := refused(time.Second), make(chan bool)
		seen.Sent = seen.Sent.Add(-time.Second) // before the first of them is known
		for range refusals {
			go func() {
				redislimiter.New(rdb).Observe(t.Context(), reads, seen)
				done <- true
			}()
		}
		for range refusals {
			<-done
		}
		micros, err := rdb.HGet(t.Context(), "pkerr:{api.pluralkit.me/generic_get}", "room").Int64()
		require.NoError(t, err)
		require.InDelta(t, 1, delay(t, redislimiter.New(rdb), reads).Seconds(), 0.2)
		return micros
	}
	require.Equal(t, room(1), room(50))
}
