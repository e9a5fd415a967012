package client

import (
	"math"
	"net/http"
	"strings"
	"time"
)

// RateLimit is what the headers of a response say about the rate limit that the
// request counted towards. A field whose header is missing or malformed is
// zero, except for Remaining.
type RateLimit struct {
	// Limit is how many requests the limit allows in a second. The header is
	// X-RateLimit-Limit.
	Limit int

	// Remaining is how many more requests the API would accept now. It is -1 if
	// the response does not say, and 0 for a negative number. The header is
	// X-RateLimit-Remaining.
	Remaining int

	// Reset is when the limit is said to be full again. The API always sends
	// the time of the response, so do not wait for it; use [RetryDelay]. The
	// header is X-RateLimit-Reset, in seconds. Older versions sent
	// milliseconds, which are recognized by their size.
	Reset time.Time

	// Scope names the limit: generic_get or generic_update, or for a token's
	// own system own_system_get or own_system_update. The body of a 429 does
	// not distinguish the latter from the former. The header is
	// X-RateLimit-Scope.
	Scope string
}

// parseRateLimit reads the headers, and reports whether there are any.
func parseRateLimit(header http.Header) (RateLimit, bool) {
	limit, remaining := header["X-Ratelimit-Limit"], header["X-Ratelimit-Remaining"]
	reset, scope := header["X-Ratelimit-Reset"], header["X-Ratelimit-Scope"]
	l := RateLimit{Remaining: -1}
	if len(limit)+len(remaining)+len(reset)+len(scope) == 0 {
		return l, false
	}
	if n, ok := number(limit); ok {
		l.Limit = int(min(n, math.MaxInt))
	}
	if n, ok := number(remaining); ok {
		l.Remaining = int(min(n, math.MaxInt))
	}
	if n, ok := number(reset); ok {
		l.Reset = resetTime(n)
	}
	if len(scope) > 0 {
		l.Scope = scope[0]
	}
	return l, true
}

// number returns the integer in a header, and 0 for a negative one. It returns
// false for anything else, and for more than 18 digits.
func number(values []string) (n int64, ok bool) {
	if len(values) == 0 {
		return 0, false
	}
	digits, negative := strings.CutPrefix(values[0], "-")
	if digits == "" || len(digits) > 18 {
		return 0, false
	}
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if negative {
		return 0, true
	}
	return n, true
}

// resetTime returns the time that is n seconds or milliseconds after the start
// of 1970, and the zero time for 0 and for times too far away.
func resetTime(n int64) time.Time {
	// As seconds this is the year 5138, and as milliseconds 1973.
	const milliseconds = 100_000_000_000
	switch {
	case n == 0 || n >= milliseconds*1000:
		return time.Time{}
	case n >= milliseconds:
		return time.UnixMilli(n).UTC()
	}
	return time.Unix(n, 0).UTC()
}
