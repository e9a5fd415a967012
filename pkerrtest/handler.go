package pkerrtest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/pkerr/pkerr"
)

// me is the path segment for the token's own system.
const me = "@me"

// The media types of the API's answers.
const (
	mediaJSON    = "application/json"
	mediaText    = "text/plain; charset=utf-8" // which the API also sends with JSON
	mediaProblem = "application/problem+json; charset=utf-8"
)

// ServeHTTP records and answers one request. The server at [Server.URL] calls
// it. A test calls it to use the fake as the handler of a server of its own.
//
// It panics with [http.ErrAbortHandler] to cut a response off, as net/http
// expects.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setCORS(w.Header())
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			// An http.MaxBytesHandler in front of this server acts as the
			// proxy.
			answer(w, http.StatusRequestEntityTooLarge, "", "")
			return
		}
		if err != nil {
			// The client disconnected before the request was complete.
			panic(http.ErrAbortHandler)
		}
	}
	s.wait(s.config.latency / 2)
	r.Body = io.NopCloser(bytes.NewReader(body))

	kept := s.record(r, body)
	conn, _ := r.Context().Value(connKey{}).(net.Conn)
	rw := &responseWriter{ResponseWriter: w, server: s, conn: conn, method: r.Method, kept: kept}
	whole := false
	defer func() {
		if !whole {
			rw.abort()
		}
		s.returned(conn)
	}()
	s.serve(rw, r, body)
	whole = rw.finish()
}

// returned lets Close proceed if a handler took over its connection.
func (s *Server) returned(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hijacked[conn] {
		s.running.Done()
	}
}

// wait returns after d, or panics when the server closes. It does not end when
// the client disconnects, because a request on its way still arrives.
func (s *Server) wait(d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.closing:
		panic(http.ErrAbortHandler)
	}
}

// serve answers a request that has arrived, in the order that the comment of
// this package lists.
func (s *Server) serve(w *responseWriter, r *http.Request, body []byte) {
	if r.Method == http.MethodOptions {
		answer(w, http.StatusOK, "", "")
		return
	}
	route, allow := s.find(r)
	if route == nil && allow == "" {
		s.answerUnknown(w, r)
		return
	}
	if agent := r.UserAgent(); agent == "" || agent == "unknown" {
		s.logAnswer(r, http.StatusBadRequest, "it has no User-Agent header")
		answer(w, http.StatusBadRequest, "", "")
		return
	}
	bodyStatus, reason := checkBody(r, body)
	if bodyStatus == 0 && r.Header.Get("Authorization") == "" && isMe(r) {
		s.logAnswer(r, http.StatusUnauthorized, "it has no Authorization header")
		answerError(w, &pkerr.Error{Code: pkerr.Unauthorized}, mediaJSON)
		return
	}
	if s.limiter != nil && !s.limiter.take(w, r) {
		return
	}
	if route == nil {
		s.logAnswer(r, http.StatusMethodNotAllowed,
			"no pattern has its method for this path; "+s.patterns())
		w.Header().Set("Allow", allow)
		answer(w, http.StatusMethodNotAllowed, "", "")
		return
	}
	if bodyStatus != 0 {
		s.logAnswer(r, bodyStatus, reason)
		answerBody(w, bodyStatus)
		return
	}
	s.serveRoute(w, r, route)
}

// isMe reports whether a request is for the token's own system.
func isMe(r *http.Request) bool {
	return slices.Contains(strings.Split(r.URL.Path, "/"), me)
}

// serveRoute answers with the next reply of a route.
func (s *Server) serveRoute(w *responseWriter, r *http.Request, route *Route) {
	s.update(w.kept, func(kept *Request) { kept.Pattern = route.pattern })
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if err, ok := v.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			s.reportf("the handler of %q panicked: %v\n%s", route.pattern, v, debug.Stack())
		}
		panic(http.ErrAbortHandler)
	}()
	// The mux sets the path values for handlers of the script.
	s.mux.ServeHTTP(w, r)
}

// find returns the route of a request, or the methods that its path has.
func (s *Server) find(r *http.Request) (_ *Route, allow string) {
	h, _ := s.mux.Handler(r)
	if found, ok := h.(routeHandler); ok {
		return found.Route, ""
	}
	// The mux has no route. See how it would answer: with a 404, a 405, or a
	// redirect, which counts as unknown because the API does not redirect.
	c := capture{header: http.Header{}}
	h.ServeHTTP(&c, r)
	if c.status != http.StatusMethodNotAllowed {
		return nil, ""
	}
	return nil, strings.ReplaceAll(c.header.Get("Allow"), ", ", ",") // as the API spells it
}

// answerUnknown answers a request that no pattern matches.
func (s *Server) answerUnknown(w http.ResponseWriter, r *http.Request) {
	const reason = "no pattern matches it; "
	switch path := r.URL.Path + "/"; {
	case strings.HasPrefix(path, "/v2/"):
		s.logAnswer(r, http.StatusNotFound, reason+s.patterns())
		answer(w, http.StatusNotFound, "", "")
	case strings.HasPrefix(path, "/v1/"):
		s.logAnswer(r, http.StatusGone, reason+s.patterns())
		answerError(w, &pkerr.Error{Code: pkerr.Gone}, mediaText)
	default:
		s.logAnswer(r, http.StatusBadRequest, reason+s.patterns())
		answerError(w, pkerr.BadRequest.WithMessage(pkerr.Gone.Message()), mediaText)
	}
}

// logAnswer tells the test that the script did not answer a request, and why.
func (s *Server) logAnswer(r *http.Request, status int, reason string) {
	s.logf("%s %s: answered with a %d, because %s", r.Method, r.URL.EscapedPath(), status, reason)
}

// answerError answers with e, labeled with a media type.
func answerError(w http.ResponseWriter, e *pkerr.Error, mediaType string) {
	body, _ := e.MarshalJSON() // never fails
	answer(w, e.Code.Status(), mediaType, string(body))
}

// answer sends a response. If mediaType is "", it has no Content-Type.
func answer(w http.ResponseWriter, status int, mediaType, body string) {
	h := w.Header()
	h["Content-Type"] = nil // or net/http would guess one
	if mediaType != "" {
		h.Set("Content-Type", mediaType)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // it fails only if the client is gone
}
