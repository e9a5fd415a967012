package main

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/pkerr/pkerr/server"
)

func withChi(router *chi.Mux, opts ...server.Option) http.Handler {
	router.NotFound(server.NotFound)
	router.MethodNotAllowed(chiMethodNotAllowed(router))
	return server.Middleware(opts...)(router)
}

// chiMethodNotAllowed sets the Allow header to the methods that router has for
// the path, which chi does only in its default answer.
func chiMethodNotAllowed(router chi.Routes) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for method := range strings.FieldsSeq("GET HEAD POST PUT PATCH DELETE OPTIONS") {
			if router.Match(chi.NewRouteContext(), method, cmp.Or(r.URL.RawPath, r.URL.Path)) {
				w.Header().Add("Allow", method)
			}
		}
		server.MethodNotAllowed(w, r)
	}
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
