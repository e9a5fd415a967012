// Package gcra is the arithmetic of the API's rate limiter, with its quirk: the generic cell rate algorithm, over one
// second, with a burst of as many requests as the rate.
package gcra

import "time"

// A Bucket counts the requests of one owner in one scope. The zero Bucket is full. It is not safe for concurrent use.
type Bucket struct {
	// full is the «theoretical arrival time» of the algorithm: when the bucket is full again if nothing more comes.
	full time.Time
}

// A Verdict says what becomes of a request.
type Verdict struct {
	// Served is false for a request that is refused.
	Served bool

	// Remaining is how many requests the bucket has left, without fractions.
	Remaining int

	// RetryAfter is what a refused request is told to wait. It is at most the time in which one request is granted.
	RetryAfter time.Duration
}

// Take counts a request that comes at the time now, at a rate of so many a second, from 1 to 1e9.
//
// The quirk: a bucket that has less than one request left after this one grants and books it, and the server, which takes
// a remainder of 0 for a refusal, refuses it all the same, with a RetryAfter of 0. So a burst of rate requests has only
// rate−1 served, and whoever comes back too early is booked and refused again.
func (b *Bucket) Take(now time.Time, rate int) Verdict {
	// Rounded down, so that rate intervals are never longer than the second, and Remaining is never one too small.
	interval := time.Second / time.Duration(rate)
	full := b.full
	if full.Before(now) {
		full = now
	}
	full = full.Add(interval)
	left := now.Sub(full.Add(-time.Second))
	if left < 0 {
		return Verdict{RetryAfter: -left}
	}
	b.full = full
	remaining := int(left / interval)
	return Verdict{Served: remaining > 0, Remaining: remaining}
}
