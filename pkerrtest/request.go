package pkerrtest

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// A Request is the record of a request that a [Server] received.
type Request struct {
	// Host is the host in the URL, with its port if any. It need not be that of
	// the server.
	Host string

	// Method, Path and Query are those of the request. The path is unescaped.
	Method string
	Path   string
	Query  url.Values

	// Header and Body are those of the request. The header includes keys that
	// net/http added, such as User-Agent. The body is empty if there was none.
	Header http.Header
	Body   []byte

	// RemoteAddr is the address that the request came from. Requests with the
	// same address used the same connection.
	RemoteAddr string

	// Time is when the request arrived.
	Time time.Time

	// Pattern is that of the route that answered, as given to [Server.On]. It
	// is empty if the server or its rate limiter answered.
	Pattern string

	// Status is that of the response. It is 0 before there is one, if the
	// response was aborted, and if the handler took over the connection.
	Status int

	// Aborted reports whether the response was cut off: by [Route.ReplyFault],
	// by a panic of the handler, by [Server.Close], or because its body is
	// shorter than its Content-Length.
	Aborted bool
}

// Requests returns a copy of all requests that have arrived so far, in the
// order of their arrival. [Route.Requests] returns those of one route.
//
// A request whose body did not arrive in full is not among them. Without a
// test, only the last 1000 are kept.
func (s *Server) Requests() []Request {
	return s.copyRequests(func(*Request) bool { return true })
}

// Requests returns a copy of the requests that this route has answered, in the
// order of their arrival. Those that the rate limiter refused are not among
// them; see [Server.Requests].
func (r *Route) Requests() []Request {
	return r.server.copyRequests(func(kept *Request) bool { return kept.Pattern == r.pattern })
}

// copyRequests returns copies of the requests for which match returns true.
func (s *Server) copyRequests(match func(*Request) bool) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := make([]Request, 0, len(s.requests))
	for _, kept := range s.requests {
		if !match(kept) {
			continue
		}
		r := *kept
		r.Query = url.Values(http.Header(r.Query).Clone())
		r.Header = r.Header.Clone()
		r.Body = slices.Clone(r.Body)
		requests = append(requests, r)
	}
	return requests
}

// maxRecorded is how many requests are kept for a program, which may run for a
// long time.
const maxRecorded = 1000

// record keeps a request, and returns its record.
func (s *Server) record(r *http.Request, body []byte) *Request {
	kept := &Request{
		Host: r.Host, Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(),
		Header: r.Header.Clone(), Body: slices.Clone(body),
		RemoteAddr: r.RemoteAddr, Time: time.Now(),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, kept)
	if s.program && len(s.requests) > maxRecorded {
		s.requests = slices.Delete(s.requests, 0, 1)
	}
	return kept
}

// update changes a record.
func (s *Server) update(kept *Request, change func(*Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(kept)
}
