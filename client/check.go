package client

import (
	"errors"
	"io"
	"math"
	"net/http"
	"slices"
)

const (
	defaultBodyLimit = 64 << 10

	// drainLimit is how much more of a long body is read, so that its connection can be used again.
	drainLimit = 64 << 10

	// readSize is what is read first of a body that does not say its length. Most are shorter.
	readSize = 112
)

// An Option changes what [Check] does. A nil Option changes nothing.
type Option func(*options)

type options struct{ bodyLimit int }

// WithBodyLimit sets how many bytes of the body [Check] reads and keeps. The
// default, and what n <= 0 stands for, is 64 KiB.
func WithBodyLimit(n int64) Option {
	if n <= 0 {
		n = defaultBodyLimit
	}
	// One less than the largest int, since Check asks for one byte more to see
	// the end.
	limit := int(min(n, math.MaxInt-1))
	return func(o *options) { o.bodyLimit = limit }
}

// Check returns nil for a response with a 2xx status, and what the response says as an error for any other: a
// [*ResponseError], which wraps a [*pkerr.Error]. It is never a typed nil.
//
// Check reads the body of an error, and of no other response. It reads and keeps up to 64 KiB, or as much as [WithBodyLimit]
// says; the rest of a longer body is given up, and with it the connection. Closing the body is left to
// the caller, as ever. Where reading fails, because the context of the request is done or the connection breaks off, the
// error still tells the status, and wraps what reading failed with.
//
// A nil response is an error too.
func Check(resp *http.Response, opts ...Option) error {
	if resp == nil {
		return errors.New("client: no response to check: call Check after the request has succeeded")
	}
	if resp.StatusCode >= 200 && resp.StatusCode <= 299 {
		return nil
	}
	d := new(checked)
	body, truncated, err := read(resp, bodyLimit(opts), d.room[:0])
	e := &d.response
	e.Truncated = truncated
	e.setRequest(resp.Request)
	d.decode(resp.StatusCode, resp.Header, body)
	if err != nil {
		e.err = e.err.WithCause(err)
	}
	return e
}

// checked is decoded with room for the body, where that is as short as most are.
type checked struct {
	decoded

	room [readSize]byte
}

// bodyLimit returns how much of a body is read.
func bodyLimit(opts []Option) int {
	if len(opts) == 0 {
		return defaultBodyLimit
	}
	o := options{bodyLimit: defaultBodyLimit}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	return o.bodyLimit
}

// read returns up to limit bytes of the body, and whether that is not the whole of it. It reads on to the end, so that the
// connection can be used again, unless that is far.
func read(resp *http.Response, limit int, body []byte) (_ []byte, truncated bool, err error) {
	if resp.Body == nil || resp.Body == http.NoBody || limit == 0 {
		return nil, resp.Body != nil && resp.Body != http.NoBody, nil
	}
	// What a server says of a length is believed only where it is a modest one.
	if n := resp.ContentLength; n >= int64(cap(body)) && n <= defaultBodyLimit {
		// One byte more than that, so that the end is seen without growing.
		body = make([]byte, 0, min(int(n), limit)+1)
	}
	for {
		if len(body) == cap(body) {
			body = slices.Grow(body, min(max(7*len(body), readSize), limit+1-len(body)))
		}
		n, err := resp.Body.Read(body[len(body):min(cap(body), limit+1)])
		body = body[:len(body)+n]
		if len(body) > limit {
			break // also where it is known to end here
		}
		if err == io.EOF {
			return body, false, nil
		}
		if err != nil {
			return body, true, err
		}
	}
	_, _ = io.CopyN(io.Discard, resp.Body, drainLimit)
	return slices.Clip(body[:limit]), true, nil
}
