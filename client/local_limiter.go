package client

import (
	"context"
	"slices"
	"sync"
	"time"
)

// LocalLimiter is the [Limiter] for one process. The zero value lets requests
// through as they come until the API refuses one. From then on it counts as the
// API does, until the bucket has had the time to fill up again: it lets requests
// through in the order in which they came. It sends 19 requests in the time of
// 20, and allows a burst of half a second's worth. If the API refuses even some
// of those, others use the same limit, and it makes room for them.
//
// A LocalLimiter is safe for concurrent use, and must not be copied after its
// first use. It starts no goroutines.
type LocalLimiter struct {
	// Pace makes the limiter count from the first request on, so that a busy
	// program is hardly ever refused. Set it before the limiter is used.
	Pace bool

	mu      sync.Mutex
	buckets map[Bucket]*localBucket
	sweep   int // how many buckets there may be before the full ones are forgotten
}

// minSweep is a number of buckets so small that none needs to be forgotten.
const minSweep = 1024

// localBucket is a bucket as one process sees it.
type localBucket struct {
	pacer

	// queue has those that wait, in the order in which they came. Only the first
	// one watches the clock.
	queue []*waiter
}

// waiter is one call of Wait whose turn has not come.
type waiter struct {
	// wake gets a value when the waiter should look again. It belongs to the call:
	// a channel that stayed behind would belong to the testing/synctest bubble
	// that made it.
	wake chan struct{}

	// deadline is that of the call's context, or zero.
	deadline time.Time

	// err is why the waiter should give up.
	err error
}

func (w *waiter) notify() {
	select {
	case w.wake <- struct{}{}:
	default: // it has been notified already
	}
}

// Wait waits until a request of the bucket may be sent. As soon as it is known
// that this will be after the deadline of ctx, it returns a [*WaitError] with
// [context.DeadlineExceeded], whatever its place in the queue. If ctx ends first,
// it returns the cause.
func (l *LocalLimiter) Wait(ctx context.Context, bucket Bucket) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	deadline, _ := ctx.Deadline()
	b, w, err := l.enter(bucket, deadline)
	if w == nil {
		return err
	}
	defer l.leave(b, w)
	for {
		wait, err := l.reserve(bucket, b, w)
		if wait == 0 {
			return err
		}
		if err := w.sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// sleep returns after d or when w is notified. It returns the cause of ctx if
// that ends first.
func (w *waiter) sleep(ctx context.Context, d time.Duration) error {
	var due <-chan time.Time
	if d < longest {
		timer := time.NewTimer(d)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
		return nil
	case <-w.wake:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Observe notes the rate of the bucket if seen has one, and lets no request of it
// through for the time seen.Hold.
func (l *LocalLimiter) Observe(_ context.Context, bucket Bucket, seen Observation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	b := l.bucket(bucket, now)
	b.observe(now, seen)
	b.dismiss(now, bucket)
	b.notifyFirst()
}

// try reports whether a request of the bucket may be sent at once, and counts it
// if so.
func (l *LocalLimiter) try(bucket Bucket) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	return l.bucket(bucket, now).try(now)
}

// enter counts a request if it may be sent at once, and else adds a waiter to the
// queue, unless its turn is known to come after the deadline.
func (l *LocalLimiter) enter(bucket Bucket, deadline time.Time) (*localBucket, *waiter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	b := l.bucket(bucket, now)
	if b.try(now) {
		return b, nil, nil
	}
	if turn := b.turn(now, len(b.queue)); late(turn, deadline) {
		return b, nil, tooLate(bucket, turn.Sub(now))
	}
	w := &waiter{wake: make(chan struct{}, 1), deadline: deadline}
	b.queue = append(b.queue, w)
	return b, w, nil
}

// leave takes w out of the queue.
func (l *LocalLimiter) leave(b *localBucket, w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(b.queue, w); i >= 0 {
		b.queue = slices.Delete(b.queue, i, i+1)
	}
	b.notifyFirst()
}

// reserve returns 0 if w need not wait any longer: with nil if its request may be
// sent, which it counts, and else with the reason. Otherwise it returns how long w
// has to wait before it looks again, which is the longest duration if w is not the
// first.
func (l *LocalLimiter) reserve(bucket Bucket, b *localBucket, w *waiter) (time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.err != nil {
		return 0, w.err
	}
	if b.queue[0] != w {
		return longest, nil
	}
	now := time.Now()
	b.sync(now)
	if wait := b.turn(now, 0).Sub(now); wait > 0 {
		b.dismiss(now, bucket)
		if w.err != nil {
			return 0, w.err
		}
		return wait, nil
	}
	b.count(now)
	return 0, nil
}

// try counts a request if it may be sent at once.
func (b *localBucket) try(now time.Time) bool {
	if len(b.queue) > 0 || b.turn(now, 0).After(now) {
		return false
	}
	b.count(now)
	return true
}

// dismiss tells those whose turn is known to come after their deadline.
func (b *localBucket) dismiss(now time.Time, bucket Bucket) {
	before := 0
	b.queue = slices.DeleteFunc(b.queue, func(w *waiter) bool {
		turn := b.turn(now, before)
		if !late(turn, w.deadline) {
			before++
			return false
		}
		w.err = tooLate(bucket, turn.Sub(now))
		w.notify()
		return true
	})
}

func (b *localBucket) notifyFirst() {
	if len(b.queue) > 0 {
		b.queue[0].notify()
	}
}

func late(turn, deadline time.Time) bool { return !deadline.IsZero() && turn.After(deadline) }

func tooLate(bucket Bucket, delay time.Duration) error {
	return &WaitError{Bucket: bucket, Delay: delay, Err: context.DeadlineExceeded}
}

// bucket returns the state of a bucket as of now.
func (l *LocalLimiter) bucket(bucket Bucket, now time.Time) *localBucket {
	b := l.buckets[bucket]
	if b == nil {
		l.forget(now)
		if l.buckets == nil {
			l.buckets = map[Bucket]*localBucket{}
		}
		// A scope that is not known gets the slowest rate there is.
		b = &localBucket{pacer: pacer{always: l.Pace, rate: max(usualRate(bucket.Scope), 1)}}
		l.buckets[bucket] = b
	}
	b.sync(now)
	return b
}

// forget drops the buckets that are full again, each time that there are twice as
// many as were left the last time.
func (l *LocalLimiter) forget(now time.Time) {
	if len(l.buckets) < max(l.sweep, minSweep) {
		return
	}
	for bucket, b := range l.buckets {
		if b.sync(now); len(b.queue) == 0 && b.full(now) {
			delete(l.buckets, bucket)
		}
	}
	l.sweep = 2 * len(l.buckets)
}
