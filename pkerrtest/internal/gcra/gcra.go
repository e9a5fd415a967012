// Package gcra implements the arithmetic of the API's rate limiter: the generic
// cell rate algorithm over one second, with a burst as large as the rate, and
// with the quirk that [Bucket.Take] describes.
package gcra

import "time"

// A Bucket counts the requests of one owner in one scope. The zero Bucket is
// full. It is not safe for concurrent use.
type Bucket struct {
	// full is when the bucket is full again if no request comes: the
	// "theoretical arrival time" of the algorithm.
	full time.Time
}

// A Decision is the decision of the limiter about a request.
type Decision struct {
	// Served reports whether the request is served.
	Served bool

	// Remaining is how many requests the bucket has left, rounded down.
	Remaining int

	// RetryAfter is the wait that a refused request is told. It is at most the
	// time in which one request is granted.
	RetryAfter time.Duration
}

// Take counts a request that arrives at now, at a rate per second from 1 to
// 1e9.
//
// A request after which less than one whole request is left is counted, but the
// API takes the 0 for a refusal and refuses it, with a RetryAfter of 0. So only
// rate-1 requests of a burst are served, and a client that comes back too early
// is counted and refused again.
func (b *Bucket) Take(now time.Time, rate int) Decision {
	// Round down, so that Remaining is never too small by one.
	interval := time.Second / time.Duration(rate)
	full := b.full
	if full.Before(now) {
		full = now
	}
	full = full.Add(interval)
	left := now.Sub(full.Add(-time.Second))
	if left < 0 {
		return Decision{RetryAfter: -left}
	}
	b.full = full
	remaining := int(left / interval)
	return Decision{Served: remaining > 0, Remaining: remaining}
}
