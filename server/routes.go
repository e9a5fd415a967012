package server

import (
	"net/http"

	"github.com/pkerr/pkerr"
)

// NotFound answers with a [pkerr.NotFound]. It has the shape of an [http.HandlerFunc], for routers that have a hook for
// unknown routes. For [http.ServeMux] there is [Routes].
func NotFound(w http.ResponseWriter, r *http.Request) { Write(w, r, pkerr.NotFound) }

// MethodNotAllowed answers with a [pkerr.MethodNotAllowed]. It has the shape of an [http.HandlerFunc], for routers that have a
// hook for known routes with another method. An Allow header, which names the methods that there are, is kept where the
// router has set it.
func MethodNotAllowed(w http.ResponseWriter, r *http.Request) { Write(w, r, pkerr.MethodNotAllowed) }

// Routes returns a handler that serves mux, but for the requests that mux has no handler for. Those it answers itself, in
// the shape of the API: an unknown route with a [pkerr.NotFound], and a known one with another method with a
// [pkerr.MethodNotAllowed], and the Allow header that mux would send. The redirects of mux are left as they are, and so is
// what its handlers answer. The mux must not be nil; handlers may still be added to it.
//
// A mux with a handler for the pattern "/" knows every route.
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

// reply is an http.ResponseWriter that keeps the status and the header, and discards the body.
type reply struct {
	header http.Header
	status int
}

func (a *reply) Header() http.Header         { return a.header }
func (a *reply) WriteHeader(status int)      { a.status = status }
func (a *reply) Write(p []byte) (int, error) { return len(p), nil }
