package redislimiter_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/redislimiter"
)

var errDown = errors.New("connection refused")

// scripted is a Redis whose answers come from a function, which gets the name
// of the operation.
type scripted struct {
	redis.Scripter

	answer func(operation string) ([]any, error)
}

func (s scripted) EvalSha(ctx context.Context, _ string, _ []string, args ...any) *redis.Cmd {
	cmd := redis.NewCmd(ctx)
	values, err := s.answer(fmt.Sprint(args[0]))
	if err != nil {
		cmd.SetErr(err)
		return cmd
	}
	cmd.SetVal(values)
	return cmd
}

// booked is the script's answer that a slot after wait is booked, and that
// slots of other processes are ahead of it.
func booked(wait time.Duration, rate int, ahead int64) []any {
	spacing := time.Second / time.Duration(rate) * 51 / 50
	return []any{wait.Microseconds(), int64(1), int64(1), int64(0), int64(rate), spacing.Microseconds(), ahead}
}

// full is the script's answer that the next slot would be too late.
func full(wait time.Duration) []any {
	answer := booked(wait, 10, 0)
	answer[1] = int64(0)
	return answer
}

// failing is a Redis that gives one answer until some time has passed, and then
// fails.
func failing(after time.Duration, answer []any) scripted {
	start := time.Now()
	return scripted{answer: func(string) ([]any, error) {
		if time.Since(start) >= after {
			return nil, errDown
		}
		return answer, nil
	}}
}

// served returns how many requests are served until d has passed.
func served(t *testing.T, l client.Limiter, d time.Duration) (n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	for l.Wait(ctx, reads) == nil {
		n++
	}
	<-ctx.Done()
	return n
}

// Wait ends with its context, even if Redis has not answered. The slot that
// Redis then gives out is left to the next caller.
func TestWait_EndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		books := 0
		l := redislimiter.New(scripted{answer: func(operation string) ([]any, error) {
			if operation == "book" {
				books++
			}
			time.Sleep(200 * time.Millisecond)
			return booked(0, 10, 0), nil
		}})
		start := time.Now()
		ctx, cancel := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, errDown)
		defer cancel()
		require.Equal(t, errDown, l.Wait(ctx, reads))
		require.Equal(t, 100*time.Millisecond, time.Since(start))
		require.NoError(t, l.Wait(t.Context(), reads))
		require.Equal(t, 200*time.Millisecond, time.Since(start))
		require.Equal(t, 1, books)
	})
}

// One answer that the next slot is too late ends the wait of all callers to
// which that applies.
func TestWait_TooLateForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		books := 0
		l := redislimiter.New(scripted{answer: func(string) ([]any, error) {
			books++
			time.Sleep(100 * time.Millisecond)
			return full(30 * time.Second), nil
		}})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				late, ok := errors.AsType[*client.WaitError](l.Wait(ctx, reads))
				if !ok || late.Delay != 30*time.Second {
					t.Error(late)
				}
			})
		}
		wg.Wait()
		require.Equal(t, 100*time.Millisecond, time.Since(start))
		require.Equal(t, 1, books)
	})
}

// A slot at the deadline is too late.
func TestWait_SlotAtDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := redislimiter.New(scripted{answer: func(string) ([]any, error) {
			return booked(100*time.Millisecond, 10, 0), nil
		}})
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		want := &client.WaitError{Bucket: reads, Delay: 100 * time.Millisecond, Err: context.DeadlineExceeded}
		require.Equal(t, want, l.Wait(ctx, reads))
		require.Zero(t, time.Since(start))
	})
}

// A refusal is respected if Redis cannot be told about it, and if Redis fails
// later.
func TestObserve_RefusalOutlivesRedis(t *testing.T) {
	for name, c := range map[string]struct {
		works  time.Duration // how long Redis works
		others int64
	}{
		"fails at once":        {0, 0},
		"fails later, alone":   {time.Second, 0},
		"fails later, a fleet": {time.Second, 9},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				captureLog(t)
				start := time.Now()
				l := redislimiter.New(failing(c.works, booked(0, 10, c.others)))
				if c.works > 0 {
					require.NoError(t, l.Wait(t.Context(), reads))
				}
				l.Observe(t.Context(), reads, refused(20*time.Second))
				time.Sleep(2 * time.Second)
				require.NoError(t, l.Wait(t.Context(), reads))
				require.GreaterOrEqual(t, time.Since(start), 20*time.Second)
				require.Less(t, time.Since(start), 23*time.Second)
			})
		})
	}
}

// A refusal also moves a slot that Redis gave out before it failed.
func TestObserve_MovesSlotOfLostRedis(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		captureLog(t)
		start := time.Now()
		l := redislimiter.New(failing(time.Second, booked(5*time.Second, 10, 9)))
		time.AfterFunc(2*time.Second, func() { l.Observe(t.Context(), reads, refused(20*time.Second)) })
		require.NoError(t, l.Wait(t.Context(), reads))
		require.GreaterOrEqual(t, time.Since(start), 22*time.Second)
	})
}

// An answer that Redis gave before a refusal does not undo what the refusal did
// to the slot, even if it arrives later.
func TestObserve_AnswersOutOfOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shift atomic.Int64 // in microseconds
		checks := 0
		l := redislimiter.New(scripted{answer: func(operation string) ([]any, error) {
			answer := booked(100*time.Millisecond, 10, 0)
			answer[3] = shift.Load()
			if operation == "check" {
				checks++
				time.Sleep(200 * time.Millisecond) // the answer is older then
			}
			return answer, nil
		}})
		start := time.Now()
		crowded := client.Observation{Rate: 10, Remaining: 0, Sent: start}
		time.AfterFunc(200*time.Millisecond, func() {
			shift.Store(20_000_000) // another process was refused
			l.Observe(t.Context(), reads, crowded)
		})
		time.AfterFunc(10*time.Second, func() { l.Observe(t.Context(), reads, crowded) })
		require.NoError(t, l.Wait(t.Context(), reads))
		require.InDelta(t, 20.1, time.Since(start).Seconds(), 0.5)
		require.Equal(t, 2, checks, "the slot is checked again after a long time")
	})
}

// Wait returns the cause of its context even if Redis returns at the moment at
// which the context ends.
func TestWait_ContextEndsWhenRedisReturns(t *testing.T) {
	for range 1000 { // the order of the two is random
		synctest.Test(t, func(t *testing.T) {
			logged := captureLog(t)
			l := redislimiter.New(scripted{answer: func(operation string) ([]any, error) {
				if operation != "ping" {
					return nil, errDown
				}
				time.Sleep(100 * time.Millisecond)
				return booked(0, 10, 0), nil
			}})
			l.Observe(t.Context(), reads, refused(time.Minute))
			time.Sleep(2 * time.Second)
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(100*time.Millisecond, func() { cancel(errDown) })
			require.Equal(t, errDown, l.Wait(ctx, reads))
			synctest.Wait()
			require.Equal(t, 1, strings.Count(logged(), "available again"))
		})
	}
}

// A slot that is delayed because other processes may not have returned to Redis
// yet is checked before it is used.
func TestWait_ChecksDelayedSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		captureLog(t)
		start := time.Now()
		var asked time.Time
		l := redislimiter.New(scripted{answer: func(operation string) ([]any, error) {
			if d := time.Since(start); d > time.Second && d < 5*time.Second {
				return nil, errDown
			}
			if operation != "ping" {
				asked = time.Now()
			}
			return booked(time.Millisecond, 10, 9), nil
		}})
		require.NoError(t, l.Wait(t.Context(), reads))
		before := asked
		time.Sleep(2 * time.Second)
		for time.Since(start) < 10*time.Second {
			require.NoError(t, l.Wait(t.Context(), reads))
			if asked != before { // Redis is back
				require.WithinDuration(t, time.Now(), asked, 10*time.Millisecond)
			}
		}
		require.NotEqual(t, before, asked)
	})
}

// A slot that is given out before a refusal, and used at once otherwise, is
// checked before it is used after the hold.
func TestWait_ChecksMovedSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shift atomic.Int64 // in microseconds
		checks := 0
		l := redislimiter.New(scripted{answer: func(operation string) ([]any, error) {
			if operation == "check" {
				checks++
			}
			answer := booked(5*time.Millisecond, 10, 0)
			answer[3] = shift.Load()
			return answer, nil
		}})
		time.AfterFunc(time.Millisecond, func() {
			shift.Store(20_000_000)
			l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: 0, Sent: time.Now()})
		})
		start := time.Now()
		require.NoError(t, l.Wait(t.Context(), reads))
		require.Equal(t, 20005*time.Millisecond, time.Since(start))
		require.Equal(t, 1, checks)
	})
}

// A caller without a deadline asks rarely while no slot can be booked.
func TestWait_NoSlotForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		books := 0
		l := redislimiter.New(scripted{answer: func(string) ([]any, error) {
			if books++; books > 100 {
				time.Sleep(time.Second)
			}
			return full(2 * time.Minute), nil
		}})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute+time.Second, cancel)
		require.ErrorIs(t, l.Wait(ctx, reads), context.Canceled)
		require.Equal(t, 5, books)
	})
}

// A slot that cannot be checked is delayed by the timeout, because that is how
// long processes wait for a Redis that hangs.
func TestWait_CheckFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		captureLog(t)
		start := time.Now()
		l := redislimiter.New(failing(50*time.Millisecond, booked(100*time.Millisecond, 10, 9)))
		require.NoError(t, l.Wait(t.Context(), reads))
		require.Equal(t, 600*time.Millisecond, time.Since(start))
	})
}

// A process keeps to its share for as long as Redis is away.
func TestLimiter_LongOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		captureLog(t)
		l := redislimiter.New(failing(time.Second, booked(100*time.Millisecond, 10, 9)))
		served(t, l, 5*time.Minute)
		require.InDelta(t, 60, served(t, l, time.Minute), 6) // a tenth of 10 a second
	})
}

// A process that sees during an outage that the fleet is too fast slows down.
func TestObserve_CrowdedDuringOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		captureLog(t)
		l := redislimiter.New(failing(time.Second, booked(100*time.Millisecond, 10, 9)))
		served(t, l, 5*time.Second)
		start, n := time.Now(), 0
		for ; time.Since(start) < time.Minute; n++ {
			require.NoError(t, l.Wait(t.Context(), reads))
			l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: 0, Sent: time.Now()})
		}
		require.InDelta(t, 40, n, 5) // two thirds of its share
	})
}

// A process that is alone keeps to the rate that it learned from Redis.
func TestLimiter_OutageAfterNewRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		captureLog(t)
		l := redislimiter.New(failing(time.Second, booked(0, 2, 0)))
		require.NoError(t, l.Wait(t.Context(), reads))
		time.Sleep(time.Second)
		require.InDelta(t, 20, served(t, l, 10*time.Second), 2)
	})
}

// Callers that wait without Redis return to it.
func TestWait_RejoinsRedis(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		captureLog(t)
		start := time.Now()
		l := redislimiter.New(scripted{answer: func(string) ([]any, error) {
			if time.Since(start) < 5*time.Second {
				return nil, errDown
			}
			return booked(0, 10, 0), nil
		}})
		var wg sync.WaitGroup
		for range 1000 { // 100 s without Redis
			wg.Go(func() {
				if err := l.Wait(t.Context(), reads); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Less(t, time.Since(start), 12*time.Second)
	})
}

// A Redis that answers later than the timeout is unavailable all the time.
func TestLimiter_SlowerThanTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logged := captureLog(t)
		l := redislimiter.New(scripted{answer: func(string) ([]any, error) {
			time.Sleep(600 * time.Millisecond)
			return booked(0, 10, 0), nil
		}})
		require.InDelta(t, 570, served(t, l, time.Minute), 10)
		require.Equal(t, 1, strings.Count(logged(), "is unavailable"))
		require.Zero(t, strings.Count(logged(), "available again"))
		time.Sleep(time.Second)
	})
}

// A Redis that accepts connections but not what the limiter writes is
// unavailable, even if it is in order for another bucket. The log says why, and
// only once.
func TestLimiter_NotWritable(t *testing.T) {
	ctx := t.Context()
	for _, c := range []struct {
		want  string
		setUp func(rdb *redis.Client) error
	}{
		{"OOM", func(rdb *redis.Client) error { return rdb.ConfigSet(ctx, "maxmemory", "1").Err() }},
		{"READONLY", func(rdb *redis.Client) error { return rdb.Do(ctx, "REPLICAOF", "127.0.0.1", "1").Err() }},
		{"NOAUTH", func(rdb *redis.Client) error { return rdb.ConfigSet(ctx, "requirepass", "secret").Err() }},
		{"WRONGTYPE", func(rdb *redis.Client) error {
			return rdb.Set(ctx, "pkerr:{api.pluralkit.me/generic_get}", "x", 0).Err()
		}},
	} {
		t.Run(c.want, func(t *testing.T) {
			logged := captureLog(t)
			server := startRedis(t)
			require.NoError(t, c.setUp(connect(t, server)))
			l := redislimiter.New(connect(t, server))
			ctx, cancel := context.WithTimeout(ctx, 2500*time.Millisecond) // at least one probe
			defer cancel()
			require.NoError(t, l.Wait(ctx, reads))
			for l.Wait(ctx, writes) == nil {
				continue
			}
			<-ctx.Done()
			require.Equal(t, 1, strings.Count(logged(), "is unavailable"), logged())
			require.Equal(t, 1, strings.Count(logged(), c.want), logged())
			require.NotContains(t, logged(), "available again")
		})
	}
}

// slow delays each operation.
type slow struct {
	redis.Scripter

	delay time.Duration
}

func (s slow) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	time.Sleep(s.delay / 2)
	defer time.Sleep(s.delay / 2)
	return s.Scripter.EvalSha(ctx, sha, keys, args...)
}

// A distant Redis serves a fleet as well as a near one. A process that is alone
// sends one request per operation.
func TestWait_DistantRedis(t *testing.T) {
	for processes, want := range map[int]float64{1: 4 / 0.15, 6: 40} {
		t.Run(strconv.Itoa(processes), func(t *testing.T) {
			server, logged := startRedis(t), captureLog(t)
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
			defer cancel()
			counts := make([]int, processes)
			var wg sync.WaitGroup
			for i := range counts {
				l := redislimiter.New(slow{connect(t, server), 150 * time.Millisecond})
				wg.Go(func() {
					for l.Wait(ctx, reads) == nil {
						counts[i]++
					}
				})
			}
			wg.Wait()
			total := 0
			for _, n := range counts {
				total += n
				require.InDelta(t, want/float64(processes), n, 4, counts)
			}
			require.InDelta(t, want, total, 7)
			require.Empty(t, logged())
		})
	}
}

// A timeout that is not positive is the default.
func TestWithTimeout_NotPositive(t *testing.T) {
	for _, timeout := range []time.Duration{0, -time.Second} {
		synctest.Test(t, func(t *testing.T) {
			captureLog(t)
			start := time.Now()
			l := redislimiter.New(hanging{}, redislimiter.WithTimeout(timeout))
			require.NoError(t, l.Wait(t.Context(), reads))
			require.Equal(t, 500*time.Millisecond, time.Since(start))
			time.Sleep(3 * time.Second)
		})
	}
}

// A long queue and a hold are not mistaken for the work of another clock.
func TestObserve_HoldsLongQueue(t *testing.T) {
	rdb := connect(t, startRedis(t))
	slowest := client.Bucket{Host: "api.pluralkit.me", Scope: "unknown"} // 1 a second
	l := redislimiter.New(rdb)
	require.NoError(t, l.Wait(t.Context(), slowest))
	key := "pkerr:{api.pluralkit.me/unknown}"
	require.NoError(t, rdb.HIncrBy(t.Context(), key, "tat", (75*time.Second).Microseconds()).Err())
	l.Observe(t.Context(), slowest, client.Observation{Rate: 1, Hold: time.Minute, Sent: time.Now()})
	require.Greater(t, delay(t, redislimiter.New(rdb), slowest), 2*time.Minute)
}

// A client that is closed after the last caller has given up is not an outage.
func TestLimiter_ClientClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logged := captureLog(t)
		l := redislimiter.New(scripted{answer: func(string) ([]any, error) {
			time.Sleep(100 * time.Millisecond)
			return nil, redis.ErrClosed
		}})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		require.ErrorIs(t, l.Wait(ctx, reads), context.Canceled)
		time.Sleep(time.Second)
		require.Empty(t, logged())
		require.NoError(t, l.Wait(t.Context(), reads))
		require.Contains(t, logged(), "client is closed")
		time.Sleep(time.Second)
	})
}
