package reference

import (
	"slices"
	"time"
)

// RateLimits is what is known about the rate limits.
type RateLimits struct {
	Limits []Limit `json:"limits"`

	// Counting says which requests count towards which limit, Headers what the
	// headers mean, and Quirk why `retry_after` is not enough.
	Counting []Text `json:"counting"`
	Headers  []Text `json:"headers"`
	Quirk    []Text `json:"quirk"`
}

// Limit is one rate limit.
type Limit struct {
	// Scope is the limit's name in the body of a 429. Own is its name in the
	// header for requests about the caller's own system, if that differs.
	Scope string `json:"scope"`
	Own   string `json:"own"`

	// Rate is the number of requests that are allowed per second.
	Rate int `json:"rate"`

	// Requests says which requests count towards it.
	Requests Text `json:"requests"`

	// Examples are names of responses in testdata/corpus.jsonl.
	Examples []string `json:"examples"`
}

// Interval returns the time for one request, rounded up to whole milliseconds.
func (l *Limit) Interval() time.Duration {
	return (time.Second/time.Duration(l.Rate) + time.Millisecond - 1).Truncate(time.Millisecond)
}

// Burst returns the number of requests that are served at once.
func (l *Limit) Burst() int { return l.Rate - 1 }

// Limits returns what is known about the rate limits.
func Limits() RateLimits {
	l := load().limits
	l.Counting = slices.Clone(l.Counting)
	l.Headers = slices.Clone(l.Headers)
	l.Quirk = slices.Clone(l.Quirk)
	l.Limits = slices.Clone(l.Limits)
	for i := range l.Limits {
		l.Limits[i].Examples = slices.Clone(l.Limits[i].Examples)
	}
	return l
}
