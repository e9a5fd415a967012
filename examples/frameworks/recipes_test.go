package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	chimiddleware "github.com/go-chi/chi/v5/middleware"
	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/server"
)

// slow waits until the deadline of the request.
func slow(_ http.ResponseWriter, r *http.Request) error {
	<-r.Context().Done()
	return fmt.Errorf("working: %w", r.Context().Err())
}

func TestMapTimeout(t *testing.T) {
	for name, middleware := range map[string]func(time.Duration) func(http.Handler) http.Handler{
		"timeout": timeout, "chi": chimiddleware.Timeout,
	} {
		t.Run(name, func(t *testing.T) {
			var rec recorder
			router := chi.NewRouter()
			router.Use(middleware(time.Millisecond))
			router.Method(http.MethodGet, "/", server.HandlerFunc(slow))
			h := server.Middleware(append(rec.options(), server.WithErrorMapper(mapTimeout))...)(router)
			resp, got := do(t, http.MethodGet, startHandler(t, h), "")
			require.Equal(t, 504, resp.StatusCode)
			require.Equal(t, `{"message":"504: Gateway Timeout","code":0}`, got)
			require.Len(t, rec.errs(), 1)
			require.ErrorIs(t, rec.errs()[0], context.DeadlineExceeded)
		})
	}
}

func TestReverseProxy(t *testing.T) {
	upstream := startHandler(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-r.Context().Done()
			return
		}
		_, _ = fmt.Fprint(w, "fine")
	}))
	for _, test := range []struct {
		name, upstream, path string
		status               int
		body                 string
		code                 string
	}{
		{"success", upstream, "/", 200, "fine", ""},
		{"unreachable", "http://127.0.0.1:1", "/", 502, `{"message":"502: Bad Gateway","code":0}`, "0/500"},
		{"deadline", upstream, "/slow", 504, `{"message":"504: Gateway Timeout","code":0}`, ""},
		{"too large", upstream, "/large", 413, `{"message":"413: Content Too Large","code":0}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var rec recorder
			target, err := url.Parse(test.upstream)
			require.NoError(t, err)
			h := server.Middleware(append(rec.options(), server.WithErrorMapper(mapTimeout))...)(reverseProxy(target))
			h = http.MaxBytesHandler(timeout(200*time.Millisecond)(h), 64)
			body := ""
			if test.path == "/large" {
				body = strings.Repeat("x", 100)
			}
			resp, got := do(t, http.MethodPost, startHandler(t, h)+test.path, body)
			require.Equal(t, test.status, resp.StatusCode)
			require.Equal(t, test.body, got)
			if test.code != "" {
				require.Equal(t, test.code, errorType(rec.errs()[0]))
			}
		})
	}
}
