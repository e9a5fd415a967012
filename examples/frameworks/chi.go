package main

import (
	"cmp"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/pkerr/pkerr/server"
)

func withChi(router *chi.Mux, opts ...server.Option) http.Handler {
	router.NotFound(server.NotFound)
	router.MethodNotAllowed(server.Allow(func(r *http.Request) bool {
		return router.Match(chi.NewRouteContext(), r.Method, cmp.Or(r.URL.RawPath, r.URL.Path))
	}))
	return server.Middleware(opts...)(router)
}

func routeChi(router chi.Router) {
	router.Use(middleware.GetHead) // because chi does not route HEAD like GET
	for _, e := range endpoints() {
		router.Method(e.method, e.path, handle(e, chi.URLParam))
	}
}

func serveChi(opts ...server.Option) http.Handler {
	router := chi.NewRouter()
	routeChi(router)
	return withChi(router, opts...)
}
