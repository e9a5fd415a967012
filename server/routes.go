package server

import (
	"net/http"

	"github.com/pkerr/pkerr"
)

// NotFound answers with [pkerr.NotFound]. It is an [http.HandlerFunc] for
// routers that have a hook for unknown routes. For [http.ServeMux] there is
// [Routes].
func NotFound(w http.ResponseWriter, r *http.Request) { Write(w, r, pkerr.NotFound) }

// MethodNotAllowed answers with [pkerr.MethodNotAllowed]. It is an
// [http.HandlerFunc] for routers that have a hook for methods that a route does
// not have. An Allow header that is set already is kept.
func MethodNotAllowed(w http.ResponseWriter, r *http.Request) { Write(w, r, pkerr.MethodNotAllowed) }

// Routes returns a handler that serves mux and answers in the shape of the API
// what mux has no handler for: an unknown route with [pkerr.NotFound], and a
// method that a route does not have with [pkerr.MethodNotAllowed] and the Allow
// header that mux would send. Redirects of mux and the answers of its handlers
// are left as they are. A mux with a handler for "/" knows every route.
//
// The mux must not be nil. Handlers may still be added to it.
func Routes(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, pattern := mux.Handler(r); pattern == "" {
			// The mux answers by itself. Ask it how.
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
