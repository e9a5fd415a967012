package pkerrtest

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/pkerr/pkerr"
)

// On returns the route of a pattern, to script its replies. A pattern is one of
// [http.ServeMux], such as "GET /v2/members/{ref}"; without a method it matches
// every method. The replies are sent in order, and the last one is repeated:
//
//	s.On("GET /v2/groups/{ref}").Reply(pkerr.GroupNotFound)    // always
//	s.On("POST /v2/groups").Reply(pkerr.Unauthorized).Times(1) // only once
//	s.On("PATCH /v2/groups/{ref}").
//		Reply(pkerr.TooManyRequests.WithRetryAfter(0)).Times(2). // twice,
//		Reply(pkerr.InternalServerError).                        // then once,
//		ReplyJSON(200, group)                                    // then always
//
// The same pattern returns the same Route, to which further replies are added.
// A request to a route without a reply, or after the last reply was used up,
// makes the test fail and gets a 500. A pattern that does not parse or
// conflicts with another also makes the test fail, immediately.
func (s *Server) On(pattern string) *Route {
	s.tb.Helper()
	route, err := s.route(pattern)
	if err != nil {
		s.mistakef("On(%q): %v", pattern, err)
	}
	return route
}

// route returns the route of a pattern, and an error if the pattern is new and
// cannot be served.
func (s *Server) route(pattern string) (*Route, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if route, known := s.byPattern[pattern]; known {
		return route, nil
	}
	route := &Route{server: s, pattern: pattern}
	s.byPattern[pattern] = route
	if err := handle(s.mux, pattern, routeHandler{route}); err != nil {
		return route, err
	}
	s.routes = append(s.routes, route)
	return route, nil
}

// handle is like mux.Handle, but returns an error instead of panicking.
func handle(mux *http.ServeMux, pattern string, h http.Handler) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v) // the mux says what is wrong
		}
	}()
	mux.Handle(pattern, h)
	return nil
}

// patterns returns a sentence with all patterns of the script.
func (s *Server) patterns() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.routes) == 0 {
		return "the script has no patterns"
	}
	quoted := make([]string, len(s.routes))
	for i, route := range s.routes {
		quoted[i] = fmt.Sprintf("%q", route.pattern)
	}
	return "the script has " + strings.Join(quoted, ", ")
}

// A Route is a pattern of a [Server] with the replies that are sent for it.
// [Server.On] returns one. Its methods return the Route itself, for chaining,
// and are safe for concurrent use.
//
// Each Reply method adds one reply to the end of the script. A reply is sent
// once, or as often as [Route.Times] says. The last one is sent for every
// further request, unless Times limits it too.
type Route struct {
	server  *Server
	pattern string

	mu      sync.Mutex
	replies []reply
	next    int // index of the reply that is sent next
	sent    int // number of replies that have been sent
	delay   time.Duration
}

// reply is one step of a script.
type reply struct {
	name    string // for messages, such as "ReplyBytes(502)"
	handler http.Handler
	times   int // 0: once, or without limit if it is the last
	sent    int
}

// Times sets how often the last added reply is sent. Even if it remains the
// last one, it is then sent no more than n times.
//
// An n of less than 1, or a route without a reply, makes the test fail.
func (r *Route) Times(n int) *Route {
	r.server.tb.Helper()
	if n < 1 {
		r.mistakef("Times(%d): a reply is sent at least once", n)
		return r
	}
	if !r.setTimes(n) {
		r.mistakef("Times(%d): there is no reply before it", n)
	}
	return r
}

// setTimes implements Times. It reports whether there was a reply.
func (r *Route) setTimes(n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := len(r.replies) - 1
	if last < 0 {
		return false
	}
	r.replies[last].times = n
	return true
}

// Delay makes the server wait for d before each reply of this route, wherever
// Delay is in the chain. It is added to [WithLatency], and in a synctest bubble
// it uses the bubble's clock. Another call replaces the delay, even between two
// requests. A d of 0 or less is no delay.
func (r *Route) Delay(d time.Duration) *Route {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.delay = d
	return r
}

func (r *Route) add(name string, h http.Handler) *Route {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.replies = append(r.replies, reply{name: name, handler: h})
	return r
}

// mistakef reports a mistake in the script of this route.
func (r *Route) mistakef(format string, args ...any) {
	r.server.tb.Helper()
	r.server.mistakef("On(%q).%s", r.pattern, fmt.Sprintf(format, args...))
}

// routeHandler is the handler of a route in the mux.
type routeHandler struct{ *Route }

// ServeHTTP answers with the next reply.
func (h routeHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reply, sent, delay := h.take()
	if reply == nil {
		problem := "has no reply"
		if sent > 0 {
			problem = fmt.Sprintf("ended after %d replies", sent)
		}
		h.server.reportf("%s %s: the script of %q %s",
			r.Method, r.URL.EscapedPath(), h.pattern, problem)
		reply = errorHandler(pkerr.InternalServerError)
	}
	h.server.wait(delay)
	reply.ServeHTTP(w, r)
}

// take uses up the next reply, and returns how many were sent before it. It
// returns nil if there is none.
func (r *Route) take() (_ http.Handler, sent int, delay time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	current := r.current()
	if current == nil {
		return nil, r.sent, 0
	}
	current.sent++
	r.sent++
	return current.handler, r.sent - 1, r.delay
}

// current returns the next reply, or nil. It is called with the lock held.
func (r *Route) current() *reply {
	for ; r.next < len(r.replies); r.next++ {
		current := &r.replies[r.next]
		last := r.next == len(r.replies)-1
		if current.times == 0 && last || current.sent < max(current.times, 1) {
			return current
		}
	}
	return nil
}
