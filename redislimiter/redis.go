package redislimiter

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"
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
	pending int       // operations in progress
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
	if !l.begin(ctx, b) {
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
		r, err := l.run(ctx, b, args)
		answers <- answer{r, err}
	}()
	var a answer
	select {
	case a = <-answers:
	case <-ctx.Done():
		a.err = fmt.Errorf("no answer within %v", l.timeout)
	}
	if a.err != nil {
		l.failed(ctx, a.err)
	}
	return a.reply, a.err
}

// run runs the script, which [Limiter.begin] has counted as pending.
func (l *Limiter) run(ctx context.Context, b *bucket, args []any) (reply, error) {
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.health.pending--
	}()
	values, err := l.script.Run(ctx, l.rdb, []string{b.redisKey}, args...).Int64Slice()
	if err != nil {
		return reply{}, err
	}
	return parseReply(values)
}

// begin reports whether to call Redis, and if so counts an operation as
// pending.
func (l *Limiter) begin(ctx context.Context, b *bucket) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away(ctx, b) {
		return false
	}
	l.health.pending++
	return true
}

// away reports whether Redis is away. If so, one operation at a time checks
// whether it is back, and no caller waits for it. That operation changes
// nothing, because Redis may execute it much later. The caller holds l.mu.
func (l *Limiter) away(ctx context.Context, b *bucket) bool {
	if !l.health.away {
		return false
	}
	if l.health.pending == 0 && time.Now().After(l.health.retry) {
		l.health.pending++
		go l.probe(ctx, b, b.rate)
	}
	return true
}

// probe checks whether Redis is back.
func (l *Limiter) probe(ctx context.Context, b *bucket, rate int) {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.timeout)
	defer cancel()
	_, err := l.run(limited, b, []any{"ping", rate})
	if err != nil {
		l.failed(ctx, err)
		return
	}
	l.mu.Lock()
	l.health.away, l.health.back = false, time.Now()
	l.mu.Unlock()
	slog.InfoContext(ctx, "redislimiter: Redis is available again")
}

// failed records that Redis did not answer.
func (l *Limiter) failed(ctx context.Context, err error) {
	l.mu.Lock()
	first := !l.health.away
	l.health.away = true
	// Add jitter, so that not all processes retry at the same time.
	l.health.retry = time.Now().Add(retryAfter + rand.N(retryAfter/2)) //nolint:gosec // It is only jitter.
	for _, b := range l.buckets {
		b.notifyAll() // some callers can continue without Redis
	}
	l.mu.Unlock()
	if first {
		const text = "redislimiter: Redis is unavailable, continuing with the last known share"
		slog.WarnContext(ctx, text, "error", err)
	}
}
