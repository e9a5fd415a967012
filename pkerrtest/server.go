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

// A Server is a fake of the API. [NewServer] starts one, [Server.On] scripts
// its answers, and [Server.Client] returns a client that reaches it. Its
// methods are safe for concurrent use.
//
// Like the API, it answers some requests itself; the comment of this package
// lists them. The test's log says which requests it answered and why, except
// for OPTIONS requests and 429s. Every response has the CORS headers of the
// API.
type Server struct {
	// URL is the base of the server's URLs, such as "http://pluralkit.test". It
	// has no trailing slash and does not include the version of the API.
	URL string

	tb      reporter
	program bool // without a test
	config  config
	limiter *limiter // nil without WithRateLimit
	mux     *http.ServeMux

	addr      net.Addr
	http      *http.Server
	transport *http.Transport    // of every Client
	running   sync.WaitGroup     // connections until they are closed, and the accept loop
	closing   chan struct{}      // closed before the connections are
	cancel    context.CancelFunc // ends the context of every request
	closeOnce sync.Once

	mu        sync.Mutex
	closed    bool
	byPattern map[string]*Route
	routes    []*Route // in the order of On
	requests  []*Request
	hijacked  map[net.Conn]bool // taken over by a handler
}

// connKey is the key of the connection in the context of a request.
type connKey struct{}

// NewServer starts a fake of the API that is closed at the end of the test.
//
// It listens in memory, reachable only through [Server.Client], and therefore
// works in the bubble of a [testing/synctest.Test] if it is started there.
// [WithTCP] makes it listen on the loopback interface instead. There is no rate
// limit without [WithRateLimit]. A nil option is ignored.
//
// A mistake in the script makes the test fail with Errorf. A nil tb is for
// programs: a mistake panics, and the program must call [Server.Close].
func NewServer(tb testing.TB, opts ...Option) *Server {
	s := &Server{
		tb:        noTest{},
		program:   tb == nil,
		mux:       http.NewServeMux(),
		byPattern: map[string]*Route{},
		hijacked:  map[net.Conn]bool{},
	}
	if tb != nil {
		s.tb = tb
	}
	s.tb.Helper()
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

const (
	// memoryHost is in a domain that never resolves, so that a request cannot
	// reach another server by mistake.
	memoryHost = "pluralkit.test"

	// maxIdle is how many connections stay open for reuse. The default of
	// net/http, 2, is too few for tests with many goroutines.
	maxIdle = 256

	headerTimeout = time.Minute
)

// start makes the server listen.
func (s *Server) start() {
	listener, dial := s.listen()
	s.addr = listener.Addr()
	s.transport = &http.Transport{
		// This is used for https, too, without encryption, so that code under
		// test can keep its URLs.
		DialContext:         dial,
		DialTLSContext:      dial,
		MaxIdleConnsPerHost: maxIdle,
		Proxy:               s.refuse,
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.closing, s.cancel = make(chan struct{}), cancel
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTimeout,
		ErrorLog:          log.New(io.Discard, "", 0), // panics are reported to the test
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, conn)
		},
		ConnState: s.connState,
	}
	s.running.Go(func() { _ = s.http.Serve(listener) }) // always http.ErrServerClosed
}

// connState counts the open connections.
func (s *Server) connState(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.running.Add(1)
	case http.StateClosed:
		s.running.Done()
	case http.StateHijacked:
		// It stays counted until its handler returns.
		s.mu.Lock()
		defer s.mu.Unlock()
		s.hijacked[conn] = true
		if s.isClosing() {
			_ = conn.Close() // closeHijacked has not seen it
		}
	case http.StateActive, http.StateIdle:
	}
}

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// listen returns a listener, and a function that dials it for any address.
func (s *Server) listen() (net.Listener, dialFunc) {
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

// Client returns a new client that reaches the server by http and https,
// whatever host a URL names. Code under test can keep the URL of the real API;
// nothing is ever sent there.
//
// The clients of a server share a transport. To add to it, wrap it, as in
// &client.Transport{Base: s.Client().Transport}. Close the body of every
// response: one that stays open keeps a goroutine of net/http, and a synctest
// bubble with such a goroutine panics at its end.
func (s *Server) Client() *http.Client { return &http.Client{Transport: s.transport} }

// Close cuts off the requests that are still being answered, closes all
// connections, and waits until the handlers of the script have returned. It
// cancels the context of their requests. A handler must not call it.
//
// A test need not call Close, but can do so to test a server that goes down.
// Closing twice is fine.
func (s *Server) Close() {
	s.closeOnce.Do(func() {
		close(s.closing)
		_ = s.http.Close() // it only reports that the listener was closed already
		s.cancel()
		s.closeHijacked()
		s.transport.CloseIdleConnections()
		s.running.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.closed = true
	})
}

func (s *Server) isClosing() bool {
	select {
	case <-s.closing:
		return true
	default:
		return false
	}
}

// cutsOff reports whether Close cuts off the response on a connection, unless a
// handler took it over. conn is nil in a server of the test's own.
func (s *Server) cutsOff(conn net.Conn) bool {
	if conn == nil || !s.isClosing() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.hijacked[conn]
}

func (s *Server) closeHijacked() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.hijacked {
		_ = conn.Close() // the handler may have done so
	}
}

// mistakef reports a mistake in the use of the server.
func (s *Server) mistakef(format string, args ...any) {
	s.tb.Helper()
	if s.program {
		panic("pkerrtest: " + fmt.Sprintf(format, args...))
	}
	s.reportf(format, args...)
}

// reportf makes the test fail. It may be called on any goroutine.
func (s *Server) reportf(format string, args ...any) {
	s.tb.Helper()
	// Hold the lock, because a test panics if it is called after its end.
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.tb.Errorf("pkerrtest: "+format, args...)
	}
}

// logf adds to the log of the test. It may be called on any goroutine.
func (s *Server) logf(format string, args ...any) {
	s.tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.tb.Logf("pkerrtest: "+format, args...)
	}
}

// reporter is the part of a testing.TB that a server uses.
type reporter interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// noTest is the reporter of a server without a test.
type noTest struct{}

func (noTest) Helper()               {}
func (noTest) Logf(string, ...any)   {}
func (noTest) Errorf(string, ...any) {}
func (noTest) Fatalf(string, ...any) {}
