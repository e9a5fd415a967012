package client

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/pkerr/pkerr"
)

// RetryDelay returns how long to wait before a request that was refused with a
// 429 is sent again. For a [*WaitError] it is its Delay, or a second if that is
// not known. It returns false for nil and for every other error, including a
// 5xx: a write may have been carried out, so a program should not repeat it
// blindly.
//
// The delay is what the API asks for, as [pkerr.RetryAfter] returns it, plus
// one emission interval: the time in which the API grants one request. That is
// a second divided by the X-RateLimit-Limit header. Without the header it is
// what the API documents for the scope, or else for the method: 100 ms for
// reads, 334 ms for writes. If neither is known it is a second.
//
// The API's own figure is too low. When a burst exceeds the limit, the API
// counts the first request that it refuses as if it had been served, and asks
// for 0 milliseconds. A client that obeys is counted and refused again, and so
// on forever. If a refusal asks for 0 milliseconds, has all headers of the
// limiter, and leaves nothing remaining, it was counted; the delay is then two
// intervals. After this delay the first retry succeeds at any rate and
// round-trip time, unless other clients use the same limit.
//
// RetryDelay is for callers that retry by hand. [Transport] does all of this
// itself.
func RetryDelay(err error) (time.Duration, bool) {
	if e, ok := errors.AsType[*WaitError](err); ok && e != nil {
		if e.Delay <= 0 {
			return time.Second, true
		}
		return e.Delay, true
	}
	if pkerr.CodeOf(err).Status() != http.StatusTooManyRequests {
		return 0, false
	}
	wait, _ := pkerr.RetryAfter(err)
	interval := emissionInterval(err)
	if wait == 0 && wasCounted(err) {
		wait = interval
	}
	if wait > longest-interval {
		return longest, true
	}
	return wait + interval, true
}

// wasCounted reports whether a refusal has all headers of the limiter and
// nothing remaining. If it asks for 0 milliseconds, the API has counted the
// request.
func wasCounted(err error) bool {
	e, _ := errors.AsType[*ResponseError](err)
	limit, ok := e.RateLimit()
	return ok && limit.Limit > 0 && limit.Scope != "" && limit.Remaining == 0
}

// emissionInterval returns the time in which the limit that refused the request
// grants one request.
func emissionInterval(err error) time.Duration {
	e, _ := errors.AsType[*ResponseError](err)
	if limit, ok := e.RateLimit(); ok && limit.Limit > 0 {
		return interval(limit.Limit)
	}
	inner, _ := errors.AsType[*pkerr.Error](err)
	if inner != nil {
		if rate := usualRate(inner.Scope); rate > 0 {
			return interval(rate)
		}
	}
	switch {
	case e == nil || e.Method == "":
		return time.Second
	case isRead(e.Method):
		return interval(readRate)
	}
	return interval(writeRate)
}

// The number of requests that the API grants in a second, according to its
// documentation.
const (
	readRate  = 10
	writeRate = 3
	tokenRate = 20
)

// usualRate returns the rate of a scope, or 0 if it is not known.
func usualRate(scope string) int {
	switch {
	case scope == "token2":
		return tokenRate
	case strings.HasSuffix(scope, "_get"):
		return readRate
	case strings.HasSuffix(scope, "_update"):
		return writeRate
	}
	return 0
}

// interval returns the time in which one request is granted at this rate,
// rounded up to whole milliseconds.
func interval(rate int) time.Duration {
	roundedUp := (time.Second/time.Duration(rate) + time.Millisecond - 1).Truncate(time.Millisecond)
	return max(roundedUp, time.Millisecond)
}

// isRead reports whether the API counts requests with this method as reads. It
// counts HEAD as a write.
func isRead(method string) bool {
	return method == http.MethodGet || method == ""
}
