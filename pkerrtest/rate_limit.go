package pkerrtest

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest/internal/gcra"
)

// The rates of the real API, in requests per second.
const (
	getRate    = 10
	updateRate = 3
	token2Rate = 20
)

// limiter refuses requests that come too fast.
type limiter struct {
	rates   Rates
	systems []system

	mu      sync.Mutex
	buckets map[bucketKey]*gcra.Bucket
}

// bucketKey identifies a bucket.
type bucketKey struct{ owner, scope string }

// newLimiter returns a limiter. For a rate out of range it returns an error,
// and uses the real rate.
func newLimiter(rates Rates, systems []system) (*limiter, error) {
	var err error
	for _, r := range []struct {
		name  string
		rate  *int
		usual int
	}{
		{"Get", &rates.Get, getRate},
		{"Update", &rates.Update, updateRate},
		{"Token2", &rates.Token2, token2Rate},
	} {
		if *r.rate < 0 || *r.rate > int(time.Second) {
			err = fmt.Errorf("WithRateLimit: Rates.%s is %d, want 1 to 1e9, or 0 for %d",
				r.name, *r.rate, r.usual)
			*r.rate = 0
		}
		*r.rate = cmp.Or(*r.rate, r.usual)
	}
	return &limiter{rates: rates, systems: systems, buckets: map[bucketKey]*gcra.Bucket{}}, err
}

// take counts a request and sets the X-RateLimit headers. It reports whether
// the request may proceed; otherwise it has answered it.
func (l *limiter) take(w http.ResponseWriter, r *http.Request) bool {
	rate, scope, bodyScope := l.rates.Update, "generic_update", "generic_update"
	if r.Method == http.MethodGet {
		rate, scope, bodyScope = l.rates.Get, "generic_get", "generic_get"
	}
	if r.Header.Get("X-PluralKit-App") != "" {
		rate, scope, bodyScope = l.rates.Token2, "token2", "token2"
	}
	owner, own := l.owner(r)
	if own {
		scope = strings.Replace(scope, "generic_", "own_system_", 1)
	}

	now := time.Now()
	decision := l.count(bucketKey{owner, scope}, now, rate)

	h := w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(rate))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(decision.Remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(now.Unix(), 10))
	h.Set("X-RateLimit-Scope", scope)
	if !decision.Served {
		// server.Write would add a Retry-After header, which the API does not
		// send.
		e := pkerr.TooManyRequests.WithRetryAfter(decision.RetryAfter).WithScope(bodyScope)
		answerError(w, e, mediaJSON)
	}
	return decision.Served
}

func (l *limiter) count(key bucketKey, now time.Time, rate int) gcra.Decision {
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket := l.buckets[key]
	if bucket == nil {
		bucket = new(gcra.Bucket)
		l.buckets[key] = bucket
	}
	return bucket.Take(now, rate)
}

// owner returns the owner that a request counts for, and reports whether that
// is the system of its token.
func (l *limiter) owner(r *http.Request) (_ string, own bool) {
	if token := r.Header.Get("Authorization"); token != "" && (isMe(r) || l.owns(token, r)) {
		return token, true
	}
	if forwarded, _, _ := strings.Cut(r.Header.Get("X-Forwarded-For"), ","); forwarded != "" {
		return strings.TrimSpace(forwarded), false
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return host, false
}

// owns reports whether a request is for something that WithSystem names.
func (l *limiter) owns(token string, r *http.Request) bool {
	segments := strings.Split(r.URL.Path, "/")
	return slices.ContainsFunc(l.systems, func(s system) bool {
		return s.token == token && slices.ContainsFunc(segments, func(segment string) bool {
			return slices.Contains(s.refs, segment)
		})
	})
}
