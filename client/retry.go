package client

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/pkerr/pkerr"
)

// waitToRepeat waits until a failed request may be sent again, and prepares it.
// again reports whether it may be sent. If the context of the request has
// ended, the error matches both the context's error and the failure.
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
	// After a refusal, the limiter itself holds all requests and keeps their
	// order.
	if err := c.waitForSlot(); err != nil {
		return err
	}
	// The limiter may have let this request through too early.
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

// sleepUntil waits until the time t and returns nil. If ctx ends first, it
// returns the cause.
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

// tooLong reports whether d is too long for the request to wait. A wait that
// ends exactly at its deadline is too long, because the request could not be
// sent after it.
func (c *roundTrip) tooLong(d time.Duration) bool {
	deadline, ok := c.original.Context().Deadline()
	return d >= c.left || ok && d >= time.Until(deadline)
}

// headerDelay returns how long to wait after a refusal, according to its
// header. It ignores Retry-After, because the body overrules that. If the API's
// own limiter refuses, the body asks for no more than this.
func headerDelay(refusal *ResponseError) time.Duration {
	if wasCounted(refusal) {
		return 2 * emissionInterval(refusal)
	}
	return emissionInterval(refusal)
}

// retryDelay is like RetryDelay. But if a refusal does not say how long to
// wait, such as one by an edge, the delay is a second, and doubles with each
// further one.
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

// firstBackoff is the average delay before the first retry of a failed request,
// and maxBackoff the longest average delay.
const (
	firstBackoff = 500 * time.Millisecond
	maxBackoff   = time.Hour
)

// retrySafe reports whether the request may be repeated even though it may have
// been served.
func (c *roundTrip) retrySafe() bool {
	method := c.original.Method
	return c.transport.RetrySafeMethods && (isRead(method) || method == http.MethodHead)
}

// unreachable returns the attempt for which Base returned err.
func (c *roundTrip) unreachable(err error) attempt {
	if !c.retrySafe() || c.original.Context().Err() != nil {
		return attempt{err: err}
	}
	return attempt{err: err, failure: err, delay: c.backoff(), at: time.Now()}
}

// unavailable returns the attempt that a proxy answered with resp.
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

// backoff returns the delay before the next retry of a failed request.
func (c *roundTrip) backoff() time.Duration {
	delay := min(firstBackoff<<min(c.failed, 30), maxBackoff)
	c.failed++
	return delay/2 + rand.N(delay) //nolint:gosec // It need not be unpredictable.
}
