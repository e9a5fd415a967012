package main

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"github.com/pkerr/pkerr/server"
)

func withGorilla(router *mux.Router, opts ...server.Option) http.Handler {
	router.NotFoundHandler = http.HandlerFunc(server.NotFound)
	router.MethodNotAllowedHandler = gorillaMethodNotAllowed(router)
	return server.Middleware(opts...)(router)
}

// gorillaMethodNotAllowed sets the Allow header to the methods that router has
// for the path, which gorilla does not do.
func gorillaMethodNotAllowed(router *mux.Router) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		probe := r.Clone(r.Context())
		for probe.Method = range strings.FieldsSeq("GET HEAD POST PUT PATCH DELETE OPTIONS") {
			var match mux.RouteMatch
			if router.Match(probe, &match) && match.MatchErr == nil {
				w.Header().Add("Allow", probe.Method)
			}
		}
		server.MethodNotAllowed(w, r)
	})
}

func routeGorilla(router *mux.Router) {
	for _, e := range endpoints() {
		methods := []string{e.method}
		if e.method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
		param := func(r *http.Request, name string) string { return mux.Vars(r)[name] }
		router.Handle(e.path, handle(e, param)).Methods(methods...)
	}
}

func serveGorilla(opts ...server.Option) http.Handler {
	router := mux.NewRouter()
	routeGorilla(router)
	return withGorilla(router, opts...)
}
