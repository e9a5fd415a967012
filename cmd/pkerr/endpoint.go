package main

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/pkerr/pkerr/internal/oneline"
	"github.com/pkerr/pkerr/internal/reference"
)

// request is an endpoint as somebody wrote it: a template, a path, or a URL.
type request struct {
	method   string // in capitals, "" where there is none
	segments []string
}

// parseRequest reads «GET /systems/{s}/members», «GET /v2/systems/@me/members», or a URL in the place of the path.
func parseRequest(text string) request {
	method, path, both := strings.Cut(strings.TrimSpace(text), " ")
	if !both {
		method, path = "", method
	}
	path = strings.TrimSpace(path)
	if _, rest, ok := strings.Cut(path, "://"); ok {
		_, path, _ = strings.Cut(rest, "/")
	}
	path, _, _ = strings.Cut(path, "#")
	path, _, _ = strings.Cut(path, "?")
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for i, s := range segments {
		if plain, err := url.PathUnescape(s); err == nil {
			segments[i] = plain
		}
	}
	if len(segments) > 1 && segments[0] == "v2" {
		segments = segments[1:]
	}
	return request{strings.ToUpper(method), segments}
}

// String returns the request as the names of endpoints are written, printable.
func (r request) String() string {
	return strings.TrimSpace(oneline.Text(r.method+" /"+strings.Join(r.segments, "/"), maxShown))
}

// segmentsOf returns the parts of the path of an endpoint.
func segmentsOf(e *reference.Endpoint) []string { return strings.Split(strings.Trim(e.Path, "/"), "/") }

// placeholder tells whether a part of a path stands for any reference, as {s}, :s and <s> do.
func placeholder(segment string) bool {
	return segment != "" && strings.ContainsRune("{:<", rune(segment[0]))
}

// fits tells whether a part of a path is what the template has there.
func fits(template, segment string) bool {
	if placeholder(template) {
		return segment != ""
	}
	return template == segment
}

// on tells whether the request is one for the endpoint, whatever the method.
func (r request) on(e *reference.Endpoint) bool {
	return slices.EqualFunc(segmentsOf(e), r.segments, fits)
}

// system returns what the request has in the place of the system, "" where the endpoint names none.
func (r request) system(e *reference.Endpoint) string {
	if i := slices.Index(segmentsOf(e), "{s}"); i >= 0 {
		return r.segments[i]
	}
	return ""
}

// findEndpoint returns the endpoint that a request is for.
func findEndpoint(r request) (reference.Endpoint, error) {
	var near []reference.Endpoint
	for e := range reference.Endpoints() {
		if !r.on(&e) {
			continue
		}
		if e.Method == r.method {
			return e, nil
		}
		near = append(near, e)
	}
	switch {
	case len(near) == 1 && r.method == "":
		return near[0], nil
	case len(near) > 0 && r.method == "":
		return reference.Endpoint{}, usagef("the endpoint "+quote(r.String())+" has no method", endpointLines("it is one of", near)...)
	case len(near) > 0:
		return reference.Endpoint{}, usagef("the path of "+quote(r.String())+" has no such method", endpointLines("it has", near)...)
	}
	near = nearEndpoints(r)
	if len(near) == 0 {
		return reference.Endpoint{}, usagef("there is no endpoint "+quote(r.String()), "docs/errors.md has all endpoints")
	}
	return reference.Endpoint{}, usagef("there is no endpoint "+quote(r.String()), endpointLines("did you mean", near)...)
}

func endpointLines(heading string, endpoints []reference.Endpoint) []string {
	lines := append(make([]string, 0, 1+len(endpoints)), heading)
	for _, e := range endpoints {
		lines = append(lines, "  "+e.String())
	}
	return lines
}

// nearEndpoints returns those that differ least from the request.
func nearEndpoints(r request) []reference.Endpoint {
	const most, tooFar = 3, 3
	if len(r.segments) > 8 {
		return nil
	}
	type candidate struct {
		endpoint reference.Endpoint
		cost     int
	}
	var all []candidate
	for e := range reference.Endpoints() {
		template := segmentsOf(&e)
		if distance(template[0], strings.ToLower(r.segments[0])) > tolerance(template[0]) {
			continue // about something else altogether
		}
		cost := pathDistance(template, r.segments)
		if e.Method != r.method {
			cost++
		}
		if cost <= tooFar {
			all = append(all, candidate{e, cost})
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.cost, b.cost) })
	var near []reference.Endpoint
	for _, c := range all[:min(len(all), most)] {
		near = append(near, c.endpoint)
	}
	return near
}

// pathDistance returns how far a path is from a template: 1 for a part that is mistyped, 2 for one that is missing or too many,
// 3 for another one.
func pathDistance(template, path []string) int {
	if len(template) == 0 || len(path) == 0 {
		return 2 * (len(template) + len(path))
	}
	cost := 3
	switch {
	case fits(template[0], path[0]):
		cost = 0
	case distance(template[0], strings.ToLower(path[0])) <= tolerance(template[0]):
		cost = 1
	}
	cost += pathDistance(template[1:], path[1:])
	return min(cost, pathDistance(template[1:], path)+2, pathDistance(template, path[1:])+2)
}
