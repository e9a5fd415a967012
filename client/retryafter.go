package client

import (
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/pkerr/pkerr/client/internal/scan"
)

// retryAfter reads a Retry-After header: seconds, or a date in one of the three forms of HTTP, which is compared with the
// clock of this machine. A date in the past is 0. It returns false for anything else.
func retryAfter(value string) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0, false
	}
	if strings.Trim(value, "0123456789") == "" {
		seconds, _ := scan.Number(value).Ceil()
		return duration(seconds, time.Second), true
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return max(time.Until(date), 0), true
}

// longest is the longest wait there is.
const longest = time.Duration(math.MaxInt64)

// duration returns n units as a duration, the longest one at most.
func duration(n int64, unit time.Duration) time.Duration {
	if n > int64(longest/unit) {
		return longest
	}
	return time.Duration(n) * unit
}
