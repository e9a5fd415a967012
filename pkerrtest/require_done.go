package pkerrtest

import (
	"fmt"
	"slices"
	"strings"
)

// RequireDone fails the test, and stops it, unless the script was used up: each
// reply was sent once, or as often as [Route.Times] says. The last reply of a
// route, if Times does not limit it, must have been sent at least once.
//
// Call it on the goroutine of the test, once all requests are answered. Without
// a test it panics.
func (s *Server) RequireDone() {
	s.tb.Helper()
	var missing []string
	s.mu.Lock()
	routes := slices.Clone(s.routes)
	s.mu.Unlock()
	for _, route := range routes {
		missing = append(missing, route.missing()...)
	}
	if missing == nil {
		return
	}
	message := "pkerrtest: the script was not used up:\n\t" + strings.Join(missing, "\n\t")
	if s.program {
		panic(message)
	}
	s.tb.Fatalf("%s", message)
}

// missing returns a line for each reply that was not sent as often as it should
// be.
func (r *Route) missing() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines []string
	for i, reply := range r.replies {
		if want := max(reply.times, 1); reply.sent < want {
			lines = append(lines, fmt.Sprintf("%q: reply %d, %s, was sent %d of %d times",
				r.pattern, i+1, reply.name, reply.sent, want))
		}
	}
	return lines
}
