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

// limiter refuses what comes too fast.
type limiter struct {
	rates   Rates
	systems []system

	mu      sync.Mutex
	buckets map[bucketKey]*gcra.Bucket
}

// bucketKey is what requests are counted by.
type bucketKey struct{ owner, scope string }

// newLimiter returns a limiter, and an error for a rate that there cannot be. It then goes by the real one.
func newLimiter(rates Rates, systems []system) (*limiter, error) {
	var err error
	for _, r := range []struct {
		name  string
		rate  *int
		usual int
	}{{"Get", &rates.Get, getRate}, {"Update", &rates.Update, updateRate}, {"Token2", &rates.Token2, token2Rate}} {
		if *r.rate < 0 || *r.rate > int(time.Second) {
			err = fmt.Errorf("WithRateLimit: Rates.%s is %d: a rate is from 1 to 1e9 a second, and 0 stands for %d",
				r.name, *r.rate, r.usual)
			*r.rate = 0
		}
		*r.rate = cmp.Or(*r.rate, r.usual)
	}
	return &limiter{rates: rates, systems: systems, buckets: map[bucketKey]*gcra.Bucket{}}, err
}

// take counts a request, and sets the headers that tell of it. It answers the request, and returns false, where that is refused.
func (l *limiter) take(w http.ResponseWriter, r *http.Request) bool {
	rate, scope, spoken := l.rates.Update, "generic_update", "generic_update"
	if r.Method == http.MethodGet {
		rate, scope, spoken = l.rates.Get, "generic_get", "generic_get"
	}
	if r.Header.Get("X-PluralKit-App") != "" {
		rate, scope, spoken = l.rates.Token2, "token2", "token2"
	}
	owner, own := l.owner(r)
	if own {
		scope = strings.Replace(scope, "generic_", "own_system_", 1)
	}

	now := time.Now()
	verdict := l.count(bucketKey{owner, scope}, now, rate)

	h := w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(rate))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(verdict.Remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(now.Unix(), 10))
	h.Set("X-RateLimit-Scope", scope)
	if !verdict.Served {
		// Not server.Write, which adds the Retry-After header that the API does not have.
		answerError(w, pkerr.TooManyRequests.WithRetryAfter(verdict.RetryAfter).WithScope(spoken), "application/json")
	}
	return verdict.Served
}

func (l *limiter) count(key bucketKey, now time.Time, rate int) gcra.Verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket := l.buckets[key]
	if bucket == nil {
		bucket = new(gcra.Bucket)
		l.buckets[key] = bucket
	}
	return bucket.Take(now, rate)
}

// owner returns by whom the request is counted, and whether that is a system, which asks for something of its own.
func (l *limiter) owner(r *http.Request) (_ string, own bool) {
	if token := r.Header.Get("Authorization"); token != "" {
		segments := strings.Split(r.URL.Path, "/")
		if slices.Contains(segments, me) {
			return token, true
		}
		for _, s := range l.systems {
			if s.token == token && slices.ContainsFunc(s.refs, func(ref string) bool { return slices.Contains(segments, ref) }) {
				return token, true
			}
		}
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
