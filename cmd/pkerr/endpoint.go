package main

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/pkerr/pkerr/internal/oneline"
	"github.com/pkerr/pkerr/internal/reference"
)

// request is an endpoint as somebody wrote it: a template, a path, or a URL.
type request struct {
	method   string   // in capitals, "" where there is none
	segments []string // none where there is no path
}

// parseRequest reads «GET /systems/{s}/members», «GET /v2/systems/@me/members», or a URL in the place of the path.
func parseRequest(text string) request {
	text = strings.TrimSpace(text)
	method, path := "", text
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		method, path = text[:i], strings.TrimSpace(text[i:])
	} else if text == "" || slices.Contains(methods(), strings.ToUpper(text)) {
		return request{method: strings.ToUpper(text)}
	}
	// First, as either may have a URL in it.
	path, _, _ = strings.Cut(path, "#")
	path, _, _ = strings.Cut(path, "?")
	path = withoutHost(path)
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

// methods returns those of HTTP that somebody may write without a path.
func methods() []string {
	return []string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
	}
}

// withoutHost returns the path of a URL, with or without its scheme. Of the API's paths none begins with what is a host.
func withoutHost(path string) string {
	if strings.HasPrefix(path, "/") {
		return path
	}
	_, rest, absolute := strings.Cut(path, "://")
	if absolute {
		path = rest
	}
	host, rest, _ := strings.Cut(path, "/")
	if absolute || !placeholder(host) && strings.ContainsAny(host, ".:") {
		return rest
	}
	return path
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

// allEndpoints is what helps where no endpoint is near.
const allEndpoints = "pkerr list --endpoints has all endpoints"

// findEndpoint returns the endpoint that a request is for.
func findEndpoint(r request) (reference.Endpoint, error) {
	if len(r.segments) == 0 {
		return reference.Endpoint{}, usagef(quote(r.method)+" is no endpoint: it has no path",
			"it takes a method and a path, such as GET /members/{m}", allEndpoints)
	}
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
		return reference.Endpoint{}, usagef("there is no endpoint "+quote(r.String()), allEndpoints)
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
	all = all[:min(len(all), most)]
	near := make([]reference.Endpoint, 0, len(all))
	for _, c := range all {
		near = append(near, c.endpoint)
	}
	return near
}

// pathDistance returns how far a path is from a template: 1 for a part that is mistyped, 3 for another one, and 2 for one that is
// missing or too many. A path that differs by more than one part in its length is farther than anything that is near.
func pathDistance(template, path []string) int {
	switch len(path) - len(template) {
	case 0:
		cost := 0
		for i := range path {
			cost += partDistance(template[i], path[i])
		}
		return cost
	case -1:
		return 2 + withoutOne(template, func(shorter []string) int { return pathDistance(shorter, path) })
	case 1:
		return 2 + withoutOne(path, func(shorter []string) int { return pathDistance(template, shorter) })
	}
	return math.MaxInt16 // which there is room to add to
}

// partDistance returns how far a part of a path is from what the template has there.
func partDistance(template, part string) int {
	switch {
	case fits(template, part):
		return 0
	case distance(template, strings.ToLower(part)) <= tolerance(template):
		return 1
	}
	return 3
}

// withoutOne returns the least cost of the parts without one of them.
func withoutOne(parts []string, cost func(shorter []string) int) int {
	least := math.MaxInt32
	for i := range parts {
		least = min(least, cost(slices.Delete(slices.Clone(parts), i, i+1)))
	}
	return least
}
