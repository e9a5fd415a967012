package main

import (
	"net/http"

	"github.com/gorilla/mux"

	"github.com/pkerr/pkerr/server"
)

func withGorilla(router *mux.Router, opts ...server.Option) http.Handler {
	router.NotFoundHandler = http.HandlerFunc(server.NotFound)
	router.MethodNotAllowedHandler = server.Allow(func(r *http.Request) bool {
		var match mux.RouteMatch
		return router.Match(r, &match) && match.MatchErr == nil
	})
	return server.Middleware(opts...)(router)
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
