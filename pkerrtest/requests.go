package pkerrtest

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// A Request is a record of one that a [Server] was sent.
type Request struct {
	// Host is whom the client meant to ask, with the port where the URL had one: that of the URL, not of the server.
	Host string

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
// A request whose body did not arrive is not among them. Of a program's server, which may run for long, they are the last
// 1000.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := make([]Request, len(s.requests))
	for i := range requests {
		r := &requests[i]
		*r = *s.requests[i]
		r.Query = url.Values(http.Header(r.Query).Clone())
		r.Header = r.Header.Clone()
		r.Body = slices.Clone(r.Body)
	}
	return requests
}

// maxRecorded is how many requests are kept where no test has an end to it.
const maxRecorded = 1000

// record keeps a request, and returns what is kept.
func (s *Server) record(r *http.Request, body []byte) *Request {
	kept := &Request{
		Host: r.Host, Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone(), Body: slices.Clone(body),
		RemoteAddr: r.RemoteAddr, Time: time.Now(),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, kept)
	if s.tb == nil && len(s.requests) > maxRecorded {
		s.requests = slices.Delete(s.requests, 0, 1)
	}
	return kept
}

// routed notes which script a request has come to.
func (s *Server) routed(r *Request, pattern string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Pattern = pattern
}

// answered notes how a request is answered.
func (s *Server) answered(r *Request, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Status = status
}
