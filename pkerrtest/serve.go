package pkerrtest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/pkerr/pkerr"
)

// me is the segment of a path that stands for the token's own system.
const me = "@me"

// ServeHTTP answers one request, and records it. It is for those who have a server of their own; that of [Server.URL] calls it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setCORS(w.Header())
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			// Whoever put an http.MaxBytesHandler before this server is the proxy that refuses it.
			answer(w, http.StatusRequestEntityTooLarge, "", "")
			return
		}
		if err != nil {
			// The client broke off. There is nobody to answer, and no whole request to record.
			panic(http.ErrAbortHandler)
		}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))

	s.travel(s.config.latency / 2)
	kept := s.record(r, body)
	rw := &responseWriter{ResponseWriter: w, start: func(status int) {
		s.answered(kept, status)
		s.travel(s.config.latency - s.config.latency/2)
	}}
	s.serve(rw, r, kept)
	if !rw.started {
		rw.WriteHeader(http.StatusOK)
	}
}

// travel waits for as long as the network takes, whether or not the client has gone away, for what is on its way arrives.
// It ends the request where the server closes.
func (s *Server) travel(d time.Duration) {
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

// serve answers a request that has arrived, in the order in which the real API looks at one.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, kept *Request) {
	if r.Method == http.MethodOptions {
		answer(w, http.StatusOK, "", "")
		return
	}
	route, allow := s.find(r)
	switch path := r.URL.Path + "/"; {
	case route != nil || allow != "":
		// It is known.
	case strings.HasPrefix(path, "/v1/"):
		answerError(w, &pkerr.Error{Code: pkerr.Gone}, "text/plain; charset=utf-8")
		return
	case !strings.HasPrefix(path, "/v2/"):
		answerError(w, pkerr.BadRequest.WithMessage(pkerr.Gone.Message()), "text/plain; charset=utf-8")
		return
	default:
		answer(w, http.StatusNotFound, "", "")
		return
	}
	if agent := r.UserAgent(); agent == "" || agent == "unknown" {
		answer(w, http.StatusBadRequest, "", "")
		return
	}
	if r.Header.Get("Authorization") == "" && slices.Contains(strings.Split(r.URL.Path, "/"), me) {
		answerError(w, &pkerr.Error{Code: pkerr.Unauthorized}, "application/json")
		return
	}
	if s.limiter != nil && !s.limiter.take(w, r) {
		return
	}
	if route == nil {
		w.Header().Set("Allow", allow)
		answer(w, http.StatusMethodNotAllowed, "", "")
		return
	}

	s.routed(kept, route.pattern)
	defer func() {
		// A panic that nobody sees but the client is a puzzle.
		v := recover()
		if v == nil {
			return
		}
		if err, ok := v.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			s.reportf("the handler of %q panicked: %v\n%s", route.pattern, v, debug.Stack())
		}
		panic(http.ErrAbortHandler)
	}()
	// By way of the mux, so that a handler of the script has the path's values.
	s.mux.ServeHTTP(w, r)
}

// find returns the route that was scripted for a request, or else the methods that were scripted for its path, if any.
func (s *Server) find(r *http.Request) (_ *Route, allow string) {
	h, _ := s.mux.Handler(r)
	if found, ok := h.(script); ok {
		return found.Route, ""
	}
	// The mux answers by itself. Ask it how. Its redirects are not the API's, which takes such a path for an unknown one.
	c := capture{header: http.Header{}}
	h.ServeHTTP(&c, r)
	if c.status != http.StatusMethodNotAllowed {
		return nil, ""
	}
	return nil, strings.ReplaceAll(c.header.Get("Allow"), ", ", ",") // as the API spells it
}

// answerError answers with e, labelled with a media type.
func answerError(w http.ResponseWriter, e *pkerr.Error, mediaType string) {
	body, _ := e.MarshalJSON() // never fails
	answer(w, e.Code.Status(), mediaType, string(body))
}

// answer answers with exactly this. Where the media type is "", there is none.
func answer(w http.ResponseWriter, status int, mediaType, body string) {
	h := w.Header()
	h["Content-Type"] = nil // or net/http would guess one
	if mediaType != "" {
		h.Set("Content-Type", mediaType)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // a client that does not listen cannot be told so
}

// responseWriter calls start before the first byte of the response goes out.
type responseWriter struct {
	http.ResponseWriter

	start   func(status int)
	started bool
}

func (w *responseWriter) WriteHeader(status int) {
	// A 1xx comes before the response.
	if !w.started && status >= http.StatusOK {
		w.started = true
		w.start(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *responseWriter) Write(p []byte) (int, error) {
	if !w.started {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(p)
}

// Flush sends what was written so far.
func (w *responseWriter) Flush() {
	if !w.started {
		w.WriteHeader(http.StatusOK)
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush() // a Flusher cannot say that it failed
}

// Unwrap gives a http.ResponseController what there is beside.
func (w *responseWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
