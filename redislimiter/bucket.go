package redislimiter

import (
	"context"
	"math/rand/v2"
	"net/url"
	"slices"
	"time"

	"github.com/pkerr/pkerr/client"
)

const (
	// minSweep is a number of buckets so small that none needs to be forgotten.
	minSweep = 1024

	// remembered is how long it is of use what Redis said of a bucket.
	remembered = time.Minute

	// staleAfter is how long after its time a slot can still be used.
	staleAfter = time.Second

	// maxCaution is the most that refusals make of a round.
	maxCaution = 4

	// maxRate is the highest rate, whatever a server says.
	maxRate = 1000
)

// bucket is a bucket of the API as this process sees it.
type bucket struct {
	redisKey string

	// queue has the callers of Wait in the order in which they came. Only the
	// first one has, or asks for, a slot.
	queue []*waiter

	// slot is when the next request may be sent, or nil. It belongs to the
	// process, so that it is not lost when a caller gives up.
	slot *slot

	// rate is how many requests a second the API takes.
	rate int

	// spacing is the time from one slot of the fleet to the next, others how
	// many processes wait for slots besides this one, and seen when Redis last
	// said so.
	spacing time.Duration
	others  float64
	seen    time.Time

	// caution is how many times longer than a round this process waits for its
	// next slot, if it is more than 1, because of refusals while Redis is away.
	caution float64

	// next is when this process's next turn is if it goes on without Redis.
	next time.Time

	// held is until when nothing may be sent, for use without Redis.
	held time.Time
}

// slot is the right to send one request.
type slot struct {
	at time.Time

	// shared reports whether Redis gave the slot out, and so may move it. epoch
	// and shift tell how far it has been moved.
	shared bool
	epoch  int64
	shift  time.Duration

	// final reports whether the slot is used without another look.
	final bool
}

// waiter is a call of Wait.
type waiter struct {
	wake     chan struct{} // gets a value when the waiter should look again
	deadline time.Time     // that of the call's context, or zero
	err      error         // why to give up
}

func (w *waiter) notify() {
	select {
	case w.wake <- struct{}{}:
	default: // it has been notified already
	}
}

// sleep returns after d, if d is not 0, or when w is notified. It returns the
// cause of ctx if that ends first.
func (w *waiter) sleep(ctx context.Context, d time.Duration) error {
	var due <-chan time.Time
	if d > 0 {
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

// enter adds a caller to the queue of a bucket, unless its turn is known to
// come too late.
func (l *Limiter) enter(ctx context.Context, key client.Bucket) (*bucket, *waiter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key)
	w := &waiter{wake: make(chan struct{}, 1)}
	w.deadline, _ = ctx.Deadline()
	b.queue = append(b.queue, w)
	if b.dismiss(key); w.err != nil {
		return nil, nil, w.err
	}
	return b, w, nil
}

// leave takes a caller out of the queue.
func (l *Limiter) leave(b *bucket, w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(b.queue, w); i >= 0 {
		b.queue = slices.Delete(b.queue, i, i+1)
	}
	b.notifyFirst()
}

// bucket returns the state of a bucket.
func (l *Limiter) bucket(key client.Bucket) *bucket {
	b := l.buckets[key]
	if b == nil {
		l.forget()
		if l.buckets == nil {
			l.buckets = map[client.Bucket]*bucket{}
		}
		b = &bucket{redisKey: l.redisKey(key), rate: usualRate(key.Scope)}
		l.buckets[key] = b
	}
	return b
}

// forget drops the idle buckets, each time that there are twice as many as were
// left the last time.
func (l *Limiter) forget() {
	if len(l.buckets) < max(l.sweep, minSweep) {
		return
	}
	now := time.Now()
	for key, b := range l.buckets {
		if len(b.queue) == 0 && now.Sub(b.next) > time.Second && now.After(b.held) {
			delete(l.buckets, key)
		}
	}
	l.sweep = 2 * len(l.buckets)
}

func (b *bucket) notifyFirst() {
	if len(b.queue) > 0 {
		b.queue[0].notify()
	}
}

func (b *bucket) notifyAll() {
	for _, w := range b.queue {
		w.notify()
	}
}

// dismiss tells those whose turn is known to come after their deadline.
func (b *bucket) dismiss(key client.Bucket) {
	if b.slot == nil {
		return
	}
	turn := b.slot.at
	b.queue = slices.DeleteFunc(b.queue, func(w *waiter) bool {
		if w.deadline.IsZero() || !turn.After(w.deadline) {
			turn = turn.Add(interval(b.rate)) // other processes may make it later
			return false
		}
		w.err = tooLate(key, time.Until(turn))
		w.notify()
		return true
	})
	b.notifyFirst()
}

func tooLate(key client.Bucket, delay time.Duration) error {
	return &client.WaitError{Bucket: key, Delay: delay, Err: context.DeadlineExceeded}
}

// learn takes in what Redis said of the bucket.
func (b *bucket) learn(key client.Bucket, r reply) {
	b.rate, b.spacing, b.seen, b.caution = r.rate, r.spacing, time.Now(), 1
	if s := b.slot; s != nil && s.shared && s.epoch == r.epoch && r.shift > s.shift {
		s.at, s.shift = s.at.Add(r.shift-s.shift), r.shift
		b.dismiss(key)
	}
}

// hold takes in that a request was refused while Redis is away. The process
// takes a smaller share, from its next slot on.
func (b *bucket) hold(key client.Bucket, d time.Duration) {
	now := time.Now()
	if b.held.After(now) {
		b.held = later(b.held, now.Add(d))
	} else {
		b.held = now.Add(d)
		b.caution = min(2*max(b.caution, 1), maxCaution)
		b.next = later(b.next, now.Add(b.step()))
	}
	if s := b.slot; s != nil && !s.shared {
		s.at = later(s.at, later(b.held, b.next))
		b.dismiss(key)
	}
}

// round is the time in which every process of the fleet gets a slot, with some
// to spare, and 0 if that is not known.
func (b *bucket) round() time.Duration {
	if b.seen.IsZero() || time.Since(b.seen) > remembered {
		return 0
	}
	return time.Duration(float64(b.spacing) * (1 + b.others) * 20 / 19)
}

// step is the time from one slot of this process to the next while Redis is
// away.
func (b *bucket) step() time.Duration {
	return time.Duration(float64(b.round()) * max(b.caution, 1))
}

// hasOthers reports whether other processes are known to wait for slots, too.
func (b *bucket) hasOthers() bool { return b.round() > 0 && b.others >= 0.5 }

// hasRoom reports whether the fleet makes room for others, in a bucket so large
// that it is seldom empty while there are others.
func (b *bucket) hasRoom() bool { return b.rate > 4 && b.spacing > interval(b.rate)*11/10 }

// ownSlot returns the next slot of a process that has to do without Redis.
func (b *bucket) ownSlot(now time.Time) *slot {
	at := b.next
	if at.Before(now) {
		// All processes lose Redis at the same moment.
		at = now.Add(rand.N(b.round())) //nolint:gosec // It is no secret.
	}
	return &slot{at: later(at, b.held)}
}

// use uses the slot.
func (b *bucket) use(now time.Time) {
	// From now, because the slot may have had to wait for a Redis that hangs.
	b.next = now.Add(b.step())
	b.caution *= 0.75 // it is tried again how fast the process may go
	b.slot = nil
}

// redisKey returns the key of a bucket in Redis. It has no token in it, because
// an owner is a hash. The braces make a cluster place all of it by the bucket.
func (l *Limiter) redisKey(key client.Bucket) string {
	name := l.prefix + "{" + key.String() + "}"
	// The API counts a system's own requests across addresses.
	if key.Owner == "" && l.egress != "" {
		name += "@" + url.QueryEscape(l.egress)
	}
	return name
}

// usualRate returns the rate of a scope before the API has said it, and the
// slowest one for a scope that is not known.
func usualRate(scope string) int {
	switch scope {
	case "generic_get", "own_system_get":
		return 10
	case "generic_update", "own_system_update":
		return 3
	case "token2":
		return 20
	}
	return 1
}

func limitRate(rate int) int { return min(max(rate, 1), maxRate) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// half is how full the fleet makes the API's bucket, which is the script's
// half. If the bucket is fuller, others use it as well.
func half(rate int) time.Duration {
	return interval(rate) * 51 / 50 * time.Duration(max(rate-1, 2)) / 2
}

// interval is the time in which the API takes one request.
func interval(rate int) time.Duration { return time.Second / time.Duration(rate) }
