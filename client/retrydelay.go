package client

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/pkerr/pkerr"
)

// RetryDelay returns how long to wait before a request that was refused with a 429 is sent again, and whether err is such
// a refusal at all. It returns false for nil, and for every other error: a 5xx of this API is no evidence that nothing
// was written, so it is not for a program to repeat.
//
// The delay is what the API asks for, as [pkerr.RetryAfter] has it, and one emission interval more: the time in which the
// API grants one request. It is a second divided by the X-RateLimit-Limit header; without one, what the API's documentation says
// of the scope, else of the method: 100 ms for reads, 334 ms for writes. Where neither is known it is a second.
//
// The API's own figure is too low. When a burst goes over the limit, the API counts the first request that it refuses as if
// it had been served, and tells the client to come back after 0 milliseconds. A client that obeys is counted and refused
// again, and so on for ever. A refusal with 0 milliseconds and all the headers of the limiter is such a one, and its delay
// is two intervals, one of them for the request that was counted. After this delay the first retry passes at any rate and
// round trip, as long as nobody else uses the same limit.
//
// It is for those who retry by hand; [Transport] does it all.
func RetryDelay(err error) (time.Duration, bool) {
	if pkerr.CodeOf(err).Status() != http.StatusTooManyRequests {
		return 0, false
	}
	wait, _ := pkerr.RetryAfter(err)
	interval := emissionInterval(err)
	if wait == 0 && booked(err) {
		wait = interval
	}
	if wait > longest-interval {
		return longest, true
	}
	return wait + interval, true
}

// booked tells whether a refusal that says «0 milliseconds» has all the headers of the limiter, and nothing left in them.
func booked(err error) bool {
	e, _ := errors.AsType[*ResponseError](err)
	limit, ok := e.RateLimit()
	return ok && limit.Limit > 0 && limit.Scope != "" && limit.Remaining == 0
}

// emissionInterval returns the time in which the limit that err is about grants one request.
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

// How many requests the API grants in a second, as its documentation says.
const (
	readRate  = 10
	writeRate = 3
	tokenRate = 20
)

// usualRate returns the rate of a scope, 0 where it is not known.
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

// interval returns the time in which one request is granted at this rate, rounded up to whole milliseconds.
func interval(rate int) time.Duration {
	return max((time.Second/time.Duration(rate) + time.Millisecond - 1).Truncate(time.Millisecond), time.Millisecond)
}

// isRead tells whether the API counts requests with this method as reads.
func isRead(method string) bool {
	return method == http.MethodGet || method == ""
}
