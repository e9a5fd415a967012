package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func TestRoutes(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/members/{ref}", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.PathValue("ref")+" by "+r.Pattern)
	})
	mux.HandleFunc("DELETE /v2/members/{ref}", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/v2/tree/", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/v2/own", http.NotFound)
	const methodNotAllowed = `{"message":"405: Method Not Allowed","code":0}`
	for name, test := range map[string]struct {
		method, target string
		status         int // 0: a redirect of the mux
		body           string
		header         map[string]string
	}{
		"a route":                   {"GET", "/v2/members/abcde", 200, "abcde by GET /v2/members/{ref}", nil},
		"HEAD of a GET":             {"HEAD", "/v2/members/abcde", 200, "abcde by GET /v2/members/{ref}", nil},
		"unknown":                   {"GET", "/v2/groups", 404, notFound, nil},
		"unknown, HEAD":             {"HEAD", "/v2/groups", 404, "", nil},
		"another method":            {"PUT", "/v2/members/abcde", 405, methodNotAllowed, map[string]string{"Allow": "DELETE, GET, HEAD"}},
		"a redirect to a tree":      {"GET", "/v2/tree", 0, "", map[string]string{"Location": "/v2/tree/", "Content-Type": "text/html; charset=utf-8"}},
		"a redirect to a clean one": {"GET", "/v2//members/abcde", 0, "", map[string]string{"Location": "/v2/members/abcde"}},
		"a redirect to an unknown":  {"GET", "/v2//groups", 0, "", map[string]string{"Location": "/v2/groups"}},
		"CONNECT":                   {"CONNECT", "/v2/groups", 404, notFound, nil},
		"a handler's own 404":       {"GET", "/v2/own", 404, "404 page not found\n", map[string]string{"Content-Type": "text/plain; charset=utf-8"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(test.method, "/", nil)
			r.URL.Path = test.target
			want := httptest.NewRecorder()
			mux.ServeHTTP(want, r.Clone(t.Context()))
			w := httptest.NewRecorder()
			server.Routes(mux).ServeHTTP(w, r)
			require.Equal(t, want.Code, w.Code)
			if test.status == 0 {
				require.Equal(t, 3, w.Code/100)
				require.Equal(t, want.Body.String(), w.Body.String())
			} else {
				require.Equal(t, test.status, w.Code)
				require.Equal(t, test.body, w.Body.String())
			}
			if test.body == notFound || test.body == methodNotAllowed {
				require.Equal(t, "application/json", w.Header().Get("Content-Type"))
			}
			for key, value := range test.header {
				require.Equal(t, value, w.Header().Get(key), key)
			}
		})
	}

	t.Run("OPTIONS *", func(t *testing.T) {
		r := httptest.NewRequest(http.MethodOptions, "*", nil)
		w := httptest.NewRecorder()
		server.Routes(mux).ServeHTTP(w, r)
		require.Equal(t, 400, w.Code)
		require.Empty(t, w.Body.String())
	})
	t.Run("hooks see it", func(t *testing.T) {
		var hooked error
		get(with(server.Routes(http.NewServeMux()), server.WithErrorHook(func(_ *http.Request, err error) { hooked = err })))
		require.Equal(t, pkerr.NotFound, hooked)
	})
}

func TestMethodNotAllowed(t *testing.T) {
	w := get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", "GET, HEAD")
		server.MethodNotAllowed(w, r)
	}))
	requireBody(t, w, 405, `{"message":"405: Method Not Allowed","code":0}`)
	require.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
}

func TestAllow(t *testing.T) {
	for name, test := range map[string]struct {
		match func(*http.Request) bool
		want  string
	}{
		"all":     {func(*http.Request) bool { return true }, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"},
		"some":    {func(r *http.Request) bool { return r.Method == "PATCH" || r.Method == "GET" }, "GET, PATCH"},
		"none":    {func(*http.Request) bool { return false }, "TRACE"},
		"by path": {func(r *http.Request) bool { return r.URL.Path == "/v2/members/abcde" && r.Method == "PUT" }, "PUT"},
	} {
		t.Run(name, func(t *testing.T) {
			w := get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Allow", "TRACE")
				server.Allow(test.match)(w, r)
				require.Equal(t, http.MethodGet, r.Method)
			}))
			requireBody(t, w, 405, `{"message":"405: Method Not Allowed","code":0}`)
			require.Equal(t, []string{test.want}, w.Header()["Allow"])
		})
	}
}

func TestNotFound(t *testing.T) {
	requireBody(t, get(http.HandlerFunc(server.NotFound)), 404, `{"message":"404: Not Found","code":0}`)
}
