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
	pause               // sleep until the slot's time, or until notified
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
	switch next {
	case pause:
		err = w.sleep(ctx, wait)
	case alone:
		return l.alone.Wait(ctx, key)
	case book:
		wait, err = l.book(ctx, key, b, w)
		if err == nil && wait > 0 {
			err = w.sleep(ctx, wait)
		}
	case check:
		l.check(ctx, key, b)
	case send:
		return nil
	}
	if err != nil {
		return err
	}
	return errAgain
}

// decide returns the next action of a caller, and how long to pause. If the
// caller is to send its request, decide uses the slot.
func (l *Limiter) decide(ctx context.Context, b *bucket, w *waiter) (action, time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	switch {
	case w.err != nil:
		return send, 0, w.err
	case l.away(ctx, b) && !b.hasOthers():
		return alone, 0, nil
	case b.queue[0] != w:
		return pause, 0, nil
	case b.slot == nil || now.Sub(b.slot.at) > staleAfter:
		return book, 0, nil
	case b.slot.at.After(now):
		return pause, b.slot.at.Sub(now), nil
	case !b.slot.final:
		return check, 0, nil
	}
	b.use(now)
	return send, 0, nil
}

// book reserves the process's next slot in Redis. Without Redis it takes a slot
// that keeps the process to its share. It returns an error if the slot would be
// too late for w; otherwise it returns how long to wait before asking again, or
// 0.
func (l *Limiter) book(
	ctx context.Context, key client.Bucket, b *bucket, w *waiter,
) (time.Duration, error) {
	longest := horizon
	if !w.deadline.IsZero() {
		longest = min(longest, max(time.Until(w.deadline), 0))
	}
	rate, outage, round := l.state(b)
	r, err := l.call(ctx, b, "book", rate, longest.Microseconds(), outage, round.Microseconds())

	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	b.slot = nil
	if err != nil {
		if b.hasOthers() {
			b.slot = b.ownSlot(now)
			b.dismiss(key)
		}
		return 0, nil // Redis is away, which the next step handles
	}
	b.learn(key, r)
	b.others = max(float64(r.ahead), b.others*0.9) // rises at once and falls slowly
	if !r.booked {
		if longest < horizon {
			return 0, tooLate(key, r.wait)
		}
		return horizon / 4, nil
	}
	at := now.Add(r.wait)
	if rejoined := l.health.back.Add(rejoining); now.Before(rejoined) && at.Before(rejoined) {
		at = later(at, b.next)
	}
	b.slot = &slot{at: at, shared: true, final: r.wait < unchecked, epoch: r.epoch, shift: r.shift}
	b.dismiss(key)
	return 0, nil
}

// check asks Redis whether the slot has been moved, and updates it.
func (l *Limiter) check(ctx context.Context, key client.Bucket, b *bucket) {
	s := b.slot // only the first caller in the queue replaces it
	rate, outage, round := l.state(b)
	r, err := l.call(ctx, b, "check", rate, outage, round.Microseconds(), s.epoch)

	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		s.final = true // Redis gave it out, so it may be used
		if s.shared {
			// All slots move by the time that was lost waiting for an answer.
			s.at = s.at.Add(l.timeout)
			b.dismiss(key)
		}
		return
	}
	before := s.at
	b.learn(key, r)
	// A small move is not worth another check.
	s.final = s.at.Sub(before) <= b.spacing
	s.shared, s.epoch, s.shift = true, r.epoch, r.shift
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
