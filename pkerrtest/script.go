package pkerrtest

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

// On scripts a route. The pattern is one of [http.ServeMux], such as "GET /v2/members/{ref}"; one without a method is for
// all of them. The replies that the Route is then given are sent one after the other:
//
//	s.On("GET /v2/members/{ref}").Reply(pkerr.MemberNotFound)                 // always
//	s.On("DELETE /v2/members/{ref}").Reply(pkerr.Unauthorized).Times(1)       // once, and no more
//	s.On("PATCH /v2/members/{ref}").
//		Reply(pkerr.TooManyRequests.WithRetryAfter(0)).Times(2).              // twice
//		Reply(pkerr.InternalServerError).                                     // then once
//		ReplyBytes(200, nil, `{"id":"abcde"}`)                                // then always
//
// The same pattern again gives the same Route, whose script then goes on. A route without a reply, like one whose last
// reply has been used up, makes the test fail with the first request, and answers it with a 500. A pattern that does not
// parse, or is at odds with another, makes the test fail as well.
func (s *Server) On(pattern string) *Route {
	if s.tb != nil {
		s.tb.Helper()
	}
	route, err := s.route(pattern)
	if err != nil {
		s.mistakef("On(%q): %v", pattern, err)
	}
	return route
}

// route returns the route of a pattern, and an error where the pattern is new, and cannot be served.
func (s *Server) route(pattern string) (*Route, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if route, known := s.routes[pattern]; known {
		return route, nil
	}
	route := &Route{server: s, pattern: pattern}
	s.routes[pattern] = route
	return route, handle(s.mux, pattern, script{route})
}

// handle is mux.Handle with an error for what the mux panics with.
func handle(mux *http.ServeMux, pattern string, h http.Handler) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v) // the mux says what is wrong
		}
	}()
	mux.Handle(pattern, h)
	return nil
}

// Route is a route of a [Server], and the replies that are sent on it. [Server.On] makes one. Its methods return the Route
// itself, so that they can be chained, and are safe for concurrent use.
//
// Each Reply adds one to the end of the script. It is sent once, or as often as [Route.Times] says. The last one is sent
// for ever, unless Times limits it too.
type Route struct {
	server  *Server
	pattern string

	mu      sync.Mutex
	replies []reply
	next    int // the reply that is next, or is sent for ever
	times   int // how often that has been sent
	sent    int // how many have been sent altogether
}

// reply is a step of a script.
type reply struct {
	handler http.Handler
	times   int // 0: once, or for ever where nothing follows
}

// Reply sends err, as [server.Write] does: a code, a [*pkerr.Error], or any other error, which is sent as a 500. The causes of
// an error are not sent, and nothing is logged. A rate limit gets a Retry-After header so, which the API does not send, and none
// of the X-RateLimit ones: with [WithRateLimit] the server refuses as the API does.
//
// A nil err makes the test fail: for a success there are [Route.ReplyBytes] and [Route.ReplyHandler].
func (r *Route) Reply(err error) *Route {
	r.helper()
	if err == nil {
		return r.add(r.rejectf("Reply: a nil error: for a success there are ReplyBytes and ReplyHandler"))
	}
	return r.add(errorHandler(err))
}

// errorHandler returns a handler that answers with err.
func errorHandler(err error) http.Handler {
	write := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { server.Write(w, req, err) })
	return server.Middleware(server.WithLogger(slog.New(slog.DiscardHandler)))(write)
}

// ReplyBytes sends exactly this: a status from 200 to 999, headers, and a body. A nil header has nothing in it. It is copied, and
// no Content-Type is added to it. A Content-Length in it that is longer than the body breaks the response off.
//
// Another status makes the test fail.
func (r *Route) ReplyBytes(status int, header http.Header, body string) *Route {
	r.helper()
	if status < http.StatusOK || status > 999 {
		return r.add(r.rejectf("ReplyBytes: the status %d: one is from 200 to 999", status))
	}
	header = header.Clone()
	return r.add(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h["Content-Type"] = nil // or net/http would guess one
		for key, values := range header {
			h[http.CanonicalHeaderKey(key)] = values
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // a client that does not listen cannot be told so
	}))
}

// ReplyHandler calls h, which is given the request with its body and the values of its path. It may use all of a
// [testing.T] but what ends the test, such as FailNow. A panic in it makes the test fail, unless it is
// [http.ErrAbortHandler], and cuts the response off.
//
// A nil h makes the test fail.
func (r *Route) ReplyHandler(h http.Handler) *Route {
	r.helper()
	if h == nil {
		return r.add(r.rejectf("ReplyHandler: a nil handler"))
	}
	return r.add(h)
}

// Times makes the last reply be sent n times, instead of once, and no more than that where it is the last of the script.
//
// It makes the test fail where there is no reply yet, and where n is less than 1.
func (r *Route) Times(n int) *Route {
	r.helper()
	if n < 1 {
		r.rejectf("Times(%d): a reply is sent once at least", n)
		return r
	}
	r.mu.Lock()
	if last := len(r.replies) - 1; last >= 0 {
		defer r.mu.Unlock()
		r.replies[last].times = n
		return r
	}
	r.mu.Unlock()
	r.rejectf("Times(%d): there is no reply before it", n)
	return r
}

func (r *Route) add(h http.Handler) *Route {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.replies = append(r.replies, reply{handler: h})
	return r
}

// rejectf says that a step of the script is wrong, and returns what to reply instead.
func (r *Route) rejectf(format string, args ...any) http.Handler {
	r.helper()
	r.server.mistakef("On(%q).%s", r.pattern, fmt.Sprintf(format, args...))
	return errorHandler(pkerr.InternalServerError)
}

func (r *Route) helper() {
	if r.server.tb != nil {
		r.server.tb.Helper()
	}
}

// script is what the mux has for a route.
type script struct{ *Route }

// ServeHTTP answers with what comes next.
func (s script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, sent := s.take()
	if h == nil {
		if sent == 0 {
			s.server.reportf("%s %s: the script of %q has no reply", r.Method, r.URL.Path, s.pattern)
		} else {
			s.server.reportf("%s %s: the script of %q is at its end, after %d replies", r.Method, r.URL.Path, s.pattern, sent)
		}
		h = errorHandler(pkerr.InternalServerError)
	}
	h.ServeHTTP(w, r)
}

// take returns what comes next, nil where nothing does, and how many replies there have been before.
func (r *Route) take() (_ http.Handler, sent int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for ; r.next < len(r.replies); r.next, r.times = r.next+1, 0 {
		current := r.replies[r.next]
		limit := current.times
		if limit == 0 && r.next < len(r.replies)-1 {
			limit = 1
		}
		if limit == 0 || r.times < limit {
			r.times++
			r.sent++
			return current.handler, r.sent - 1
		}
	}
	return nil, r.sent
}
