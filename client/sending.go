package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
)

// sending is a request that may have to be sent again.
type sending struct {
	original *http.Request
	request  *http.Request // what is sent next

	mu   sync.Mutex
	open []chan struct{} // one for each body handed out, closed when that is
}

func (s *sending) init(req *http.Request) {
	s.original, s.request = req, req
	if s.hasBody() {
		s.setBody(req.Body)
	}
}

func (s *sending) hasBody() bool {
	return s.original.Body != nil && s.original.Body != http.NoBody
}

// setBody makes body the one that is sent next. Base may ask for it once more
// by itself, as net/http does if a connection turns out to be dead.
func (s *sending) setBody(body io.ReadCloser) {
	s.request = s.original.WithContext(s.original.Context())
	s.request.Body = s.track(body)
	if getBody := s.original.GetBody; getBody != nil {
		s.request.GetBody = func() (io.ReadCloser, error) {
			body, err := getBody()
			if err != nil {
				return nil, err
			}
			return s.track(body), nil
		}
	}
}

// track wraps body so that released can wait until it is closed.
func (s *sending) track(body io.ReadCloser) io.ReadCloser {
	closed := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = append(s.open, closed)
	return &sentBody{ReadCloser: body, closed: closed}
}

// repeatable reports whether the request can be sent once more.
func (s *sending) repeatable() bool { return !s.hasBody() || s.original.GetBody != nil }

// released waits until all bodies handed out so far are closed. A server may
// refuse a request before it has read the whole body, and the next body may
// share its underlying data.
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
func (s *sending) renew(ctx context.Context) error {
	if !s.hasBody() {
		return nil
	}
	type result struct {
		body io.ReadCloser
		err  error
	}
	got := make(chan result, 1)
	go func() {
		body, err := s.original.GetBody()
		got <- result{body, err}
	}()
	select {
	case r := <-got:
		switch {
		case r.err != nil:
			return r.err
		case r.body == nil:
			return errors.New("client: GetBody returned neither a body nor an error")
		case ctx.Err() != nil:
			closeBody(r.body)
			return context.Cause(ctx)
		}
		s.setBody(r.body)
		return nil
	case <-ctx.Done():
		go func() { closeBody((<-got).body) }()
		return context.Cause(ctx)
	}
}

// sentBody is a body that signals when it is closed.
type sentBody struct {
	io.ReadCloser

	once   sync.Once
	closed chan struct{}
}

func (b *sentBody) Close() error {
	defer b.once.Do(func() { close(b.closed) })
	return b.ReadCloser.Close()
}

// closeBody closes a body that may be nil.
func closeBody(body io.Closer) {
	if body != nil {
		_ = body.Close()
	}
}
