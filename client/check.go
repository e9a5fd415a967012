package client

import (
	"errors"
	"io"
	"math"
	"net/http"
	"slices"
)

const defaultBodyLimit = 64 << 10

// An Option changes what [Check] does. A nil Option changes nothing.
type Option func(*options)

type options struct{ bodyLimit int }

// WithBodyLimit sets how many bytes of the body [Check] reads and keeps. For n
// <= 0 it is the default, 64 KiB.
func WithBodyLimit(n int64) Option {
	if n <= 0 {
		n = defaultBodyLimit
	}
	// Check reads one byte more, to see the end.
	limit := int(min(n, math.MaxInt-1))
	return func(o *options) { o.bodyLimit = limit }
}

// Check returns nil for a response with a 2xx status. For any other response it
// returns a [*ResponseError], which wraps a [*pkerr.Error]. A nil response is
// an error, too.
//
// Check reads up to 64 KiB of an error's body, or as much as [WithBodyLimit]
// allows, and never reads the body of a 2xx. If reading fails, the error still
// has the status, and wraps the read error.
//
// Check replaces resp.Body, so that all of it can be read again: what Check has
// read, then the rest, or the same read error. A second Check returns an equal
// error. The caller must close resp.Body, as usual. Closing it reads up to 64
// KiB of the rest, for at most 50 ms, so that the connection can be reused.
func Check(resp *http.Response, opts ...Option) error {
	if resp == nil {
		return errors.New("client: no response to check: " +
			"call Check after the request has succeeded")
	}
	if resp.StatusCode >= 200 && resp.StatusCode <= 299 {
		return nil
	}
	return check(resp, resp.Request, bodyLimit(opts))
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

// check returns the error for resp, the response to req, which may be nil. It
// never returns nil. It keeps up to limit bytes of the body. All of the body
// can be read again; if it was read to its end, even after it has been closed.
func check(resp *http.Response, req *http.Request, limit int) *ResponseError {
	d, kept, room := newChecked(resp.ContentLength)
	e := &d.response
	e.setRequest(req)
	var body []byte
	var failed error
	// After a 101 the body is the connection, for another protocol.
	if resp.Body != nil && resp.Body != http.NoBody &&
		resp.StatusCode != http.StatusSwitchingProtocols {
		read, err := readUpTo(limit, resp, room)
		resp.Body = kept.keep(read, resp.Body, err)
		switch {
		case len(read) > limit:
			body, e.Truncated = slices.Clip(read[:limit]), true
		case err == io.EOF: //nolint:errorlint // A Reader returns it unwrapped.
			body = read
		default:
			body, e.Truncated, failed = read, true, err
		}
	}
	d.decode(resp.StatusCode, resp.Header, body)
	if failed != nil {
		e.err = e.err.WithCause(failed)
	}
	return e
}
