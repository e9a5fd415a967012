package client

import (
	"math"
	"net/http"
	"time"
)

// RateLimit is what the headers of a response say of the rate limit that the request counted towards. What a header does not
// say, or not in a way that can be understood, is the zero value.
type RateLimit struct {
	// Limit is how many requests the limit allows in a second. The header is X-RateLimit-Limit.
	Limit int

	// Remaining is how many more the API says it would take now, and -1 if it
	// does not say. The header is X-RateLimit-Remaining.
	Remaining int

	// Reset is when the limit is whole again. The API sends the time of the response, whatever the limit, so do not wait for it:
	// see [RetryDelay]. The header, X-RateLimit-Reset, is in seconds; it was in milliseconds once, which is told
	// apart by its size.
	Reset time.Time

	// Scope names the limit: generic_get, generic_update, and for a token's own system own_system_get and own_system_update, which
	// the body of a 429 does not tell apart. The header is X-RateLimit-Scope.
	Scope string
}

// parseRateLimit reads the headers, and reports whether there are any.
func parseRateLimit(header http.Header) (RateLimit, bool) {
	limit, remaining := header["X-Ratelimit-Limit"], header["X-Ratelimit-Remaining"]
	reset, scope := header["X-Ratelimit-Reset"], header["X-Ratelimit-Scope"]
	if len(limit)+len(remaining)+len(reset)+len(scope) == 0 {
		return RateLimit{Remaining: -1}, false
	}
	l := RateLimit{Remaining: -1, Scope: first(header, "X-Ratelimit-Scope")}
	if n, ok := number(limit); ok {
		l.Limit = int(min(n, math.MaxInt))
	}
	if n, ok := number(remaining); ok {
		l.Remaining = int(min(n, math.MaxInt))
	}
	if n, ok := number(reset); ok {
		l.Reset = resetTime(n)
	}
	return l, true
}

// number returns the number that a header holds. It returns false if there is
// none, or one of more than 18 digits.
func number(values []string) (n int64, ok bool) {
	if len(values) == 0 || values[0] == "" || len(values[0]) > 18 {
		return 0, false
	}
	for _, c := range []byte(values[0]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// resetTime returns the time that is n seconds or milliseconds after the start of 1970, and the zero time for 0.
func resetTime(n int64) time.Time {
	// In seconds the largest of these is the year 5138, in milliseconds the smallest is 1973.
	const milliseconds = 100_000_000_000
	switch {
	case n == 0 || n >= milliseconds*1000:
		return time.Time{}
	case n >= milliseconds:
		return time.UnixMilli(n).UTC()
	}
	return time.Unix(n, 0).UTC()
}
