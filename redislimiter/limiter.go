package redislimiter

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/pkerr/pkerr/client"
)

// Limiter is a [client.Limiter] that processes share through Redis. Use [New]
// to create one. One Limiter serves all buckets, and should be used by all
// Transports of a process that send from the same address.
//
// Requests of a bucket are sent one after the other, a little slower than the
// API allows, with a burst of at most half a second's worth. Processes that
// want more than their share take turns. Within a process, callers are served
// in order. If other programs use the limit as well, the limiter makes room for
// them.
//
// While Redis is unavailable, each process keeps to its last known share. A
// process that does not know its share paces itself as [client.LocalLimiter]
// does. The limiter logs the start and the end of an outage, with [log/slog].
// Any error of Redis counts as an outage, for all buckets. The clocks of the
// processes do not need to agree.
//
// A Limiter is safe for concurrent use, and must not be copied. It leaves no
// goroutines behind when Wait and Observe return, except for operations that
// Redis has not answered. Those end at the client's own timeout.
type Limiter struct {
	rdb     redis.Scripter
	script  *redis.Script
	prefix  string
	egress  string
	timeout time.Duration

	// alone limits buckets without a known share while Redis is unavailable.
	alone client.LocalLimiter

	mu      sync.Mutex
	buckets map[client.Bucket]*bucket
	sweep   int // number of buckets at which idle ones are removed
	health  health
}

// New returns a new Limiter that uses rdb: a [redis.Client], a
// [redis.ClusterClient] or any other client of go-redis. It needs Redis 5 or
// newer, or Valkey. New does not connect. If rdb is nil, every Wait fails.
func New(rdb redis.Scripter, opts ...Option) *Limiter {
	l := &Limiter{
		rdb:     rdb,
		script:  redis.NewScript(scriptSource),
		prefix:  defaultPrefix,
		timeout: defaultTimeout,
	}
	if v := reflect.ValueOf(rdb); v.Kind() == reflect.Pointer && v.IsNil() {
		l.rdb = nil
	}
	l.alone.Pace = true
	for _, opt := range opts {
		if opt != nil {
			opt(l)
		}
	}
	return l
}

// Wait waits for the process's next slot in the bucket, and returns nil when a
// request may be sent. If the slot is known not to come before the deadline of
// ctx, it returns a [*client.WaitError] at once. If ctx ends first, it returns
// the cause, and the slot goes to the next caller in the process.
//
// Any other error means that the Limiter was not created by [New], or that New
// got a nil client. While Redis is unavailable, Wait works without it, as
// described at [Limiter].
func (l *Limiter) Wait(ctx context.Context, key client.Bucket) error {
	if l == nil || l.rdb == nil {
		return errors.New("redislimiter: no Redis client: pass a non-nil client to New")
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	b, w, err := l.enter(ctx, key)
	if err != nil {
		return err
	}
	defer l.leave(b, w)
	for {
		if err := l.step(ctx, key, b, w); !errors.Is(err, errAgain) {
			return err
		}
	}
}

// Observe tells the other processes what a response says about the bucket, if
// it says something new: a refusal, a changed rate, or that other programs use
// more or less of the limit. A refusal makes the other processes hold for at
// most a minute, and this one for as long as the response says.
//
// Observe waits for Redis for at most the timeout. It does so even if ctx is
// done, because the other processes need to know.
func (l *Limiter) Observe(ctx context.Context, key client.Bucket, seen client.Observation) {
	if l == nil || l.rdb == nil {
		return
	}
	b, news := l.observe(ctx, key, seen)
	if news == nil {
		return
	}
	if r, err := l.call(ctx, b, news...); err == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		b.learn(key, r)
	}
}

// observe records what a response says, and returns the operation that tells
// the other processes, or nil if there is nothing to tell.
func (l *Limiter) observe(
	ctx context.Context, key client.Bucket, seen client.Observation,
) (*bucket, []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key)
	news := seen.Hold > 0
	if seen.Rate > 0 && limitRate(seen.Rate) != b.rate {
		b.rate, news = limitRate(seen.Rate), true
	}
	if seen.Hold > 0 {
		b.hold(key, seen.Hold, l.health.away)
	}
	if seen.Hold > 0 || l.health.away {
		l.alone.Observe(ctx, key, seen) // Redis may fail before the hold ends
	}
	var level time.Duration // the API's bucket is at least this full
	switch {
	case seen.Hold > 0:
		level = time.Second
	case seen.Remaining >= 0:
		level = interval(b.rate) * time.Duration(b.rate-1-min(seen.Remaining, b.rate-1))
		crowded := level > half(b.rate)
		if crowded && l.health.away {
			b.next = b.next.Add(b.round() / 2) // other processes that see this do the same
		}
		news = news || crowded || level == 0 && b.hasRoom()
	}
	if !news {
		return b, nil
	}
	var age time.Duration
	if !seen.Sent.IsZero() {
		age = max(time.Since(seen.Sent), 0)
	}
	return b, []any{
		"observe", b.rate,
		level.Microseconds(), max(seen.Hold, 0).Microseconds(), age.Microseconds(),
	}
}
