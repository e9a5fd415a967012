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
// sends it again. When it gives up, it returns the last response unchanged, and
// [Check] turns that into an error. It repeats nothing else unless
// RetrySafeMethods is set. It never repeats a request that has a body but no
// [http.Request.GetBody], which [http.NewRequest] sets for buffers and strings.
//
// Until the API has named a scope, Transport guesses it from the method, and
// treats @me requests with a token as the system's own. Later it uses the scope
// last named for that path, method and token; failing that, for a similar path.
// A RoundTripper that sets the Authorization header must therefore wrap
// Transport, and not be its Base.
//
// A wait ends when the context of the request does. The zero value is ready to
// use. A Transport is safe for concurrent use, and must not be copied or
// changed after its first use. Use one Transport for all requests, or let
// several share a [Limiter]. Otherwise each counts only its own requests, as
// does each process behind the same IP address. For measurements, see
// docs/rate-limits.md.
type Transport struct {
	// Base sends the requests. If it is nil, [http.DefaultTransport] is used.
	// Like any [http.RoundTripper], it must close request bodies: a request
	// with a body is sent again only after the previous body is closed.
	Base http.RoundTripper

	// Limiter decides when a request may be sent. If it is nil, Transport uses
	// a [LocalLimiter] of its own. To avoid nearly all refusals, use
	// &client.LocalLimiter{Pace: true}.
	Limiter Limiter

	// MaxAttempts is the greatest number of times that a request is sent. If it
	// is 1, there are no retries. If it is 0 or less, it is 5.
	MaxAttempts int

	// MaxWait is the longest total time that a request waits for its first turn
	// and all its retries. If the API asks for that long or longer, the request
	// gets its 429 at once, and others with the same limit are held for half of
	// MaxWait. If it is 0 or less, it is a minute.
	MaxWait time.Duration

	// OnWait, if set, is called before each wait that Transport knows of: the
	// wait for a retry, and the wait for the first turn if the Limiter is a
	// [LocalLimiter]. It is called on the goroutine of the request.
	OnWait func(*http.Request, Wait)

	// RetrySafeMethods makes Transport repeat GET and HEAD requests after a
	// 502, 503 or 504, or if Base returns an error. It waits for as long as
	// Retry-After says. Without that header, it waits half a second before the
	// first retry and twice as long before each further one, randomly shortened
	// or lengthened by up to half.
	RetrySafeMethods bool

	local  LocalLimiter
	scopes scopes
}

// A Wait describes a wait to [Transport.OnWait].
type Wait struct {
	// Bucket is the limit that the request counts towards, as far as is known.
	Bucket Bucket

	// Delay is the least time that the request will wait.
	Delay time.Duration

	// Err is the reason: the error that [Check] returns for the response, or
	// the error of Base. It is nil before the first turn.
	Err error
}

// RoundTrip sends req, and sends it again if it is refused because of a rate
// limit.
//
// If a refused request cannot be sent again, RoundTrip returns its 429. If
// instead the context of the request ends during the wait, the error matches
// both that of the context and [pkerr.TooManyRequests]. The error of a request
// that was never sent is a [*WaitError], unless its context had already ended.
// A request may therefore fail with a timeout because of another request's 429;
// immediately, if the wait is known to exceed its deadline or MaxWait.
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

// CloseIdleConnections closes the idle connections of Base.
// [http.Client.CloseIdleConnections] calls it.
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
