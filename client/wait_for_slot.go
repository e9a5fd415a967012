package client

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// waitForSlot waits until the request may be sent. The error is a [*WaitError],
// or that of the context if it had already ended.
func (c *roundTrip) waitForSlot() error {
	t := c.transport
	if ctx := c.original.Context(); ctx.Err() != nil {
		return contextError(ctx)
	}
	c.granted = 0 // what was granted before has been used
	c.announced = c.attempts > 0 || t.OnWait == nil
	ready := false
	defer func() {
		if !ready { // also if OnWait or the limiter panics
			t.scopes.leave(&c.slotRequest)
		}
	}()
	for {
		needs, ahead := t.scopes.next(&c.slotRequest)
		if !needs {
			ready = true
			return nil
		}
		if ahead == 0 && c.local != nil && c.local.try(c.bucket) {
			t.scopes.grant(&c.slotRequest, false)
			if c.sure { // the usual case, which needs no timer
				ready = true
				return nil
			}
			continue
		}
		if ahead == 0 && t.scopes.takeSpare(&c.slotRequest) {
			continue
		}
		if err := c.waitInQueue(ahead); err != nil {
			return err
		}
	}
}

// waitInQueue waits until the limiter grants the slot that the request needs,
// or until the request should look again for what it needs.
func (c *roundTrip) waitInQueue(ahead int) error {
	t := c.transport
	ctx, done := c.limit(longest)
	defer done()
	if granted, err := c.announce(ctx, ahead); granted || err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var woken atomic.Bool
	if !t.scopes.wait(&c.slotRequest, func() { woken.Store(true); cancel() }) {
		return nil
	}
	err := context.Canceled
	if ahead == 0 {
		err = t.limiter().Wait(ctx, c.bucket)
	} else {
		<-ctx.Done()
	}
	t.scopes.stop(&c.slotRequest)
	if err == nil {
		t.scopes.grant(&c.slotRequest, true)
	}
	// A turn that comes as the context ends comes too late.
	if c.original.Context().Err() == nil && (err == nil || woken.Load()) {
		return nil
	}
	return c.notSent(ctx, err)
}

// announce calls OnWait before a request waits for its first turn, if anything
// is known about that wait. granted reports whether the limiter has granted the
// slot instead. announce returns an error if the turn is known to come too
// late.
func (c *roundTrip) announce(ctx context.Context, ahead int) (granted bool, err error) {
	t := c.transport
	var delay time.Duration
	switch {
	case ahead > 0:
		delay = lineDelay(c.bucket, ahead)
	case c.announced || c.local == nil:
		return false, nil
	default:
		err := c.local.Wait(impatient{ctx, time.Now()}, c.bucket)
		if err == nil {
			t.scopes.grant(&c.slotRequest, false)
			return true, nil
		}
		if e, ok := errors.AsType[*WaitError](err); ok {
			delay = e.Delay
		}
	}
	if c.tooLong(delay) {
		return false, c.notSent(ctx, &WaitError{Bucket: c.bucket, Delay: delay})
	}
	if !c.announced {
		c.announced = true
		t.OnWait(c.original, Wait{Bucket: c.bucket, Delay: delay})
	}
	return false, nil
}

// impatient is a context whose deadline has come, so that a limiter says at
// once how long a wait would take.
type impatient struct {
	context.Context //nolint:containedctx // It is itself a context.

	deadline time.Time
}

func (c impatient) Deadline() (time.Time, bool) { return c.deadline, true }

// notSent returns the error of a request that has waited with ctx and cannot be
// sent.
func (c *roundTrip) notSent(ctx context.Context, err error) error {
	e := &WaitError{Bucket: c.bucket, Err: err}
	if told, ok := errors.AsType[*WaitError](err); ok && told != nil {
		e.Delay = told.Delay
		if any(err) == any(told) {
			e.Bucket = cmp.Or(told.Bucket, c.bucket)
			e.Err = cmp.Or(told.Err, context.DeadlineExceeded)
		}
	}
	request := c.original.Context()
	deadline, ok := request.Deadline()
	switch bound, _ := ctx.Deadline(); {
	case request.Err() != nil:
		e.Err = contextError(request)
		if errors.Is(e.Err, context.DeadlineExceeded) {
			e.Bound = boundDeadline
		}
	case ctx.Err() != nil:
		e.Err, e.Bound = context.DeadlineExceeded, boundMaxWait
	case !isTooLate(e.Err):
		// The limiter has its own reason.
	case ok && !deadline.After(bound):
		e.Bound = boundDeadline
	default:
		e.Bound = boundMaxWait
	}
	return e
}
