package client

import (
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// When a body is closed, at most drainLimit bytes of its rest are read in at
// most drainTime, so that its connection can be reused.
const (
	drainLimit = 64 << 10
	drainTime  = 50 * time.Millisecond
)

// readUpTo reads the body of resp to its end, or one byte more than limit. It
// returns what it has read, and the error of the last Read, which is nil if the
// body may go on. room is the buffer for a short body.
func readUpTo(limit int, resp *http.Response, room []byte) ([]byte, error) {
	body := room
	// The length that a server announces is used only if it is a modest one.
	if n := resp.ContentLength; n >= int64(cap(room)) && n <= defaultBodyLimit {
		// With one byte more, the end is seen without growing.
		body = make([]byte, 0, min(int(n), limit)+1)
	}
	for {
		if len(body) == cap(body) {
			body = append(make([]byte, 0, min(larger(cap(body)), limit+1)), body...)
		}
		n, err := resp.Body.Read(body[len(body):min(cap(body), limit+1)])
		body = body[:len(body)+n]
		if err != nil || len(body) > limit {
			return body, err
		}
	}
}

// larger returns the size of the buffer that follows one of n bytes. Most
// bodies are small, and most others are pages of HTML.
func larger(n int) int {
	const small, page = 512, 8 << 10
	switch {
	case n < small:
		return small
	case n < page:
		return page
	case n < defaultBodyLimit:
		return defaultBodyLimit + 1
	}
	return 2 * n
}

// rereadable is a body whose beginning has been read, and can be read again.
type rereadable struct {
	read []byte // what has been read, and is read next
	rest io.ReadCloser
	err  error // how reading rest has ended; nil if it has not

	// continued is set once the caller reads from rest, or closes it. Close
	// must not drain what is being read, because it may be called to end that.
	continued atomic.Bool
}

func (b *rereadable) keep(read []byte, rest io.ReadCloser, err error) io.ReadCloser {
	b.read, b.rest, b.err = read, rest, err
	return b
}

// Read reads what has been read before, then the rest.
func (b *rereadable) Read(p []byte) (int, error) {
	switch {
	case len(b.read) > 0:
		n := copy(p, b.read)
		b.read = b.read[n:]
		return n, nil
	case b.err != nil:
		return 0, b.err
	}
	b.continued.Store(true)
	return b.rest.Read(p)
}

// Close closes the original body.
func (b *rereadable) Close() error {
	if b.err == nil && !b.continued.Swap(true) {
		timer := time.AfterFunc(drainTime, func() { _ = b.rest.Close() })
		_, _ = io.CopyN(io.Discard, b.rest, drainLimit)
		timer.Stop()
	}
	return b.rest.Close()
}
