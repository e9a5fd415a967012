package redislimiter

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/pkerr/pkerr/client"
)

//go:embed script.lua
var scriptSource string

// errAway is returned while Redis is not called because of a recent failure.
var errAway = errors.New("redislimiter: Redis did not answer recently")

const (
	// retryAfter is how long after a failure Redis is not called.
	retryAfter = time.Second

	// rejoining is how long after an outage a process holds back, because other
	// processes may not have noticed its end yet.
	rejoining = 3 * time.Second
)

// health records whether Redis answers.
type health struct {
	away    bool
	retry   time.Time // when to ask again
	back    time.Time // when the last outage ended
	pending int       // operations whose result is not known
	failed  *bucket   // that of the operation that noticed the outage
}

// reply is an answer of the script.
type reply struct {
	wait    time.Duration
	booked  bool
	epoch   int64
	shift   time.Duration
	rate    int
	spacing time.Duration
	ahead   int
}

func parseReply(values []int64) (reply, error) {
	if len(values) != 7 {
		return reply{}, fmt.Errorf("redislimiter: the script returned %d values, want 7",
			len(values))
	}
	micros := func(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
	return reply{
		wait:    micros(values[0]),
		booked:  values[1] == 1,
		epoch:   values[2],
		shift:   micros(values[3]),
		rate:    limitRate(int(values[4])),
		spacing: micros(values[5]),
		ahead:   int(values[6]),
	}, nil
}

// call runs the script for the bucket, unless Redis is away. It ignores the end
// of ctx, because a canceled request says nothing about Redis. It also ignores
// the timeouts of the client.
func (l *Limiter) call(ctx context.Context, b *bucket, args ...any) (reply, error) {
	if !l.begin(ctx) {
		return reply{}, errAway
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.timeout)
	defer cancel()
	type answer struct {
		reply reply
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		defer l.end()
		r, err := l.run(ctx, b, args)
		answers <- answer{r, err}
	}()
	var a answer
	select {
	case a = <-answers:
	case <-ctx.Done():
		a.err = l.late()
	}
	if a.err != nil {
		l.failed(ctx, b, a.err)
	}
	return a.reply, a.err
}

// late returns the error of an operation that takes too long.
func (l *Limiter) late() error { return fmt.Errorf("no answer within %v", l.timeout) }

// run runs the script.
func (l *Limiter) run(ctx context.Context, b *bucket, args []any) (reply, error) {
	values, err := l.script.Run(ctx, l.rdb, []string{b.redisKey}, args...).Int64Slice()
	if err != nil {
		return reply{}, err
	}
	return parseReply(values)
}

// begin reports whether to call Redis, and if so counts an operation as
// pending.
func (l *Limiter) begin(ctx context.Context) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away(ctx) {
		return false
	}
	l.health.pending++
	return true
}

// end counts an operation as no longer pending.
func (l *Limiter) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.health.pending--
}

// away reports whether Redis is away. If so, one operation at a time checks
// whether it is back, and no caller waits for it. That operation books
// nothing, because Redis may execute it much later. The caller holds l.mu.
func (l *Limiter) away(ctx context.Context) bool {
	if !l.health.away {
		return false
	}
	if l.health.pending == 0 && time.Now().After(l.health.retry) {
		l.health.pending++
		go l.probe(ctx, l.health.failed, l.health.failed.rate)
	}
	return true
}

// probe checks whether Redis is back, with the bucket for which it failed. The
// node of another bucket, or another key, may be in order all the time.
func (l *Limiter) probe(ctx context.Context, b *bucket, rate int) {
	defer l.end() // only when l.health tells the result, or a second probe would start
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.timeout)
	defer cancel()
	_, err := l.run(limited, b, []any{"ping", rate})
	if err == nil && limited.Err() != nil {
		err = l.late() // the next operations would fail again
	}
	if err != nil {
		l.failed(ctx, b, err)
		return
	}
	l.returned()
	slog.InfoContext(ctx, "redislimiter: Redis is available again")
}

// returned records that Redis is back, and makes all callers return to it.
func (l *Limiter) returned() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.health.away, l.health.back = false, now
	for _, b := range l.buckets {
		if !b.seen.IsZero() {
			b.seen = now // the share is still needed to return without a burst
		}
		for _, w := range b.queue {
			if w.rejoin != nil {
				w.rejoin()
			}
		}
	}
}

// failed records that an operation on a bucket failed, and makes all callers
// check whether they can continue without Redis.
func (l *Limiter) failed(ctx context.Context, b *bucket, err error) {
	if l.lost(ctx, b, err) {
		const text = "redislimiter: Redis is unavailable, continuing with the last known share"
		slog.WarnContext(ctx, text, "error", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range l.buckets {
		b.notifyAll()
	}
}

// lost records that Redis is away, and reports whether it was not away before.
func (l *Limiter) lost(ctx context.Context, b *bucket, err error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	// Add jitter, so that not all processes retry at the same time.
	l.health.retry = now.Add(retryAfter + rand.N(retryAfter/2))   //nolint:gosec // It is only jitter.
	ended := errors.Is(err, redis.ErrClosed) && len(b.queue) == 0 // the program ends
	if l.health.away || ended {
		return false
	}
	l.health.away, l.health.failed = true, b
	for key, b := range l.buckets {
		b.expire(now)
		if b.rate != usualRate(key.Scope) { // which l.alone does not know
			l.alone.Observe(ctx, key, client.Observation{Rate: b.rate, Remaining: -1})
		}
	}
	return true
}
