package pkerrtest

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// A Request is a record of one that a [Server] was sent.
type Request struct {
	// Method, Path and Query are what was asked for. The path is unescaped.
	Method string
	Path   string
	Query  url.Values

	// Header and Body are what came with it. The header has what package net/http added, too, such as the User-Agent. The body is
	// empty where there was none.
	Header http.Header
	Body   []byte

	// RemoteAddr is the address that the request came from, and tells connections apart.
	RemoteAddr string

	// Time is when the request arrived.
	Time time.Time

	// Pattern is that of the script which answered it, as it was given to [Server.On]. It is empty where it was the server,
	// or its rate limiter.
	Pattern string

	// Status is that of the answer, 0 as long as there is none. A request that was broken off keeps it.
	Status int
}

// Requests returns all requests that have arrived so far, in the order in which they did. What it returns is a copy.
//
// A request whose body did not arrive is not among them.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := slices.Clone(s.requests)
	for i := range requests {
		r := &requests[i]
		r.Query = url.Values(http.Header(r.Query).Clone())
		r.Header = r.Header.Clone()
		r.Body = slices.Clone(r.Body)
	}
	return requests
}

// record adds a request, and returns its index.
func (s *Server) record(r *http.Request, body []byte) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone(), Body: slices.Clone(body),
		RemoteAddr: r.RemoteAddr, Time: time.Now(),
	})
	return len(s.requests) - 1
}

// routed notes which script a request has come to.
func (s *Server) routed(index int, pattern string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[index].Pattern = pattern
}

// answered notes how a request is answered.
func (s *Server) answered(index, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[index].Status = status
}
