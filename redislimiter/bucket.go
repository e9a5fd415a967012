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
	// minSweep is the number of buckets below which none are removed.
	minSweep = 1024

	// remembered is how long a process that does not use a bucket remembers its
	// share. It does not forget while Redis is away.
	remembered = time.Minute

	// staleAfter is how late a slot may still be used.
	staleAfter = time.Second

	// maxCaution is the largest factor by which refusals extend a round.
	maxCaution = 4

	// maxRate is the highest rate that is accepted from a server.
	maxRate = 1000
)

// bucket is a bucket of the API as this process sees it.
type bucket struct {
	redisKey string

	// queue has the callers of Wait in order of arrival. Only the first one has
	// or requests a slot.
	queue []*waiter

	// asking reports whether Redis is being asked about the slot.
	asking bool

	// slot is the right to send the next request, or nil. It belongs to the
	// process, so that it is not lost when a caller gives up.
	slot *slot

	// rate is how many requests per second the API accepts.
	rate int

	// spacing is the time from one slot of the fleet to the next. others is how
	// many other processes wait for slots. seen is when Redis last reported the
	// two, or zero if that is not known or too long ago.
	spacing time.Duration
	others  float64
	seen    time.Time

	// caution is the factor by which this process extends its round because of
	// refusals while Redis is away. A value below 1 counts as 1.
	caution float64

	// next is the time of this process's next slot if it continues without
	// Redis.
	next time.Time

	// held is the time until which nothing may be sent, because this process
	// was refused.
	held time.Time
}

// slot is the right to send one request.
type slot struct {
	at time.Time

	// shared reports whether the slot came from Redis, which can move it. epoch
	// and shift determine how far it has been moved.
	shared bool
	epoch  int64
	shift  time.Duration

	// final reports whether the slot is used without another check.
	final bool
}

// waiter is a call of Wait.
type waiter struct {
	wake     chan struct{} // gets a value when the waiter should check again
	deadline time.Time     // that of the call's context, or zero
	retry    time.Time     // when to ask Redis again after it had no slot
	rejoin   func()        // ends a wait without Redis, or nil
	err      error         // the reason to give up
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

// enter adds a caller to the queue of a bucket, unless its slot is known to be
// too late.
func (l *Limiter) enter(ctx context.Context, key client.Bucket) (*bucket, *waiter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key)
	w := &waiter{wake: make(chan struct{}, 1)}
	w.deadline, _ = ctx.Deadline()
	b.queue = append(b.queue, w)
	if b.dismiss(key, b.turn()); w.err != nil {
		return nil, nil, w.err
	}
	return b, w, nil
}

// leave removes a caller from the queue.
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
	if !l.health.away {
		b.expire(time.Now())
	}
	return b
}

// forget removes the idle buckets whenever their number has doubled since the
// last time.
func (l *Limiter) forget() {
	if len(l.buckets) < max(l.sweep, minSweep) {
		return
	}
	now := time.Now()
	for key, b := range l.buckets {
		if len(b.queue) == 0 && !b.asking && now.Sub(b.next) > time.Second && now.After(b.held) {
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

// expire forgets the process's share if it was learned too long ago.
func (b *bucket) expire(now time.Time) {
	if now.Sub(b.seen) > remembered {
		b.seen, b.others = time.Time{}, 0
	}
}

// turn returns the time before which this process does not send a request, as
// far as it is known.
func (b *bucket) turn() time.Time {
	if b.slot == nil {
		return b.held
	}
	return later(b.slot.at, b.held)
}

// dismiss ends the wait of callers whose slot does not come before their
// deadline, if the first slot comes at the time turn.
func (b *bucket) dismiss(key client.Bucket, turn time.Time) {
	b.queue = slices.DeleteFunc(b.queue, func(w *waiter) bool {
		if w.deadline.IsZero() || turn.Before(w.deadline) {
			turn = turn.Add(interval(b.rate)) // or later, because of other processes
			return false
		}
		w.err = tooLate(key, time.Until(turn))
		w.notify()
		return true
	})
	b.notifyFirst()
}

func tooLate(key client.Bucket, delay time.Duration) error {
	return &client.WaitError{Bucket: key, Delay: max(delay, 0), Err: context.DeadlineExceeded}
}

// learn records what Redis said about the bucket.
func (b *bucket) learn(key client.Bucket, r reply) {
	b.rate, b.spacing, b.seen, b.caution = r.rate, r.spacing, time.Now(), 1
	if s := b.slot; s != nil && s.shared && s.epoch == r.epoch && r.shift > s.shift {
		s.at, s.shift, s.final = s.at.Add(r.shift-s.shift), r.shift, false
		b.dismiss(key, b.turn())
	}
}

// hold records that a request was refused. If Redis is away, the process takes
// a smaller share from its next slot on.
func (b *bucket) hold(key client.Bucket, d time.Duration, away bool) {
	now := time.Now()
	if away && !b.held.After(now) {
		b.caution = min(2*max(b.caution, 1), maxCaution)
		b.next = later(b.next, now.Add(b.step()))
		if s := b.slot; s != nil && !s.shared {
			s.at = later(s.at, b.next)
		}
	}
	b.held = later(b.held, now.Add(d))
	b.dismiss(key, b.turn())
}

// round returns the time in which every process of the fleet gets a slot, with
// some margin, or 0 if that is not known.
func (b *bucket) round() time.Duration {
	if b.seen.IsZero() {
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

// hasRoom reports whether the fleet leaves room for other programs. It is false
// for small buckets, which are often empty even while other programs use them.
func (b *bucket) hasRoom() bool { return b.rate > 4 && b.spacing > interval(b.rate)*11/10 }

// ownSlot returns the next slot of a process without Redis.
func (b *bucket) ownSlot(now time.Time) *slot {
	at := b.next
	if at.Before(now) {
		// Add jitter, because all processes lose Redis at the same moment.
		at = now.Add(rand.N(b.round())) //nolint:gosec // It is only jitter.
	}
	return &slot{at: later(at, b.held)}
}

// use marks the slot as used.
func (b *bucket) use(now time.Time) {
	// Count from now, because a Redis that hangs may have delayed the slot.
	b.next = now.Add(b.step())
	b.caution *= 0.75 // see whether the process can go faster again
	b.slot = nil
}

// redisKey returns the key of a bucket in Redis. It does not contain the token,
// because an owner is a hash. The braces are a hash tag, which makes a cluster
// choose the node by the bucket.
func (l *Limiter) redisKey(key client.Bucket) string {
	name := l.prefix + "{" + key.String() + "}"
	// The API counts a system's own requests across addresses.
	if key.Owner == "" && l.egress != "" {
		name += "@" + url.QueryEscape(l.egress)
	}
	return name
}

// usualRate returns the documented rate of a scope, or the slowest one for an
// unknown scope.
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

// half returns how full the fleet keeps the API's bucket. The script has the
// same formula. If the bucket is fuller, other programs use it as well.
func half(rate int) time.Duration {
	return interval(rate) * 51 / 50 * time.Duration(max(rate-1, 2)) / 2
}

// interval returns the time in which the API grants one request.
func interval(rate int) time.Duration { return time.Second / time.Duration(rate) }
