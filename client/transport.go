package client

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
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
// that nothing was written, and not a request whose body cannot be had again (one without [http.Request.GetBody]; that which
// [http.NewRequest] makes of a buffer or a string has it). When it gives up it returns the last response as it came, for
// [Check] to make an error of.
//
// All waiting ends at once when the context of the request does. The zero value is ready to use. A Transport is safe for
// concurrent use, and must not be copied or changed once it is in use. Use one for all requests, since each has its own
// idea of what the API has counted, unless they share a [Limiter].
//
// # How much gets through
//
// Fifty goroutines that want more than the limit, for a minute, against a limiter that counts as the API's does; round trips
// of 5 to 350 ms make no difference to speak of. The share is that of the API's rate less one a second, which is what it
// serves of a burst at the most. No goroutine got less than three quarters of what another one did.
//
//	rate            limiter       share    refused
//	3 per second    as it is      142 %    48 of 219
//	3 per second    with Pace     143 %    none of 172
//	10 per second   as it is      107 %    41 of 619
//	10 per second   with Pace     106 %    none of 575
//	20 per second   as it is      101 %    33 of 1191
//	20 per second   with Pace     100 %    none of 1145
//
// Nearly all refusals are those of the first moment, when fifty requests set off at once.
//
// # Which requests are counted together
//
// The API counts by scope, and by system where a token asks for its own system's things, else by IP address. It names the
// scope in the header of its responses, and only there. Before the first response Transport goes by the method, and takes
// requests with a token for its own system's where the path says @me; after it, by what the API said of that method, path
// and token. So the requests of one token to a path that turns out to be its own are told apart from the second on. It cannot
// see other processes behind the same IP address: they slow it down by more 429s, and never break it.
type Transport struct {
	// Base sends the requests. nil stands for [http.DefaultTransport].
	Base http.RoundTripper

	// Limiter decides when a request may be sent. nil stands for a [LocalLimiter] of this Transport's own. For one that
	// is hardly ever refused: &client.LocalLimiter{Pace: true}.
	Limiter Limiter

	// MaxAttempts is how often a request is sent at most. 0 stands for 5, and 1 for never again.
	MaxAttempts int

	// MaxWait is how long a request waits at most between its first 429 and the end of its last wait. It also bounds how long
	// others are held for it, whatever a server asks for. 0 stands for a minute.
	MaxWait time.Duration

	// OnWait, where it is set, is called before each wait for a 429: with the request that was refused, how long it will wait at
	// least, and the error that [Check] makes of the response. It is called on the goroutine of the request.
	OnWait func(req *http.Request, delay time.Duration, err error)

	local  LocalLimiter
	scopes scopes
}

// RoundTrip sends req, and again where it is refused for a rate limit. The error is that of Base, of the context, or of the
// [Limiter].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	limiter := t.limiter()
	attempts := cmp.Or(t.MaxAttempts, defaultAttempts)
	maxWait := cmp.Or(t.MaxWait, defaultMaxWait)

	bucket := t.scopes.bucket(req)
	if err := limiter.Wait(ctx, bucket); err != nil {
		closeBody(req.Body)
		return nil, waiting(bucket, err)
	}
	sent := newSending(req)
	var deadline time.Time
	for attempt := 1; ; attempt++ {
		resp, err := t.base().RoundTrip(sent.request)
		if err != nil {
			return nil, err
		}
		bucket, rate, news := t.scopes.learn(req, resp.Header)
		if resp.StatusCode != http.StatusTooManyRequests {
			if news {
				limiter.Observe(bucket, rate, 0)
			}
			return resp, nil
		}

		refusal := buffer(resp, req)
		delay, _ := RetryDelay(refusal)
		limiter.Observe(bucket, rate, min(delay, maxWait))

		if attempt == 1 {
			deadline = time.Now().Add(maxWait)
		}
		if attempt >= attempts || !sent.again() || delay > time.Until(deadline) {
			return resp, nil
		}
		if t.OnWait != nil {
			t.OnWait(req, delay, refusal)
		}
		waitCtx, cancel := context.WithDeadline(ctx, deadline)
		if err = sent.released(waitCtx); err == nil {
			err = limiter.Wait(waitCtx, bucket)
		}
		cancel()
		if err == nil {
			err = sent.renew()
		}
		if err != nil && ctx.Err() != nil {
			closeBody(resp.Body)
			return nil, waiting(bucket, err)
		}
		if err != nil {
			return resp, nil // the wait would be too long, or the body cannot be had again
		}
		closeBody(resp.Body)
	}
}

// waiting says during what err came.
func waiting(bucket Bucket, err error) error {
	return fmt.Errorf("client: waiting for the rate limit of %s: %w", oneline.Text(bucket.Scope, printedText), err)
}

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

func (t *Transport) limiter() Limiter {
	if t.Limiter == nil {
		return &t.local
	}
	return t.Limiter
}

// buffer reads the body of a 429, so that its connection is free while the request waits, and returns what the response says. The
// body can be read once more from resp, all of it.
func buffer(resp *http.Response, req *http.Request) *ResponseError {
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
	closed   chan struct{} // closed once the body of request is; nil where it has none
}

func newSending(req *http.Request) *sending {
	s := &sending{original: req, request: req}
	if req.Body != nil && req.Body != http.NoBody {
		s.setBody(req.Body)
	}
	return s
}

func (s *sending) setBody(body io.ReadCloser) {
	closed := make(chan struct{})
	s.closed = closed
	s.request = s.original.WithContext(s.original.Context())
	s.request.Body = &sentBody{ReadCloser: body, closed: sync.OnceFunc(func() { close(closed) })}
}

// again tells whether the request can be sent once more.
func (s *sending) again() bool { return s.closed == nil || s.original.GetBody != nil }

// released waits until nobody reads the body that has been sent. A server may refuse a request before it has read all of it,
// and the next body may share what is behind this one.
func (s *sending) released(ctx context.Context) error {
	if s.closed == nil {
		return nil
	}
	select {
	case <-s.closed:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// renew makes the body ready to be sent once more.
func (s *sending) renew() error {
	if s.closed == nil {
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
