package pkerrtest

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"
)

// A Fault is a failure of the network or of a proxy in front of the API. See
// [Route.ReplyFault].
type Fault int

const (
	// FaultReset resets the connection after the request was sent.
	FaultReset Fault = iota + 1

	// FaultRefused refuses the connection before the request is sent.
	FaultRefused

	// FaultEmpty closes the connection without a response.
	FaultEmpty

	// FaultGarbage sends a response that is not HTTP.
	FaultGarbage

	// FaultTruncated sends a 200 whose JSON breaks off in the middle.
	FaultTruncated
)

// String returns the name of the fault, such as "reset".
func (f Fault) String() string {
	switch f {
	case FaultReset:
		return "reset"
	case FaultRefused:
		return "refused"
	case FaultEmpty:
		return "empty"
	case FaultGarbage:
		return "garbage"
	case FaultTruncated:
		return "truncated"
	default:
		return "Fault(" + strconv.Itoa(int(f)) + ")"
	}
}

// ReplyFault makes the request fail instead of sending a response. Over HTTP/1,
// a client of net/http gets these errors:
//
//	FaultReset      read: connection reset by peer (syscall.ECONNRESET)
//	FaultRefused    connect: connection refused (syscall.ECONNREFUSED)
//	FaultEmpty      EOF (io.EOF)
//	FaultGarbage    malformed HTTP response
//	FaultTruncated  none, but reading the body ends in io.ErrUnexpectedEOF
//
// (Over TCP on Windows, the error of FaultReset is syscall.WSAECONNRESET. Plan
// 9 has the texts, but not the two constants.)
//
// FaultRefused applies to [Server.Client]. The request is never sent, so it is
// not among the [Server.Requests], and only [WithLatency] applies to it, not
// the rate limit or [Route.Delay]. Any other client already has a connection,
// which is reset. Over HTTP/2, which a server of your own can use, each fault
// resets the stream; FaultTruncated does so after half of the body.
//
// Package net/http repeats a GET on a new connection if a reused one fails,
// which would hide the fault. Therefore the server closes every connection
// after one request from now on.
//
// An unknown fault makes the test fail.
func (r *Route) ReplyFault(f Fault) *Route {
	r.server.tb.Helper()
	if f < FaultReset || f > FaultTruncated {
		return r.reject("ReplyFault", "unknown "+f.String())
	}
	r.server.stopReuse()
	return r.add(fmt.Sprintf("ReplyFault(%v)", f), faultHandler(f))
}

// stopReuse makes every request use a connection of its own.
func (s *Server) stopReuse() {
	s.transport.CloseIdleConnections()
	s.http.SetKeepAlivesEnabled(false)
}

// faultHandler makes a request fail that has arrived.
type faultHandler Fault

func (f faultHandler) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	control := http.NewResponseController(w)
	if Fault(f) == FaultTruncated {
		w.Header().Set("Content-Type", mediaJSON)
		w.Header().Set("Content-Length", "30")
		w.WriteHeader(http.StatusOK)
	}
	if rw, ok := w.(*responseWriter); ok {
		rw.abort() // before the client sees anything
	}
	if Fault(f) == FaultTruncated {
		_, _ = io.WriteString(w, `{"id":"abcde","n`)
		_ = control.Flush()
	} else if conn, _, err := control.Hijack(); err == nil {
		// HTTP/2 has no connection to take over: the panic resets its stream.
		switch Fault(f) {
		case FaultReset, FaultRefused:
			closeWithReset(conn)
		case FaultGarbage:
			_, _ = io.WriteString(conn, "<garbage>\r\n\r\n")
		default:
		}
		_ = conn.Close()
	}
	panic(http.ErrAbortHandler)
}

// refuse makes a request of Client fail whose next reply is FaultRefused. It is
// the Proxy function of the transport, which is called before a connection is
// opened or reused.
func (s *Server) refuse(r *http.Request) (*url.URL, error) {
	h, _ := s.mux.Handler(&http.Request{
		Method: cmp.Or(r.Method, http.MethodGet), Host: cmp.Or(r.Host, r.URL.Host), URL: r.URL,
	})
	route, ok := h.(routeHandler)
	if !ok || !route.takeRefused() {
		return nil, nil //nolint:nilnil // http.Transport takes this for no proxy.
	}
	timer := time.NewTimer(s.config.latency)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.closing:
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
	}
	err := os.NewSyscallError("connect", errRefused)
	return nil, dialError(s.addr, err)
}

// takeRefused uses up the next reply if it is FaultRefused, and reports whether
// it is.
func (r *Route) takeRefused() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	current := r.current()
	if current == nil || current.handler != http.Handler(faultHandler(FaultRefused)) {
		return false
	}
	current.sent++
	r.sent++
	return true
}
