package client

import (
	"context"
	"errors"
	"math"
	"net/http"
	"time"
)

// roundTrip is one request on its way through a Transport.
type roundTrip struct {
	sending
	slotRequest

	transport *Transport
	local     *LocalLimiter // the Limiter, if it is a LocalLimiter
	announced bool          // OnWait has been called for the first turn, or need not be
	left      time.Duration // what is left of MaxWait
	attempts  int           // how many times it was sent
	unhinted  int           // how many 429s did not say how long to wait
	failed    int           // how many other attempts failed
}

// attempt is the outcome of sending a request once: a response or an error, as
// RoundTrip returns it.
type attempt struct {
	resp *http.Response
	err  error

	// failure is set if it may help to send the request again after delay. It
	// is the error that Check returns for resp, or err.
	failure error
	delay   time.Duration
	at      time.Time // when it failed
}

// refused reports whether the attempt was refused because of a rate limit.
func (a attempt) refused() bool {
	return a.resp != nil && a.resp.StatusCode == http.StatusTooManyRequests
}

// send sends the request once, and passes on what the response says about its
// limit.
func (c *roundTrip) send() attempt {
	t := c.transport
	c.attempts++
	started := time.Now()
	resp, err := t.base().RoundTrip(c.request) //nolint:bodyclose // RoundTrip closes it, or returns it.
	if err != nil {
		return c.unreachable(err)
	}
	if resp == nil {
		return attempt{err: errNoResponse}
	}
	t.scopes.counted(&c.slotRequest, first(resp.Header, "X-Ratelimit-Scope"))
	seen := Observation{Remaining: -1, Sent: started}
	if n, ok := number(resp.Header["X-Ratelimit-Limit"]); ok {
		seen.Rate = int(min(n, math.MaxInt))
	}
	if n, ok := number(resp.Header["X-Ratelimit-Remaining"]); ok {
		seen.Remaining = int(min(n, math.MaxInt))
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		return c.refused(resp, seen)
	}
	if seen.Rate > 0 {
		c.observe(seen)
	}
	switch resp.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return c.unavailable(resp)
	}
	return attempt{resp: resp}
}

func (c *roundTrip) observe(seen Observation) {
	c.transport.limiter().Observe(c.original.Context(), c.bucket, seen)
}

// refused holds the bucket of a request that was refused because of a rate
// limit.
func (c *roundTrip) refused(resp *http.Response, seen Observation) attempt {
	now := time.Now()
	c.transport.scopes.refused(c.bucket)
	// The body may come late or never, so the header is used first.
	held := c.hold(headerDelay(c.decode(resp, nil, false)))
	seen.Hold = held
	c.observe(seen)
	longer := func(delay time.Duration) {
		if hold := c.hold(delay); hold > held {
			held, seen.Hold = hold, hold
			c.observe(seen)
		}
	}
	failure := c.keep(resp, func() { longer(c.retryDelay(c.decode(resp, nil, false))) })
	delay := c.retryDelay(failure)
	longer(delay)
	if unhinted(failure) {
		c.unhinted++
	}
	return attempt{resp: resp, failure: failure, delay: delay, at: now}
}

// hold returns how long a refusal holds its bucket. If that would be MaxWait or
// longer, no other request would wait for it. The hold is then half of MaxWait,
// so that a later request finds out whether the limit still applies.
func (c *roundTrip) hold(delay time.Duration) time.Duration {
	if maxWait := c.transport.maxWait(); delay >= maxWait {
		return maxWait / 2
	}
	return delay
}

// keep reads the body of resp and returns what resp says. The body can be read
// from resp again.
func (c *roundTrip) keep(resp *http.Response, late func()) *ResponseError {
	ctx, done := c.limit(maxBodyWait)
	defer done()
	body, truncated := keepBody(ctx, resp, late)
	return c.decode(resp, body, truncated)
}

func (c *roundTrip) decode(resp *http.Response, body []byte, truncated bool) *ResponseError {
	e, _ := errors.AsType[*ResponseError](Decode(resp.StatusCode, resp.Header, body))
	e.Truncated = truncated
	e.setRequest(c.original)
	return e
}

// limit returns a context that ends with the request's own, after d, or when
// the request has waited for MaxWait, whichever is first. done ends the context
// and subtracts the elapsed time from what is left of MaxWait.
func (c *roundTrip) limit(d time.Duration) (ctx context.Context, done func()) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(c.original.Context(), min(d, c.left))
	return ctx, func() {
		cancel()
		c.left -= time.Since(start)
	}
}
