package client

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/pkerr/pkerr"
)

// waitToRepeat waits until a request that has failed may be sent again, and
// makes it ready for that. It reports whether it may be. If the context of the
// request has ended, it returns an error that matches that as well as the
// failure.
func (c *roundTrip) waitToRepeat(last attempt) (again bool, err error) {
	ctx := c.original.Context()
	if ctx.Err() == nil && !c.tooLong(last.delay) {
		if onWait := c.transport.OnWait; onWait != nil {
			onWait(c.original, Wait{Bucket: c.bucket, Delay: last.delay, Err: last.failure})
		}
		if c.prepare(last) == nil {
			return true, nil
		}
	}
	if ctx.Err() != nil {
		return false, &interruptedError{ended: contextError(ctx), failure: last.failure}
	}
	return false, nil
}

// prepare waits until the request may be sent again and makes its body ready. A
// slot is taken as late as possible, so that it does not go unused.
func (c *roundTrip) prepare(last attempt) error {
	if err := c.bounded(c.released); err != nil {
		return err
	}
	pause := func(ctx context.Context) error { return sleepUntil(ctx, last.at.Add(last.delay)) }
	if !last.refused() {
		if err := c.bounded(pause); err != nil {
			return err
		}
	}
	// After a refusal the limiter holds all requests, and keeps their order.
	if err := c.waitForSlot(); err != nil {
		return err
	}
	// It may have let this one through too early.
	if err := c.bounded(pause); err != nil {
		return err
	}
	return c.bounded(c.renew)
}

// bounded calls wait with a context that ends when the request can wait no
// longer.
func (c *roundTrip) bounded(wait func(context.Context) error) error {
	ctx, done := c.limit(longest)
	defer done()
	return wait(ctx)
}

// sleepUntil returns nil at the time t, or the cause of ctx if that ends
// before.
func sleepUntil(ctx context.Context, t time.Time) error {
	d := time.Until(t)
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return context.Cause(ctx)
}

// tooLong reports whether the request cannot wait for the time d. After a wait
// that ends at its deadline, it could not be sent.
func (c *roundTrip) tooLong(d time.Duration) bool {
	deadline, ok := c.original.Context().Deadline()
	return d >= c.left || ok && d >= time.Until(deadline)
}

// headerDelay returns how long to wait after a refusal as far as its header
// tells, apart from Retry-After, which the body overrules. The body of a
// refusal of the API's own limiter asks for no more.
func headerDelay(refusal *ResponseError) time.Duration {
	if wasCounted(refusal) {
		return 2 * emissionInterval(refusal)
	}
	return emissionInterval(refusal)
}

// retryDelay is RetryDelay, except for a refusal that says nothing, such as an
// edge's, it is a second, and twice as long for each further one.
func (c *roundTrip) retryDelay(refusal *ResponseError) time.Duration {
	if unhinted(refusal) {
		return time.Second << min(c.unhinted, 30)
	}
	delay, _ := RetryDelay(refusal)
	return delay
}

// unhinted reports whether a refusal does not say how long to wait.
func unhinted(refusal *ResponseError) bool {
	_, asked := pkerr.RetryAfter(refusal)
	_, limited := refusal.RateLimit()
	return !asked && !limited
}

// The delay before the first retry of a request that failed, on average, and
// the longest one.
const (
	firstBackoff = 500 * time.Millisecond
	maxBackoff   = time.Hour
)

// retrySafe reports whether the request may be repeated though it may have been
// served.
func (c *roundTrip) retrySafe() bool {
	method := c.original.Method
	return c.transport.RetrySafeMethods && (isRead(method) || method == http.MethodHead)
}

// unreachable is an attempt that Base returned an error for.
func (c *roundTrip) unreachable(err error) attempt {
	if !c.retrySafe() || c.original.Context().Err() != nil {
		return attempt{err: err}
	}
	return attempt{err: err, failure: err, delay: c.backoff(), at: time.Now()}
}

// unavailable is an attempt that a proxy answered.
func (c *roundTrip) unavailable(resp *http.Response) attempt {
	if !c.retrySafe() {
		return attempt{resp: resp}
	}
	now := time.Now()
	failure := c.keep(resp, func() {})
	delay, ok := pkerr.RetryAfter(failure)
	if !ok {
		delay = c.backoff()
	}
	return attempt{resp: resp, failure: failure, delay: delay, at: now}
}

// backoff returns the delay before the next retry of a request that failed.
func (c *roundTrip) backoff() time.Duration {
	delay := min(firstBackoff<<min(c.failed, 30), maxBackoff)
	c.failed++
	return delay/2 + rand.N(delay) //nolint:gosec // Nobody has to guess it.
}
