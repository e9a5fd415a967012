package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	// maxKeptBody is how much of the body of a response is kept before the
	// request is sent again.
	maxKeptBody = 64 << 10

	// maxBodyWait is how long to wait for that body at most.
	maxBodyWait = 5 * time.Second

	// promptBody is how long a body may take to count as sent together with its
	// header.
	promptBody = 25 * time.Millisecond
)

var errSlowBody = errors.New("client: the body of the response did not come in time")

// keepBody reads the body of resp, so that its connection is free while the
// request waits, and returns it. The same can be read from resp afterwards. It
// calls late if the body takes longer than the header, and gives up on the body
// when ctx ends.
func keepBody(ctx context.Context, resp *http.Response, late func()) (body []byte, truncated bool) {
	if resp.Body == nil || resp.Body == http.NoBody {
		resp.Body = http.NoBody
		return nil, false
	}
	r := &bodyReader{body: resp.Body, done: make(chan struct{})}
	go r.run()
	timer := time.NewTimer(promptBody)
	defer timer.Stop()
	select {
	case <-r.done:
	case <-ctx.Done():
	case <-timer.C:
		late()
		select {
		case <-r.done:
		case <-ctx.Done():
		}
	}
	body, err := r.stop()
	kept := io.Reader(bytes.NewReader(body))
	switch {
	case errors.Is(err, io.EOF):
		resp.Body = io.NopCloser(kept)
		return body, false
	case err != nil:
		resp.Body = io.NopCloser(io.MultiReader(kept, failingReader{err}))
	default:
		resp.Body = readCloser{io.MultiReader(kept, r.body), r.body}
	}
	return body, true
}

// bodyReader reads a body on a goroutine of its own, because nothing else can
// be relied on to end a Read.
type bodyReader struct {
	body io.ReadCloser
	done chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex
	data    []byte
	err     error // why there is no more
	stopped bool
}

// run reads up to maxKeptBody, and closes the body at its end or if it fails.
func (r *bodyReader) run() {
	defer close(r.done)
	data := make([]byte, 0, 512)
	for len(data) < maxKeptBody {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		n, err := r.body.Read(data[len(data):min(cap(data), maxKeptBody)])
		data = data[:len(data)+n]
		r.mu.Lock()
		r.data, r.err = data, err
		stopped := r.stopped
		r.mu.Unlock()
		if stopped {
			return
		}
		if err != nil {
			closeBody(r.body)
			return
		}
	}
}

// stop returns what has been read, and why it is not more: nil if more can be
// read. If the goroutine still reads, it closes the body, and that ends it.
func (r *bodyReader) stop() ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.done:
		return r.data, r.err
	default:
	}
	r.stopped = true
	if r.err != nil {
		return r.data, r.err // it only takes long to close the body
	}
	go closeBody(r.body)
	return r.data, errSlowBody
}

// closeSoon closes the body of a response that may be nil. It does not wait for
// long if that takes long.
func closeSoon(resp *http.Response) {
	if resp == nil {
		return
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		closeBody(resp.Body)
	}()
	timer := time.NewTimer(promptBody)
	defer timer.Stop()
	select {
	case <-closed:
	case <-timer.C:
	}
}

type readCloser struct {
	io.Reader
	io.Closer
}

// failingReader is the end of a body that could not be read.
type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }
