package server

import (
	"net/http"
	"strings"

	"github.com/pkerr/pkerr"
)

// NotFound answers with [pkerr.NotFound]. It is an [http.HandlerFunc] for
// routers that have a hook for unknown routes. For an [http.ServeMux], use
// [Routes].
func NotFound(w http.ResponseWriter, r *http.Request) { Write(w, r, pkerr.NotFound) }

// MethodNotAllowed answers with [pkerr.MethodNotAllowed]. It is an
// [http.HandlerFunc] for routers that have a hook for methods that a route does
// not have. It keeps an Allow header that has already been set; [Allow] sets
// it.
func MethodNotAllowed(w http.ResponseWriter, r *http.Request) {
	Write(w, r, pkerr.MethodNotAllowed)
}

// Allow returns a handler like [MethodNotAllowed] that also sets the Allow
// header, for routers that do not, such as chi and gorilla. match reports
// whether the router has a route for a request; it is called for each of GET,
// HEAD, POST, PUT, PATCH, DELETE and OPTIONS, with a shallow copy of the
// request, which it must not change. If it returns false for all, an Allow
// header that has already been set is kept. match must not be nil.
func Allow(match func(*http.Request) bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var methods []string
		probe := r.WithContext(r.Context())
		for probe.Method = range strings.FieldsSeq("GET HEAD POST PUT PATCH DELETE OPTIONS") {
			if match(probe) {
				methods = append(methods, probe.Method)
			}
		}
		if len(methods) > 0 {
			w.Header().Set("Allow", strings.Join(methods, ", "))
		}
		MethodNotAllowed(w, r)
	}
}

// Routes returns a handler that serves mux, and that answers as the API does if
// mux has no handler: an unknown route with [pkerr.NotFound], and a method that
// a route does not have with [pkerr.MethodNotAllowed] and the Allow header that
// mux would send. Redirects of mux and the answers of its handlers do not
// change. If mux has a handler for "/", no route is unknown.
//
// The mux must not be nil. Handlers can still be added to it.
func Routes(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, pattern := mux.Handler(r); pattern == "" {
			// The mux has no handler of its own for this. See how it would
			// answer.
			answer := reply{header: http.Header{}}
			h.ServeHTTP(&answer, r)
			switch answer.status {
			case http.StatusNotFound:
				NotFound(w, r)
				return
			case http.StatusMethodNotAllowed:
				w.Header()["Allow"] = answer.header["Allow"]
				MethodNotAllowed(w, r)
				return
			}
		}
		mux.ServeHTTP(w, r)
	})
}

// reply is an http.ResponseWriter that keeps the status and the header, and
// discards the body.
type reply struct {
	header http.Header
	status int
}

func (a *reply) Header() http.Header         { return a.header }
func (a *reply) WriteHeader(status int)      { a.status = status }
func (a *reply) Write(p []byte) (int, error) { return len(p), nil }
