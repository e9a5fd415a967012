package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/gorilla/mux"
	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func failing(http.ResponseWriter, *http.Request) error { return pkerr.MemberNotFound }

// The Allow header is also correct below a prefix.
func TestMethodNotAllowed_Subrouter(t *testing.T) {
	c := chi.NewRouter()
	c.Route("/v2", func(r chi.Router) {
		r.Method(http.MethodGet, "/members/{ref}", server.HandlerFunc(failing))
		r.Method(http.MethodPatch, "/members/{ref}", server.HandlerFunc(failing))
	})
	mounted := chi.NewRouter()
	mounted.Method(http.MethodGet, "/{ref}", server.HandlerFunc(failing))
	c.Mount("/v2/groups", mounted)
	c.Method(http.MethodOptions, "/v2/systems", server.HandlerFunc(failing))

	// With a second path in the same subrouter, gorilla treats a wrong method
	// as an unknown route.
	g := mux.NewRouter()
	sub := g.PathPrefix("/v2").Subrouter()
	sub.Handle("/members/{ref}", server.HandlerFunc(failing)).Methods(http.MethodGet, http.MethodPatch)
	g.Handle("/v2/systems", server.HandlerFunc(failing)).Methods(http.MethodOptions)

	for _, test := range []struct {
		name, path, want string
		handler          http.Handler
	}{
		{"chi", "/v2/members/abcde", "GET, PATCH", withChi(c)},
		{"chi, escaped", "/v2/members/a%2Fb", "GET, PATCH", withChi(c)},
		{"chi, mounted", "/v2/groups/abcde", "GET", withChi(c)},
		{"chi, OPTIONS", "/v2/systems", "OPTIONS", withChi(c)},
		{"gorilla", "/v2/members/abcde", "GET, PATCH", withGorilla(g)},
		{"gorilla, OPTIONS", "/v2/systems", "OPTIONS", withGorilla(g)},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			test.handler.ServeHTTP(w, httptest.NewRequest(http.MethodDelete, test.path, http.NoBody))
			require.Equal(t, 405, w.Code)
			require.Equal(t, test.want, strings.Join(w.Header()["Allow"], " "))
			require.Equal(t, `{"message":"405: Method Not Allowed","code":0}`, w.Body.String())
		})
	}
}
