package redislimiter

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/client"
)

// generous is a Redis that grants every slot without a wait.
type generous struct {
	redis.Scripter

	delay time.Duration // of the answers
}

func (g generous) EvalSha(ctx context.Context, _ string, _ []string, _ ...any) *redis.Cmd {
	time.Sleep(g.delay)
	cmd := redis.NewCmd(ctx)
	cmd.SetVal([]any{int64(0), int64(1), int64(1), int64(0), int64(10), int64(102_000), int64(0)})
	return cmd
}

// A limiter forgets the buckets that are idle.
func TestLimiter_ForgetsBuckets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(generous{})
		most := 0
		for i := range 100_000 {
			bucket := client.Bucket{Host: "api.pluralkit.me", Scope: "own_system_get", Owner: strconv.Itoa(i)}
			require.NoError(t, l.Wait(t.Context(), bucket))
			l.Observe(t.Context(), bucket, client.Observation{Rate: 10, Remaining: 9, Sent: time.Now()})
			time.Sleep(time.Millisecond)
			most = max(most, len(l.buckets))
		}
		require.Less(t, most, 4*minSweep)
	})
}

// A limiter does not forget a bucket for which Redis is about to give out a
// slot.
func TestLimiter_KeepsBucketWhileAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(generous{delay: 200 * time.Millisecond})
		key := client.Bucket{Host: "api.pluralkit.me", Scope: "generic_get"}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		require.ErrorIs(t, l.Wait(ctx, key), context.Canceled)
		l.mu.Lock()
		for i := range 2 * minSweep {
			l.bucket(client.Bucket{Owner: strconv.Itoa(i)})
		}
		require.Contains(t, l.buckets, key)
		l.mu.Unlock()
		time.Sleep(time.Second)
	})
}

// The script is told the process's share after an outage of any length.
func TestLimiter_ShareOutlivesOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(generous{})
		key := client.Bucket{Host: "api.pluralkit.me", Scope: "generic_get"}
		require.NoError(t, l.Wait(t.Context(), key))
		b := l.bucket(key)
		b.others = 9
		before := b.round()
		l.lost(t.Context(), b, errAway)
		time.Sleep(2 * remembered)
		l.returned()
		_, outage, round := l.state(l.bucket(key))
		require.Equal(t, 1, outage)
		require.Equal(t, before, round)
	})
}

// A caller that is about to wait without Redis does not do so if Redis has
// returned in the meantime.
func TestWaitAlone_RedisReturned(t *testing.T) {
	l := New(generous{})
	key := client.Bucket{Host: "api.pluralkit.me", Scope: "generic_get"}
	l.alone.Observe(t.Context(), key, client.Observation{Hold: time.Minute})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	require.Equal(t, errAgain, l.waitAlone(ctx, key, &waiter{}))
}

func TestParseReply_WrongLength(t *testing.T) {
	_, err := parseReply([]int64{1, 2})
	require.EqualError(t, err, "redislimiter: the script returned 2 values, want 7")
}

// A refusal while Redis is away slows a process down for some time. It does not
// change how many other processes are known.
func TestBucket_Hold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bucket{rate: 3, spacing: 340 * time.Millisecond, others: 9, seen: time.Now()}
		round := b.round()
		b.slot = b.ownSlot(time.Now())
		b.hold(client.Bucket{}, time.Second, true)
		require.Equal(t, time.Now().Add(2*round), b.slot.at)
		b.hold(client.Bucket{}, time.Second, true) // a second refusal of the same burst
		require.Equal(t, 2*round, b.step())
		require.Equal(t, round, b.round())
		for range 10 {
			b.slot = b.ownSlot(time.Now())
			time.Sleep(time.Until(b.slot.at))
			b.use(time.Now())
		}
		require.Equal(t, b.round(), b.step())
		require.Positive(t, b.step())
	})
}

// A process that has not used a bucket for long does not expect the other
// processes of that time.
func TestBucket_Expire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(generous{})
		key := client.Bucket{Host: "api.pluralkit.me", Scope: "generic_get"}
		require.NoError(t, l.Wait(t.Context(), key))
		l.bucket(key).others = 9
		time.Sleep(2 * remembered)
		require.NoError(t, l.Wait(t.Context(), key))
		require.False(t, l.bucket(key).hasOthers())

		l.bucket(key).others = 9
		time.Sleep(2 * remembered)
		l.lost(t.Context(), &bucket{}, errAway)
		require.False(t, l.bucket(key).hasOthers(), "nor if Redis fails for another bucket")
	})
}

// The delay of an error is not negative, even if the slot is in the past.
func TestBucket_DismissPastSlot(t *testing.T) {
	now := time.Now()
	w := &waiter{wake: make(chan struct{}, 1), deadline: now.Add(-2 * time.Second)}
	b := &bucket{rate: 10, queue: []*waiter{w}}
	b.dismiss(client.Bucket{}, now.Add(-time.Second))
	require.Equal(t, tooLate(client.Bucket{}, 0), w.err)
	require.Empty(t, b.queue)
}
