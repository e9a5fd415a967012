package redislimiter_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/redislimiter"
	"github.com/pkerr/pkerr/redislimiter/internal/fleet"
)

var (
	reads  = client.Bucket{Host: "api.pluralkit.me", Scope: "generic_get"}
	writes = client.Bucket{Host: "api.pluralkit.me", Scope: "generic_update"}
	own    = client.Bucket{Host: "api.pluralkit.me", Scope: "own_system_get", Owner: "d2a84f4b8b650937"}
)

var _ client.Limiter = (*redislimiter.Limiter)(nil)

// refused returns what a limiter is told about a 429.
func refused(hold time.Duration) client.Observation {
	return client.Observation{Rate: 10, Remaining: 0, Hold: hold, Sent: time.Now()}
}

// delay returns how far away the bucket's next slot is, without taking it. The
// slot must be more than 50 ms away.
func delay(t *testing.T, l *redislimiter.Limiter, bucket client.Bucket) time.Duration {
	t.Helper()
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(50*time.Millisecond))
	defer cancel()
	var late *client.WaitError
	require.ErrorAs(t, l.Wait(ctx, bucket), &late)
	return late.Delay
}

func TestNew_NoClient(t *testing.T) {
	var none *redis.Client
	limiters := map[string]*redislimiter.Limiter{
		"nil":             redislimiter.New(nil),
		"nil pointer":     redislimiter.New(none),
		"zero value":      {},
		"no limiter":      nil,
		"with nil option": redislimiter.New(nil, nil),
	}
	for name, l := range limiters {
		t.Run(name, func(t *testing.T) {
			require.EqualError(t, l.Wait(t.Context(), reads),
				"redislimiter: no Redis client: pass a non-nil client to New")
			require.NotPanics(t, func() { l.Observe(t.Context(), reads, refused(time.Second)) })
		})
	}
}

// Limiters share their limits if prefix and egress are the same. A system's own
// requests are shared across egresses.
func TestLimiter_Shares(t *testing.T) {
	rdb := connect(t, startRedis(t))
	hold := refused(20 * time.Second)
	tests := []struct {
		name          string
		first, second []redislimiter.Option
		bucket        client.Bucket
		shared        bool
	}{
		{"same", nil, nil, reads, true},
		{"other prefix", nil, []redislimiter.Option{redislimiter.WithPrefix("p:")}, reads, false},
		{"other egress", []redislimiter.Option{redislimiter.WithEgress("a")}, []redislimiter.Option{redislimiter.WithEgress("b")}, reads, false},
		{"same egress", []redislimiter.Option{redislimiter.WithEgress("a")}, []redislimiter.Option{redislimiter.WithEgress("a")}, reads, true},
		{"other egress, same in a query", []redislimiter.Option{redislimiter.WithEgress("a b")}, []redislimiter.Option{redislimiter.WithEgress("a+b")}, reads, false},
		{"same egress, not printable", []redislimiter.Option{redislimiter.WithEgress("\x00}{\xff")}, []redislimiter.Option{redislimiter.WithEgress("\x00}{\xff")}, reads, true},
		{"same prefix, in braces", []redislimiter.Option{redislimiter.WithPrefix("{p}")}, []redislimiter.Option{redislimiter.WithPrefix("{p}")}, reads, true},
		{"other prefix, in braces", []redislimiter.Option{redislimiter.WithPrefix("{p}")}, []redislimiter.Option{redislimiter.WithPrefix("{}")}, reads, false},
		{"own system", []redislimiter.Option{redislimiter.WithEgress("a")}, []redislimiter.Option{redislimiter.WithEgress("b")}, own, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.NoError(t, rdb.FlushAll(t.Context()).Err())
			redislimiter.New(rdb, test.first...).Observe(t.Context(), test.bucket, hold)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := redislimiter.New(rdb, test.second...).Wait(ctx, test.bucket)
			if !test.shared {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
}

// Keys are distinct, have the bucket in braces, and expire soon.
func TestLimiter_Keys(t *testing.T) {
	rdb := connect(t, startRedis(t))
	l := redislimiter.New(rdb, redislimiter.WithEgress("nat {1}/a"))
	for _, bucket := range []client.Bucket{reads, own} {
		require.NoError(t, l.Wait(t.Context(), bucket))
		l.Observe(t.Context(), bucket, refused(24*time.Hour))
	}
	keys, err := rdb.Keys(t.Context(), "*").Result()
	require.NoError(t, err)
	slices.Sort(keys)
	require.Equal(t, []string{
		"pkerr:{api.pluralkit.me/generic_get}@nat+%7B1%7D%2Fa",
		"pkerr:{api.pluralkit.me/own_system_get/d2a84f4b8b650937}",
	}, keys)
	for _, key := range keys {
		ttl, err := rdb.PTTL(t.Context(), key).Result()
		require.NoError(t, err)
		require.LessOrEqual(t, ttl, 2*time.Minute)
		require.Greater(t, ttl, time.Minute)
	}
}

// A slot past the deadline is not booked, and the caller is told at once.
func TestWait_TooLate(t *testing.T) {
	rdb := connect(t, startRedis(t))
	l := redislimiter.New(rdb)
	l.Observe(t.Context(), reads, refused(20*time.Second))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	start := time.Now()
	for range 50 {
		err := l.Wait(ctx, reads)
		var late *client.WaitError
		require.ErrorAs(t, err, &late)
		require.Equal(t, reads, late.Bucket)
		require.InDelta(t, 20, late.Delay.Seconds(), 5)
		require.Equal(t, context.DeadlineExceeded, late.Err)
		require.ErrorIs(t, err, pkerr.TooManyRequests)
	}
	require.Less(t, time.Since(start), 5*time.Second)
	require.InDelta(t, 20, delay(t, l, reads).Seconds(), 5) // nothing was booked
}

// A refusal that outlasts the deadlines ends the wait of all callers, not only
// of the first in the queue.
func TestWait_HoldEndsAll(t *testing.T) {
	rdb := connect(t, startRedis(t))
	l := redislimiter.New(rdb)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	late := make(chan error, 100)
	for range cap(late) {
		go func() {
			if err := l.Wait(ctx, writes); err != nil {
				late <- err
			}
		}()
	}
	time.Sleep(100 * time.Millisecond)
	start := time.Now()
	l.Observe(t.Context(), writes, refused(50*time.Second))
	for range 90 { // a few may have been granted a slot
		var e *client.WaitError
		require.ErrorAs(t, <-late, &e)
	}
	require.Less(t, time.Since(start), 5*time.Second)
}

// A refusal moves the slots that other processes already have.
func TestObserve_MovesSlots(t *testing.T) {
	rdb := connect(t, startRedis(t))
	first, second := redislimiter.New(rdb), redislimiter.New(rdb)
	for range 2 {
		require.NoError(t, first.Wait(t.Context(), writes))
	}
	granted := make(chan time.Time)
	go func() {
		if second.Wait(t.Context(), writes) == nil {
			granted <- time.Now()
		}
	}()
	time.Sleep(50 * time.Millisecond) // it has a slot now
	start := time.Now()
	first.Observe(t.Context(), writes, client.Observation{Rate: 3, Hold: 2 * time.Second, Sent: start})
	require.GreaterOrEqual(t, (<-granted).Sub(start), 2*time.Second)
}

// If the API's bucket is fuller than the fleet makes it, the fleet slows down.
func TestObserve_Outsider(t *testing.T) {
	rdb := connect(t, startRedis(t))
	l := redislimiter.New(rdb)
	tests := []struct {
		name string
		seen client.Observation
		wait time.Duration // until the next slot
	}{
		{"empty", client.Observation{Rate: 10, Remaining: 9}, 0},
		{"half full", client.Observation{Rate: 10, Remaining: 4}, 0},
		{"nearly full", client.Observation{Rate: 10, Remaining: 1}, 390 * time.Millisecond},
		{"unknown", client.Observation{Rate: 10, Remaining: -1}, 0},
		{"more than the rate", client.Observation{Rate: 10, Remaining: 1000}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.NoError(t, rdb.FlushAll(t.Context()).Err())
			test.seen.Sent = time.Now()
			l.Observe(t.Context(), reads, test.seen)
			if test.wait == 0 {
				require.NoError(t, l.Wait(t.Context(), reads))
				return
			}
			require.InDelta(t, test.wait.Seconds(), delay(t, l, reads).Seconds(), 0.15)
		})
	}
}

// A rate that the API reports is shared with all processes, within bounds.
func TestObserve_Rate(t *testing.T) {
	rdb := connect(t, startRedis(t))
	l := redislimiter.New(rdb)
	for said, kept := range map[int]string{20: "20", 1: "1", 1 << 40: "1000"} {
		l.Observe(t.Context(), reads, client.Observation{Rate: said, Remaining: -1})
		rate, err := rdb.HGet(t.Context(), "pkerr:{api.pluralkit.me/generic_get}", "rate").Result()
		require.NoError(t, err)
		require.Equal(t, kept, rate)
	}
	l.Observe(t.Context(), reads, client.Observation{Rate: -5, Remaining: -1})
	require.NoError(t, l.Wait(t.Context(), reads))
}

// State from a time when the clock was far ahead is ignored.
func TestWait_ClockAhead(t *testing.T) {
	server := startRedis(t)
	l := redislimiter.New(connect(t, server))
	redislimiter.New(connect(t, server)).Observe(t.Context(), reads, refused(time.Minute))
	require.NoError(t, setAhead(t, server, time.Hour))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	require.NoError(t, l.Wait(ctx, reads))
}

// captureLog returns a function that returns what has been logged since.
func captureLog(t *testing.T) func() string {
	t.Helper()
	var mu sync.Mutex
	var text bytes.Buffer
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	slog.SetDefault(slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return text.Write(p)
	}), nil)))
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return text.String()
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// hanging is a Redis that does not answer before its own timeout, as go-redis
// does when the server hangs.
type hanging struct{ redis.Scripter }

func (hanging) EvalSha(ctx context.Context, _ string, _ []string, _ ...any) *redis.Cmd {
	time.Sleep(3 * time.Second)
	cmd := redis.NewCmd(ctx)
	cmd.SetErr(errors.New("i/o timeout"))
	return cmd
}

// If Redis is never reachable, a limiter serves as many requests as a
// LocalLimiter with Pace does, except for one timeout. It logs that once.
func TestWait_NeverReachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logged := captureLog(t)
		serve := func(l client.Limiter) (served int) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			for l.Wait(ctx, reads) == nil {
				served++
			}
			return served
		}
		local := serve(&client.LocalLimiter{Pace: true})
		got := serve(redislimiter.New(hanging{}, redislimiter.WithTimeout(200*time.Millisecond)))
		require.InDelta(t, local, got, 3)
		require.Equal(t, 1, strings.Count(logged(), "Redis is unavailable"))
		time.Sleep(10 * time.Second) // let the last operation end
		synctest.Wait()
	})
}

// A refusal is respected without Redis, too.
func TestObserve_NeverReachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		captureLog(t)
		l := redislimiter.New(hanging{})
		require.NoError(t, l.Wait(t.Context(), reads))
		start := time.Now()
		l.Observe(t.Context(), reads, refused(5*time.Second))
		require.Zero(t, time.Since(start))
		require.NoError(t, l.Wait(t.Context(), reads))
		require.Equal(t, 5*time.Second, time.Since(start))
		time.Sleep(10 * time.Second)
	})
}

// Slots go to the remaining callers, no matter how many give up.
func TestWait_CanceledAtRandom(t *testing.T) {
	const callers, every = 2000, 4 * time.Millisecond
	rdb := connect(t, startRedis(t))
	limiters := []*redislimiter.Limiter{redislimiter.New(rdb), redislimiter.New(rdb)}
	bucket := client.Bucket{Host: "api.pluralkit.me", Scope: "token2"}
	var mu sync.Mutex
	var granted []time.Time
	var wg sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	stall := make(chan time.Duration, 1)
	go func() { stall <- fleet.Stall(ctx) }()
	start := time.Now()
	for i := range callers {
		wg.Go(func() {
			time.Sleep(time.Until(start.Add(time.Duration(i) * every)))
			// Cancel instead of setting a deadline, because Wait fails at once
			// if the slot is after the deadline. A slot is up to 100 ms away,
			// so most callers give up while they are first in the queue.
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			time.AfterFunc(time.Duration(rand.IntN(60))*time.Millisecond, cancel)
			if limiters[i%len(limiters)].Wait(ctx, bucket) == nil {
				mu.Lock()
				defer mu.Unlock()
				granted = append(granted, time.Now())
			}
		})
	}
	wg.Wait()
	stop()
	slices.SortFunc(granted, time.Time.Compare)
	var longest time.Duration
	for i := range len(granted) - 1 {
		longest = max(longest, granted[i+1].Sub(granted[i]))
	}
	stalled := <-stall
	t.Logf("%d slots, at most %v apart; the machine stalled for %v", len(granted), longest, stalled)
	// The rate is 20 a second for 8 s, minus 2 %, plus a burst of nine.
	require.GreaterOrEqual(t, len(granted), 140)
	require.LessOrEqual(t, len(granted), 8*20+10)
	// A slot is 51 ms long, so the gap is at most 102 ms if one is lost.
	require.Less(t, longest, 150*time.Millisecond+2*stalled)
}

// A caller that gives up leaves its slot to the next one.
func TestWait_PassesSlotOn(t *testing.T) {
	l := redislimiter.New(connect(t, startRedis(t)))
	require.NoError(t, l.Wait(t.Context(), writes)) // 3 a second
	ctx, cancel := context.WithCancel(t.Context())
	start := time.Now()
	gone := make(chan error)
	go func() { gone <- l.Wait(ctx, writes) }()
	time.Sleep(50 * time.Millisecond)
	time.AfterFunc(200*time.Millisecond, cancel)
	require.NoError(t, l.Wait(t.Context(), writes))
	require.ErrorIs(t, <-gone, context.Canceled)
	require.InDelta(t, 0.34, time.Since(start).Seconds(), 0.25)
}

// No goroutine is left when Wait and Observe have returned.
func TestLimiter_NoGoroutines(t *testing.T) {
	rdb := connect(t, startRedis(t))
	l := redislimiter.New(rdb)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			_ = l.Wait(ctx, reads)
			l.Observe(ctx, reads, refused(time.Millisecond))
		})
	}
	wg.Wait()
	stacks := func() string {
		buffer := make([]byte, 1<<20)
		return string(buffer[:runtime.Stack(buffer, true)])
	}
	require.Eventually(t, func() bool { return !strings.Contains(stacks(), "redislimiter.(*Limiter)") }, time.Second, time.Millisecond)
}
