package redislimiter

import (
	"context"
	"errors"
	"time"

	"github.com/pkerr/pkerr/client"
)

const (
	// horizon is how far ahead slots can be booked. Keys in Redis live longer.
	horizon = time.Minute

	// unchecked is the wait below which a slot is used without another check.
	unchecked = 10 * time.Millisecond
)

// errAgain makes Wait take another step.
var errAgain = errors.New("redislimiter: another step")

// action is the next action of a caller.
type action int

const (
	send  action = iota // send the request
	pause               // sleep for some time, or until notified
	alone               // wait as client.LocalLimiter does
	book                // ask Redis for a slot
	check               // ask Redis whether the slot has been moved
)

// step takes a caller one step towards sending its request. It returns errAgain
// if another step is needed.
func (l *Limiter) step(ctx context.Context, key client.Bucket, b *bucket, w *waiter) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	next, wait, err := l.decide(ctx, b, w)
	if err != nil {
		return err
	}
	// The caller need not wait for Redis if ctx ends. The answer is then for
	// the next one.
	switch next {
	case pause:
	case alone:
		return l.waitAlone(ctx, key, w)
	case book:
		go l.book(ctx, key, b, w)
	case check:
		go l.check(ctx, key, b)
	case send:
		return nil
	}
	if err := w.sleep(ctx, wait); err != nil {
		return err
	}
	return errAgain
}

// waitAlone waits as client.LocalLimiter does. It returns errAgain if Redis is
// back.
func (l *Limiter) waitAlone(ctx context.Context, key client.Bucket, w *waiter) error {
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	l.mu.Lock()
	if !l.health.away {
		l.mu.Unlock()
		return errAgain
	}
	w.rejoin = cancel
	l.mu.Unlock()
	err := l.alone.Wait(limited, key)
	l.mu.Lock()
	l.away(ctx) // asks whether Redis is back, even if there are no new callers
	l.mu.Unlock()
	if err != nil && limited.Err() != nil {
		return errAgain // the next step finds out if it is ctx that has ended
	}
	return err
}

// decide returns the next action of a caller, and how long to pause, or 0 to
// pause until it is notified. If the caller is to send its request, decide uses
// the slot. If it is to ask Redis, decide makes the others wait for the answer.
func (l *Limiter) decide(ctx context.Context, b *bucket, w *waiter) (action, time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, turn := time.Now(), b.turn()
	switch {
	case w.err != nil:
		return send, 0, w.err
	case l.away(ctx) && !b.hasOthers():
		return alone, 0, nil
	case b.asking || b.queue[0] != w:
		return pause, 0, nil
	case w.retry.After(now):
		return pause, w.retry.Sub(now), nil
	case b.slot == nil || now.Sub(turn) > staleAfter:
		b.asking = true
		return book, 0, nil
	case turn.After(now):
		return pause, turn.Sub(now), nil
	case !b.slot.final:
		b.asking = true
		return check, 0, nil
	}
	b.use(now)
	return send, 0, nil
}

// book reserves the process's next slot in Redis. Without Redis it takes a slot
// that keeps the process to its share. w is the caller for which the slot must
// not be too late.
func (l *Limiter) book(ctx context.Context, key client.Bucket, b *bucket, w *waiter) {
	longest := horizon
	if !w.deadline.IsZero() {
		longest = min(longest, max(time.Until(w.deadline), 0))
	}
	rate, outage, round := l.state(b)
	r, err := l.call(ctx, b, "book", rate, longest.Microseconds(), outage, round.Microseconds())

	l.mu.Lock()
	defer l.mu.Unlock()
	b.asking = false
	defer b.notifyFirst()
	now := time.Now()
	b.slot = nil
	if err != nil {
		if b.hasOthers() {
			b.slot = b.ownSlot(now)
			b.dismiss(key, b.turn())
		}
		return // Redis is away, which the next step handles
	}
	b.learn(key, r)
	b.others = max(float64(r.ahead), b.others*0.9) // rises at once and falls slowly
	if !r.booked {
		if longest == horizon {
			w.retry = now.Add(horizon / 4)
		}
		b.dismiss(key, now.Add(r.wait))
		return
	}
	at := now.Add(r.wait)
	if rejoined := l.health.back.Add(rejoining); now.Before(rejoined) && at.Before(rejoined) {
		at = later(at, b.next)
	}
	b.slot = &slot{at: at, shared: true, epoch: r.epoch, shift: r.shift}
	b.slot.final = at.Sub(now) < unchecked
	b.dismiss(key, b.turn())
}

// check asks Redis whether the slot has been moved, and updates it.
func (l *Limiter) check(ctx context.Context, key client.Bucket, b *bucket) {
	s := b.slot // stays the same while b.asking is true
	rate, outage, round := l.state(b)
	r, err := l.call(ctx, b, "check", rate, outage, round.Microseconds(), s.epoch)

	l.mu.Lock()
	defer l.mu.Unlock()
	b.asking = false
	defer b.notifyFirst()
	if err != nil {
		s.final = true // Redis gave it out, so it may be used
		if s.shared {
			// All slots move by the time that was lost waiting for an answer.
			s.at, s.shared = s.at.Add(l.timeout), false
			b.dismiss(key, b.turn())
		}
		return
	}
	b.learn(key, r)
	if !s.shared || s.epoch != r.epoch {
		s.shared, s.epoch, s.shift = true, r.epoch, r.shift
	}
	// A short wait is not worth another check.
	s.final = time.Until(b.turn()) <= b.spacing
}

// state returns what the script needs if Redis has lost the state of a bucket.
func (l *Limiter) state(b *bucket) (rate, outage int, round time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.health.back) < 2*rejoining {
		outage = 1
	}
	return b.rate, outage, b.round()
}
