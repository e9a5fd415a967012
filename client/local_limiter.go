package client

import (
	"context"
	"slices"
	"sync"
	"time"
)

// LocalLimiter is the [Limiter] for one process. The zero value lets requests
// through as they come until the API refuses one, or says that others use the
// same limit. From then on it sends 19 requests in the time of 20, and allows a
// burst of half a second's worth, until the bucket has had time to fill up
// again. Requests get their turns in order of arrival.
//
// Processes behind one IP address share its limits. Each slows down if less
// remains than its own requests account for, or if the API refuses a request
// although it was counting. Of two to ten processes that read as fast as they
// can, none gets more than 1.5 times as much as another, and together they get
// at least 90 % of the limit. The API reveals less about writes: two processes
// get nine tenths of the limit, and ten get less than half. A shared Limiter
// does better. docs/local-limiter.md has the figures and the algorithm.
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

// minSweep is the number of buckets below which none is forgotten.
const minSweep = 1024

// localBucket is a bucket as one process sees it.
type localBucket struct {
	pacer

	// queue holds the waiters in order of arrival. Only the first one watches
	// the clock.
	queue []*waiter
}

// waiter is one call of Wait whose turn has not come.
type waiter struct {
	// wake receives a value when the waiter should look again. Each call makes
	// its own channel: one that was kept would belong to the testing/synctest
	// bubble that made it.
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

// Wait waits until a request of the bucket may be sent. As soon as that is
// known to be at or after the deadline of ctx, Wait returns a [*WaitError] with
// [context.DeadlineExceeded], whatever the call's place in the queue. If ctx
// ends first, Wait returns its cause.
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

// sleep returns nil after d, or when w is notified. If ctx ends first, it
// returns the cause.
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

// Observe notes the rate of the bucket if seen has one, and lets no request of
// the bucket through for the time seen.Hold.
func (l *LocalLimiter) Observe(_ context.Context, bucket Bucket, seen Observation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(bucket)
	b.observe(seen)
	b.notifyFirst() // it tells the others if their turn now comes too late
}

// try reports whether a request of the bucket may be sent at once, and counts
// it if so.
func (l *LocalLimiter) try(bucket Bucket) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bucket(bucket).try()
}

// enter counts a request if it may be sent at once. Otherwise it adds a waiter
// to the queue, or returns an error if the turn is known to come after the
// deadline.
func (l *LocalLimiter) enter(bucket Bucket, deadline time.Time) (*localBucket, *waiter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(bucket)
	if b.try() {
		return b, nil, nil
	}
	if err := b.late(bucket, len(b.queue), deadline); err != nil {
		return b, nil, err
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

// reserve returns how long w has to wait before it looks again, which is the
// longest duration if w is not the first. It returns 0 if w need not wait any
// longer. The error is then nil if the request may be sent, and reserve counts
// it; otherwise the error is why w gives up.
func (l *LocalLimiter) reserve(bucket Bucket, b *localBucket, w *waiter) (time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.err != nil {
		return 0, w.err
	}
	if b.queue[0] != w {
		return longest, nil
	}
	b.sync(time.Now())
	wait := b.turn(0).Sub(b.now)
	if wait <= 0 {
		b.count()
		return 0, nil
	}
	b.dismiss(bucket)
	if w.err != nil {
		return 0, w.err
	}
	return wait, nil
}

// try counts a request if it may be sent at once, and reports whether it may.
func (b *localBucket) try() bool {
	if len(b.queue) > 0 || b.turn(0).After(b.now) {
		return false
	}
	b.count()
	return true
}

// dismiss removes the waiters whose turn is known to come at or after their
// deadline from the queue, and notifies them.
func (b *localBucket) dismiss(bucket Bucket) {
	before := 0
	b.queue = slices.DeleteFunc(b.queue, func(w *waiter) bool {
		if w.err = b.late(bucket, before, w.deadline); w.err == nil {
			before++
			return false
		}
		w.notify()
		return true
	})
}

// late returns an error if the turn of a request with this many others before
// it is known to come at or after its deadline, and nil otherwise.
func (b *localBucket) late(bucket Bucket, before int, deadline time.Time) error {
	turn := b.turn(before)
	if deadline.IsZero() || turn.Before(deadline) {
		return nil
	}
	return &WaitError{Bucket: bucket, Delay: turn.Sub(b.now), Err: context.DeadlineExceeded}
}

// notifyFirst makes the first waiter in the queue look again.
func (b *localBucket) notifyFirst() {
	if len(b.queue) > 0 {
		b.queue[0].notify()
	}
}

// bucket returns the state of a bucket as of now.
func (l *LocalLimiter) bucket(bucket Bucket) *localBucket {
	now := time.Now()
	b := l.buckets[bucket]
	if b == nil {
		l.forget(now)
		if l.buckets == nil {
			l.buckets = map[Bucket]*localBucket{}
		}
		// An unknown scope gets the slowest possible rate.
		b = &localBucket{pacer: newPacer(max(usualRate(bucket.Scope), 1), l.Pace)}
		l.buckets[bucket] = b
	}
	b.sync(now)
	return b
}

// forget drops the buckets that are full again. It does nothing until there are
// twice as many buckets as it left the last time.
func (l *LocalLimiter) forget(now time.Time) {
	if len(l.buckets) < max(l.sweep, minSweep) {
		return
	}
	for bucket, b := range l.buckets {
		if b.sync(now); len(b.queue) == 0 && b.full() {
			delete(l.buckets, bucket)
		}
	}
	l.sweep = 2 * len(l.buckets)
}
