package client

import (
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/pkerr/pkerr/client/internal/scan"
)

// retryAfter reads the Retry-After header: seconds, or a date in one of the
// three forms of HTTP. A date in the past is 0. It returns false for anything
// else.
func retryAfter(header http.Header) (time.Duration, bool) {
	value := first(header, "Retry-After")
	if value == "" {
		return 0, false
	}
	value = strings.TrimSpace(value)
	if strings.Trim(value, "0123456789") == "" {
		seconds, ok := scan.Number(value).Ceil()
		return duration(seconds, time.Second), ok
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return max(date.Sub(responseTime(header)), 0), true
}

// responseTime returns when the response was sent: the time in its Date header,
// because the clock of this machine may differ, or else the current time in
// whole milliseconds.
func responseTime(header http.Header) time.Time {
	date, err := http.ParseTime(strings.TrimSpace(first(header, "Date")))
	if err != nil {
		return time.Now().Truncate(time.Millisecond)
	}
	return date
}

// longest is the longest wait.
const longest = time.Duration(math.MaxInt64)

// duration returns n units as a duration, at most the longest.
func duration(n int64, unit time.Duration) time.Duration {
	if n > int64(longest/unit) {
		return longest
	}
	return time.Duration(n) * unit
}
