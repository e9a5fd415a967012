package main

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/pkerr/pkerr/internal/reference"
)

// A request is an endpoint as the caller wrote it: a template, a path or a URL.
type request struct {
	method   string   // in capitals; "" if it has none
	segments []string // nil if it has no path
}

// parseRequest reads an endpoint, a request, a URL, or a line with a URL, such
// as a command line or a line of a program.
func parseRequest(text string) request {
	words := regexp.MustCompile("[^\\s'\"`,;()]+").FindAllString(text, -1)
	var r request
	target := ""
	for i, word := range words {
		method := strings.ToUpper(strings.TrimPrefix(word[strings.LastIndexAny(word, "=.")+1:], "-X"))
		switch {
		case strings.Contains(word, "://") || target == "" && (strings.Contains(word, "/") || len(words) == i+1 && !isMethod(method)):
			target = word
		case isMethod(method) && (r.method == "" || strings.Contains(word, method)), i == 0 && len(words) == 2 && word == method:
			r.method = method // in capitals, perhaps not an HTTP method
		case word == "-G", word == "--get":
			r.method = http.MethodGet // with -d, too
		case r.method != "":
		case word == "-I", word == "--head":
			r.method = http.MethodHead
		case word == "-d", word == "--json", strings.HasPrefix(word, "--data"):
			r.method = http.MethodPost
		}
	}
	if r.method == "" && len(words) > 1 {
		r.method = http.MethodGet // the default of a command
	}
	if target == "" {
		return r
	}
	// No path of the API begins with something that can be a host.
	path := regexp.MustCompile(`[?#].*|^(?i:[a-z]+://[^/?#]*|[^/{:<?#][^/?#]*[.:][^/?#]*)`).ReplaceAllString(target, "")
	r.segments = strings.Split(strings.TrimPrefix(strings.Trim(path, "/"), "v2/"), "/")
	for i, s := range r.segments {
		if unescaped, err := url.PathUnescape(s); err == nil {
			r.segments[i] = unescaped
		}
	}
	return r
}

// isMethod reports whether word is a common HTTP method.
func isMethod(word string) bool {
	return regexp.MustCompile(`^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$`).MatchString(word)
}

// String returns the request in the form of an endpoint, such as "GET /groups".
func (r request) String() string {
	return strings.TrimSpace(printable(r.method + " /" + strings.Join(r.segments, "/")))
}

// segmentsOf returns the segments of an endpoint's path.
func segmentsOf(e *reference.Endpoint) []string { return strings.Split(strings.Trim(e.Path, "/"), "/") }

// placeholder reports whether segment is a placeholder: {s}, :s or <s>.
func placeholder(segment string) bool {
	return segment != "" && strings.ContainsRune("{:<", rune(segment[0]))
}

// endpoints returns the endpoints whose path matches the request.
func (r request) endpoints() (all []reference.Endpoint) {
	for e := range reference.Endpoints() {
		if slices.EqualFunc(segmentsOf(&e), r.segments, func(template, segment string) bool {
			return template == segment || placeholder(template) && segment != ""
		}) {
			all = append(all, e)
		}
	}
	return all
}

// system returns the segment of the request that names the system, or "".
func (r request) system(e *reference.Endpoint) string {
	if i := slices.Index(segmentsOf(e), "{s}"); i >= 0 {
		return r.segments[i]
	}
	return ""
}

// findEndpoint returns the endpoint of a request. A HEAD finds that of a GET.
func findEndpoint(r request) (found reference.Endpoint, err error) {
	if len(r.segments) == 0 {
		return found, usage(quote(r.method)+" is not an endpoint: it has no path", execute("endpoint", nil))
	}
	here := r.endpoints()
	var lines []string
	for _, e := range here {
		if e.Method == r.method || r.method == http.MethodHead && e.Method == http.MethodGet || r.method == "" && len(here) == 1 {
			return e, nil
		}
		lines = append(lines, "  "+e.String())
	}
	name := quote(r.String())
	problem := "there is no endpoint " + name
	if len(here) == 0 {
		return found, usage(problem, r.nearEndpoints())
	}
	if r.method == "" {
		problem = name + " has no method"
	}
	return found, usage(problem, "the endpoints on this path are\n"+strings.Join(lines, "\n"))
}

// nearEndpoints suggests the nearest endpoints. It ignores what the request has
// in place of their placeholders.
func (r request) nearEndpoints() string {
	const most = 3
	names := map[string]string{}
	for e := range reference.Endpoints() {
		segments := segmentsOf(&e)
		for i := range segments {
			if placeholder(segments[i]) && i < len(r.segments) {
				segments[i] = r.segments[i]
			}
		}
		like := request{e.Method, segments}
		if r.method == "" {
			like.method = ""
		}
		names[like.String()] += "\n  " + e.String()
	}
	near := nearest(r.String(), slices.Sorted(maps.Keys(names)), most)
	if len(near) == 0 {
		return "pkerr list --endpoints shows all endpoints"
	}
	for i := range near {
		near[i] = names[near[i]]
	}
	return "did you mean" + strings.Join(near, "")
}
