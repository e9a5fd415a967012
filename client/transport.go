package client

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/pkerr/pkerr/internal/oneline"
)

const (
	defaultAttempts = 5
	defaultMaxWait  = time.Minute
)

// Transport is an [http.RoundTripper] that waits out rate limits:
//
//	httpClient := &http.Client{Transport: &client.Transport{}}
//
// When the API refuses a request with a 429, Transport holds every request that counts towards the same limit for as long
// as [RetryDelay] says, and then sends it again. It sends nothing else again: not after a 5xx, which on this API is no evidence
// that nothing was written, and not a request with a body but without [http.Request.GetBody]. ([http.NewRequest] sets that
// for buffers and strings.) When it gives up it returns the last response as it came, for [Check] to make an error of.
//
// All waiting ends at once when the context of the request does. The zero value is ready to use. A Transport is safe for
// concurrent use, and must not be copied or changed once it is in use. Use one for all requests, since each has its own
// idea of what the API has counted, unless they share a [Limiter].
//
// # How much gets through
//
// Fifty goroutines that want more than the limit, for a minute, against a limiter that counts as the API's does; round trips
// of 5 to 350 ms, steady or not, make no difference to speak of. Nobody starves: the slowest goroutine got 3 requests through
// where the fastest got 5, and 11 where that got 14.
//
//	rate            limiter       served          refused in all
//	3 per second    zero value    2.8 a second    48 to 50
//	3 per second    with Pace     2.8 a second    none or 1
//	10 per second   zero value    9.6 a second    41 to 50
//	10 per second   with Pace     9.6 a second    none
//	20 per second   zero value    19 a second     31 to 50
//	20 per second   with Pace     19 a second     none
//
// Nearly all refusals are those of the first moment, when fifty requests set off at once.
//
// # Which requests are counted together
//
// The API counts by scope, and by system where a token asks for its own system's things, else by IP address. It names the
// scope in the header of its responses, and only there. Before the first response Transport goes by the method, and takes
// requests with a token for its own system's where the path says @me; after it, by what the API said of that path with that
// method and token, else by what it said last of one like it: of /v2/members/abcde for /v2/members/vwxyz. So a program that
// goes through its own members is refused at the first of them, and not at each.
//
// Other processes behind the same IP address share its limit. Transport cannot see them, but where the API refuses what has
// been counted, it slows down, until all fit in, and then tries again how fast it may go. Two, three and five processes, each
// with a Transport and up to 25 goroutines, all of which wanted the 10 reads per second for themselves, got more than 9 a second
// through together, with 3 to 23 % refused, and gave up with a 429 on 1 request in 90 at the most. A [Limiter] that they share
// does better.
type Transport struct {
	// Base sends the requests. nil stands for [http.DefaultTransport]. Like any [http.RoundTripper] it must close their bodies:
	// a request with a body is sent again only once the body that was sent before is closed.
	Base http.RoundTripper

	// Limiter decides when a request may be sent. nil stands for a [LocalLimiter] of this Transport's own. For one that
	// is hardly ever refused: &client.LocalLimiter{Pace: true}.
	Limiter Limiter

	// MaxAttempts is how often a request is sent at most: 1 is once, without a retry. 0 or less stands for 5.
	MaxAttempts int

	// MaxWait is how long a request waits at most for its turn to be sent for the first time, and again for all its retries
	// together. Where a server asks for more than that, nobody waits for it: the request gets its 429, and the others are held
	// for half of MaxWait. 0 or less stands for a minute.
	MaxWait time.Duration

	// OnWait, where it is set, is called before each wait for a 429: with the request that was refused, how long it will wait at
	// least, and the error that [Check] makes of the response. It is called on the goroutine of the request.
	OnWait func(*http.Request, Wait)

	// RetrySafeMethods makes Transport repeat GET and HEAD after 502, 503, 504 and
	// failed connections.
	RetrySafeMethods bool

	local  LocalLimiter
	scopes scopes
}

// A Wait is what [Transport.OnWait] is told of one wait.
type Wait struct {
	// Bucket is the limit that the request counts towards.
	Bucket Bucket

	// Delay is how long the request will wait, at least.
	Delay time.Duration

	// Err is why: what [Check] makes of the response, or nil for the first turn.
	Err error
}

// RoundTrip sends req, and again where it is refused for a rate limit. The error is that of Base, of the context, or of the
// [Limiter]; or, where a request could not be sent at all within MaxWait, one that wraps [context.DeadlineExceeded]. So a limit
// that another request has run into can show as a timeout: at once where it is known to last longer than the deadline of req.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	route := routeOf(req)
	sent := newSending(req)
	if err := t.firstTurn(req, route); err != nil {
		closeBody(sent.request.Body)
		return nil, err
	}
	resp, refusal, err := t.send(sent, route)
	if refusal == nil {
		return resp, err
	}

	ctx, cancel := context.WithTimeout(req.Context(), t.maxWait())
	defer cancel()
	for attempt := 2; attempt <= cmp.Or(max(t.MaxAttempts, 0), defaultAttempts); attempt++ {
		delay, _ := RetryDelay(refusal)
		if !sent.again() || tooLong(ctx, delay) {
			break
		}
		if t.OnWait != nil {
			t.OnWait(req, Wait{Bucket: t.scopes.bucket(route), Delay: delay, Err: refusal})
		}
		if err := t.nextTurn(ctx, sent, route); err != nil {
			if req.Context().Err() == nil && ctx.Err() != nil {
				break // the wait became too long
			}
			closeBody(resp.Body)
			return nil, err
		}
		if sent.renew() != nil {
			break // the body cannot be had again
		}
		closeBody(resp.Body)
		if resp, refusal, err = t.send(sent, route); refusal == nil {
			return resp, err
		}
	}
	return resp, nil
}

// firstTurn waits until req may be sent for the first time.
func (t *Transport) firstTurn(req *http.Request, route route) error {
	ctx, cancel := context.WithTimeout(req.Context(), t.maxWait())
	defer cancel()
	return t.turn(ctx, route)
}

// nextTurn waits until the request may be sent again.
func (t *Transport) nextTurn(ctx context.Context, sent *sending, route route) error {
	// First the body, so that no turn is taken that cannot be used.
	if err := sent.released(ctx); err != nil {
		return &waitError{t.scopes.bucket(route).Scope, err}
	}
	return t.turn(ctx, route)
}

func (t *Transport) turn(ctx context.Context, route route) error {
	bucket := t.scopes.bucket(route)
	err := t.limiter().Wait(ctx, bucket)
	if now := t.scopes.bucket(route); err == nil && now != bucket {
		// In the meantime the API has said that it is another. Only once, so that nobody is sent back and forth.
		bucket = now
		err = t.limiter().Wait(ctx, bucket)
	}
	if err != nil {
		return &waitError{bucket.Scope, err}
	}
	return nil
}

// send sends the request once, and passes on what the response says of its limit. For a 429 it also returns that as an error.
func (t *Transport) send(sent *sending, route route) (*http.Response, *ResponseError, error) {
	req, started := sent.original, time.Now()
	resp, err := t.base().RoundTrip(sent.request)
	if err == nil && resp == nil {
		err = errors.New("client: the Base of a Transport returned neither a response nor an error")
	}
	if err != nil {
		return nil, nil, err
	}
	limit, _ := parseRateLimit(resp.Header)
	t.scopes.learn(route, limit.Scope)
	bucket := t.scopes.bucket(route)
	if resp.StatusCode != http.StatusTooManyRequests {
		if limit.Limit > 0 {
			t.limiter().Observe(req.Context(), bucket, Observation{Rate: limit.Limit, Remaining: limit.Remaining, Sent: started})
		}
		return resp, nil, nil
	}
	refusal := buffer(resp, sent.original)
	hold, _ := RetryDelay(refusal)
	if hold >= t.maxWait() {
		hold = t.maxWait() / 2 // nobody would wait for it, so the next one tries, and sees whether it still holds
	}
	t.limiter().Observe(req.Context(), bucket, Observation{Rate: limit.Limit, Remaining: limit.Remaining, Hold: hold, Sent: started})
	return resp, refusal, nil
}

// tooLong tells whether ctx ends within the time d.
func tooLong(ctx context.Context, d time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && d > time.Until(deadline)
}

// waitError is why a request was not sent.
type waitError struct {
	scope string
	err   error
}

func (e *waitError) Error() string {
	return "client: waiting for the rate limit of " + oneline.Text(e.scope, printedText) + ": " + e.err.Error()
}

func (e *waitError) Unwrap() error { return e.err }

// Timeout makes [net/url.Error.Timeout] tell the truth.
func (e *waitError) Timeout() bool { return errors.Is(e.err, context.DeadlineExceeded) }

// CloseIdleConnections closes those of Base, as [http.Client.CloseIdleConnections] asks for.
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

func (t *Transport) maxWait() time.Duration { return cmp.Or(max(t.MaxWait, 0), defaultMaxWait) }

func (t *Transport) limiter() Limiter {
	if t.Limiter == nil {
		return &t.local
	}
	return t.Limiter
}

// buffer reads the body of a 429, so that its connection is free while the request waits, and returns what the response says. The
// body can be read once more from resp, all of it.
func buffer(resp *http.Response, req *http.Request) *ResponseError {
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, defaultBodyLimit))
	d := new(decoded)
	d.decode(resp.StatusCode, resp.Header, body)
	e := &d.response
	e.setRequest(req)

	switch rest := resp.Body; {
	case err != nil:
		resp.Body = readCloser{io.MultiReader(bytes.NewReader(body), failing{err}), rest}
	case len(body) == defaultBodyLimit:
		resp.Body = readCloser{io.MultiReader(bytes.NewReader(body), rest), rest}
	default:
		closeBody(rest)
		resp.Body = io.NopCloser(bytes.NewReader(body))
	}
	return e
}

type readCloser struct {
	io.Reader
	io.Closer
}

// failing is the end of a body that could not be read.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func closeBody(body io.Closer) {
	if body != nil {
		_ = body.Close()
	}
}

// sending is a request that may have to be sent again.
type sending struct {
	original *http.Request
	request  *http.Request // what is sent

	mu   sync.Mutex
	open []chan struct{} // of each body that was handed out, closed once that is
}

func newSending(req *http.Request) *sending {
	s := &sending{original: req, request: req}
	if s.hasBody() {
		s.setBody(req.Body)
	}
	return s
}

func (s *sending) hasBody() bool { return s.original.Body != nil && s.original.Body != http.NoBody }

// setBody makes body the one that is sent next. Base may ask for it once more by itself, as net/http does where a connection
// turns out to be dead.
func (s *sending) setBody(body io.ReadCloser) {
	s.request = s.original.WithContext(s.original.Context())
	s.request.Body = s.track(body)
	if again := s.original.GetBody; again != nil {
		s.request.GetBody = func() (io.ReadCloser, error) {
			body, err := again()
			if err != nil {
				return nil, err
			}
			return s.track(body), nil
		}
	}
}

// track returns body with a note of when it is closed.
func (s *sending) track(body io.ReadCloser) io.ReadCloser {
	closed := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = append(s.open, closed)
	return &sentBody{ReadCloser: body, closed: sync.OnceFunc(func() { close(closed) })}
}

// again tells whether the request can be sent once more.
func (s *sending) again() bool { return !s.hasBody() || s.original.GetBody != nil }

// released waits until nobody reads a body that has been sent. A server may refuse a request before it has read all of it,
// and the next body may share what is behind this one.
func (s *sending) released(ctx context.Context) error {
	s.mu.Lock()
	open := s.open
	s.open = nil
	s.mu.Unlock()
	for _, closed := range open {
		select {
		case <-closed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// renew makes the body ready to be sent once more.
func (s *sending) renew() error {
	if !s.hasBody() {
		return nil
	}
	body, err := s.original.GetBody()
	if err != nil {
		return err
	}
	s.setBody(body)
	return nil
}

// sentBody tells when it has been closed.
type sentBody struct {
	io.ReadCloser

	closed func()
}

func (b *sentBody) Close() error {
	defer b.closed()
	return b.ReadCloser.Close()
}
