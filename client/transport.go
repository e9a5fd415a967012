package client

import (
	"cmp"
	"errors"
	"net/http"
	"time"
)

const (
	defaultAttempts = 5
	defaultMaxWait  = time.Minute
)

// Transport is an [http.RoundTripper] that waits out rate limits:
//
//	httpClient := &http.Client{Transport: &client.Transport{}}
//
// When the API refuses a request with a 429, Transport holds every request that
// counts towards the same limit for as long as [RetryDelay] says, and then
// sends it again. When it gives up it returns the last response as it came, for
// [Check] to make an error of. It repeats nothing else, unless RetrySafeMethods
// is set, and no request with a body but without [http.Request.GetBody], which
// [http.NewRequest] sets for buffers and strings.
//
// Until the API has named a scope, Transport guesses it from the method, and
// treats @me requests with a token as the system's own. Later it uses the scope
// last named for that path, method and token; failing that, for a similar path.
// So whatever sets the Authorization header must wrap Transport, and not be its
// Base.
//
// Waiting ends when the context of the request does. The zero value is ready to
// use. A Transport is safe for concurrent use, and must not be copied or
// changed after its first use. Use one for all requests, or let several share a
// [Limiter]: each counts by itself, as does each process behind the same IP
// address. docs/rate-limits.md has figures of what gets through.
type Transport struct {
	// Base sends the requests. If it is nil, [http.DefaultTransport] does. Like
	// any [http.RoundTripper] it must close their bodies: a request with a body
	// is sent again only after the body that was sent before is closed.
	Base http.RoundTripper

	// Limiter decides when a request may be sent. If it is nil, a
	// [LocalLimiter] of this Transport does. For one that is hardly ever
	// refused, use &client.LocalLimiter{Pace: true}.
	Limiter Limiter

	// MaxAttempts is how often a request is sent at most: 1 is once, without a
	// retry. If it is 0 or less, it is 5.
	MaxAttempts int

	// MaxWait is how long one request waits at most, for its first turn and for
	// all its retries together. If the API asks for as much or more, the
	// request gets its 429 at once, and the others are held for half of
	// MaxWait. If it is 0 or less, it is a minute.
	MaxWait time.Duration

	// OnWait, if it is set, is called before each wait that Transport knows of:
	// for a retry, and for the first turn if the Limiter is a [LocalLimiter].
	// It is called on the goroutine of the request.
	OnWait func(*http.Request, Wait)

	// RetrySafeMethods makes Transport repeat GET and HEAD requests after a
	// 502, 503 or 504, or if Base returns an error. It waits as long as
	// Retry-After says, or else half a second before the first retry and twice
	// as long before each further one, give or take half.
	RetrySafeMethods bool

	local  LocalLimiter
	scopes scopes
}

// A Wait is what [Transport.OnWait] is told of one wait.
type Wait struct {
	// Bucket is the limit that the request counts towards, as far as is known.
	Bucket Bucket

	// Delay is how long the request will wait, at least.
	Delay time.Duration

	// Err is why: what [Check] makes of the response, or the error of Base. It
	// is nil for the first turn.
	Err error
}

// RoundTrip sends req, and sends it again if it is refused because of a rate
// limit.
//
// A request that was refused gets its 429 back if it cannot be sent again. If
// its context ends while it waits, the error matches that of the context and
// [pkerr.TooManyRequests] instead. The error of a request that was never sent
// is a [*WaitError], unless its context had ended before. A request may
// therefore fail with a timeout because of another request's 429; at once, if
// the wait is known to exceed its deadline or MaxWait.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	c := &roundTrip{transport: t, left: t.maxWait()}
	c.local, c.ownLimiter = t.limiter().(*LocalLimiter)
	c.route = routeOf(req)
	c.init(req)
	if err := c.waitForSlot(); err != nil {
		closeBody(c.request.Body)
		return nil, err
	}
	for {
		last := c.send()
		if last.failure == nil || c.attempts >= t.maxAttempts() || !c.repeatable() {
			return last.resp, last.err
		}
		again, err := c.waitToRepeat(last)
		if err != nil {
			closeSoon(last.resp)
			return nil, err
		}
		if !again {
			return last.resp, last.err
		}
		closeSoon(last.resp)
	}
}

// CloseIdleConnections closes those of Base, as
// [http.Client.CloseIdleConnections] asks for.
func (t *Transport) CloseIdleConnections() {
	if base, ok := t.base().(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

func (t *Transport) base() http.RoundTripper {
	if t.Base == nil {
		return http.DefaultTransport
	}
	return t.Base
}

func (t *Transport) maxAttempts() int { return cmp.Or(max(t.MaxAttempts, 0), defaultAttempts) }

func (t *Transport) maxWait() time.Duration { return cmp.Or(max(t.MaxWait, 0), defaultMaxWait) }

func (t *Transport) limiter() Limiter {
	if t.Limiter == nil {
		return &t.local
	}
	return t.Limiter
}

var errNoResponse = errors.New("client: the Base of a Transport returned no response and no error")
