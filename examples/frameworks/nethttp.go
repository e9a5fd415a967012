package main

import (
	"encoding/json"
	"net/http"

	"github.com/pkerr/pkerr/server"
)

func withNetHTTP(mux *http.ServeMux, opts ...server.Option) http.Handler {
	return server.Middleware(opts...)(server.Routes(mux))
}

func routeNetHTTP(mux *http.ServeMux) {
	for _, e := range endpoints() {
		mux.Handle(e.method+" "+e.path, handle(e, (*http.Request).PathValue))
	}
}

// handle returns the handler of an endpoint. param returns a parameter of the
// path.
func handle(e endpoint, param func(r *http.Request, name string) string) server.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := e.answer(w, request{
			ref:    param(r, "ref"),
			fail:   r.FormValue("fail"),
			decode: func(dst any) error { return server.DecodeJSON(w, r, dst) },
		})
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json")
		return json.NewEncoder(w).Encode(v)
	}
}

func serveNetHTTP(opts ...server.Option) http.Handler {
	mux := http.NewServeMux()
	routeNetHTTP(mux)
	return withNetHTTP(mux, opts...)
}
