package pkerrtest

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Server is a fake of the API. [NewServer] makes one. Its methods are safe for concurrent use.
//
// A route that was not scripted with [Server.On] is answered as the real API answers what it does not know:
//
//   - a path that neither begins with /v2/ nor was scripted: a 410 under /v1, else a 400;
//   - any other path that was not scripted: a 404 without a body;
//   - a request without a User-Agent header: a 400 without a body. (Package net/http sends one, unless it is set to "");
//   - a path with @me, and no Authorization header: a 401;
//   - a scripted path with another method: a 405 without a body, with an Allow header;
//   - an OPTIONS request to any path: a 200 without a body.
//
// All but the 405 come before the rate limiter, do not count, and have no header of it. They also come before the script: who
// forgets the token gets the 401 of the real API, whatever was scripted. What was scripted counts: also, say, a MemberNotFound
// for an ID in the path, which the real API answers before it counts.
type Server struct {
	// URL is the base of the server's URLs, without a slash at the end or the version of the API, such as
	// "http://pluralkit.test".
	URL string

	tb      testing.TB // nil: of a program
	config  config
	limiter *limiter // nil: there is none
	mux     *http.ServeMux

	http    *http.Server
	client  *http.Transport
	conns   sync.WaitGroup // and the loop that accepts them
	closing chan struct{}
	close   sync.Once

	mu       sync.Mutex
	closed   bool
	routes   map[string]*Route
	requests []*Request
}

// NewServer starts a fake of the API, which closes when the test and its subtests are done.
//
// It listens in memory, where [Server.Client] alone can reach it, so that it also works in the bubble of a
// [testing/synctest.Test]; there, start it in the bubble. With [WithTCP] it listens on the loopback interface. It has no
// rate limit, unless it is given one by [WithRateLimit]. A nil option is none.
//
// What is wrong with the script makes the test fail, with Errorf, and never panics. A nil tb is for programs: there it does
// panic, and the program has to call [Server.Close].
func NewServer(tb testing.TB, opts ...Option) *Server {
	if tb != nil {
		tb.Helper()
	}
	s := &Server{tb: tb, mux: http.NewServeMux(), closing: make(chan struct{}), routes: map[string]*Route{}}
	for _, opt := range opts {
		if opt != nil {
			opt(&s.config)
		}
	}
	if s.config.limited {
		limiter, err := newLimiter(s.config.rates, s.config.systems)
		if err != nil {
			s.mistakef("%v", err)
		}
		s.limiter = limiter
	}
	s.start()
	if tb != nil {
		tb.Cleanup(s.Close)
	}
	return s
}

// start makes the server listen.
func (s *Server) start() {
	listener, dial := s.listen()
	s.client = &http.Transport{
		// A connection that is dialed for https counts as encrypted, so code that is to talk to https can.
		DialContext:         dial,
		DialTLSContext:      dial,
		MaxIdleConnsPerHost: maxIdle,
	}
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTimeout,
		ErrorLog:          log.New(io.Discard, "", 0), // Panics are told by the test, and the rest is for clients to notice.
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				s.conns.Add(1)
			case http.StateClosed, http.StateHijacked:
				s.conns.Done()
			case http.StateActive, http.StateIdle:
			}
		},
	}
	s.conns.Go(func() { _ = s.http.Serve(listener) }) // It ends with http.ErrServerClosed.
}

// listen returns a listener, and what dials it, whatever the address.
func (s *Server) listen() (net.Listener, func(ctx context.Context, network, address string) (net.Conn, error)) {
	if s.config.tcp {
		tcp, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err == nil {
			address := tcp.Addr().String()
			s.URL = "http://" + address
			return tcp, func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, address)
			}
		}
		s.mistakef("WithTCP: %v", err)
	}
	memory := newMemoryListener()
	s.URL = "http://" + memoryHost
	return memory, memory.dial
}

const (
	// memoryHost is in a domain that never exists, so that nobody else can be reached by mistake.
	memoryHost = "pluralkit.test"

	// maxIdle is how many connections stay open for later use. It is more than the two of net/http, so that a test with
	// many goroutines does not spend its time opening connections.
	maxIdle = 256

	headerTimeout = time.Minute
)

// Client returns a client that reaches the server, whatever host a URL names, by http and by https. So code under test can
// keep the URL of the real API, and nothing is ever sent there.
//
// Each call returns a new client, which may be changed. They share one transport, and so their connections: wrap it to add
// to it, as in &client.Transport{Base: s.Client().Transport}. Close the bodies of all responses: one that is not closed
// keeps a goroutine of package net/http, and a bubble with such a one panics at its end.
func (s *Server) Client() *http.Client { return &http.Client{Transport: s.client} }

// Close ends all requests that are still being answered, closes all connections, and waits until the handlers of the script
// have returned, so those must not call it. The context of a request that they are given is done then. Closing twice is
// fine. A test need not call it, but can, for a server that goes away.
func (s *Server) Close() {
	s.close.Do(func() {
		close(s.closing)
		_ = s.http.Close() // The listener is all that could fail to close, and then it is closed.
		s.client.CloseIdleConnections()
		s.conns.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.closed = true
	})
}

// mistakef says what is wrong with how the server is used.
func (s *Server) mistakef(format string, args ...any) {
	if s.tb == nil {
		panic("pkerrtest: " + fmt.Sprintf(format, args...))
	}
	s.tb.Helper()
	s.reportf(format, args...)
}

// reportf makes the test fail, unless that is over. It may be called on any goroutine.
func (s *Server) reportf(format string, args ...any) {
	if s.tb == nil {
		return
	}
	s.tb.Helper()
	// Held on to, so that the test cannot end in between: a test that is over panics when it is told anything.
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.tb.Errorf("pkerrtest: "+format, args...)
	}
}
