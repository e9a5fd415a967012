package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/go-fuego/fuego"
	"github.com/gofiber/fiber/v3"
	"github.com/gorilla/mux"
	echo4 "github.com/labstack/echo/v4"
	echo5 "github.com/labstack/echo/v5"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

// discardWriter keeps the status and discards the rest.
type discardWriter struct {
	header http.Header
	status int
}

func (w *discardWriter) Header() http.Header         { return w.header }
func (w *discardWriter) WriteHeader(status int)      { w.status = status }
func (w *discardWriter) Write(p []byte) (int, error) { return len(p), nil }

// body is the body that is sent by hand.
type body struct {
	Message string `json:"message"`
	Code    int    `json:"code"`
}

var notFoundBody = body{"Member not found.", 20002}

// byHand sends the same response without this library or a framework.
func byHand(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	_ = json.NewEncoder(w).Encode(notFoundBody)
}

func notFound(http.ResponseWriter, *http.Request) error { return pkerr.MemberNotFound }

// errorPaths are servers that answer GET / with the same error: once with the
// glue of this package, and once as users of the framework do it without that.
var errorPaths = []struct {
	name       string
	pkerr, std func() http.Handler
}{
	{
		"nethttp",
		func() http.Handler { return server.HandlerFunc(notFound) },
		func() http.Handler { return http.HandlerFunc(byHand) },
	},
	{
		"chi",
		func() http.Handler {
			r := chi.NewRouter()
			r.Method(http.MethodGet, "/", server.HandlerFunc(notFound))
			return r
		},
		func() http.Handler {
			r := chi.NewRouter()
			r.Get("/", byHand)
			return r
		},
	},
	{
		"gorilla",
		func() http.Handler {
			r := mux.NewRouter()
			r.Handle("/", server.HandlerFunc(notFound)).Methods(http.MethodGet)
			return r
		},
		func() http.Handler {
			r := mux.NewRouter()
			r.HandleFunc("/", byHand).Methods(http.MethodGet)
			return r
		},
	},
	{
		"echo4",
		func() http.Handler {
			e := echo4.New()
			withEcho4(e)
			e.GET("/", func(echo4.Context) error { return pkerr.MemberNotFound })
			return e
		},
		func() http.Handler {
			e := echo4.New()
			e.GET("/", func(echo4.Context) error {
				return echo4.NewHTTPError(http.StatusNotFound, "Member not found.")
			})
			return e
		},
	},
	{
		"echo5",
		func() http.Handler {
			e := echo5.New()
			withEcho5(e)
			e.GET("/", func(*echo5.Context) error { return pkerr.MemberNotFound })
			return e
		},
		func() http.Handler {
			e := echo5.New()
			e.GET("/", func(*echo5.Context) error {
				return echo5.NewHTTPError(http.StatusNotFound, "Member not found.")
			})
			return e
		},
	},
	{
		"gin",
		func() http.Handler {
			g := gin.New()
			withGin(g)
			g.GET("/", ginHandler(func(*gin.Context) error { return pkerr.MemberNotFound }))
			return g
		},
		func() http.Handler {
			g := gin.New()
			g.GET("/", func(c *gin.Context) { c.AbortWithStatusJSON(http.StatusNotFound, notFoundBody) })
			return g
		},
	},
	{
		"fuego",
		func() http.Handler {
			s := newFuego()
			fuego.Get(s, "/{$}", func(fuego.ContextNoBody) (any, error) { return nil, pkerr.MemberNotFound })
			return s.Mux
		},
		func() http.Handler {
			s := fuego.NewServer()
			fuego.Get(s, "/{$}", func(fuego.ContextNoBody) (any, error) {
				return nil, fuego.NotFoundError{Detail: "Member not found."}
			})
			return s.Mux
		},
	},
}

func BenchmarkFrameworks(b *testing.B) {
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	run := func(b *testing.B, name string, h http.Handler) {
		b.Helper()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var w discardWriter
			for b.Loop() {
				w.header = make(http.Header)
				h.ServeHTTP(&w, r)
			}
			require.Equal(b, http.StatusNotFound, w.status)
		})
	}
	for _, p := range errorPaths {
		b.Run(p.name, func(b *testing.B) {
			run(b, "impl=pkerr", p.pkerr())
			run(b, "impl=std", p.std())
		})
	}
}

// Huma creates errors with a function in a global variable, which is set for
// each benchmark.
func BenchmarkHuma(b *testing.B) {
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	run := func(b *testing.B, name string, m *http.ServeMux, api huma.API, err func() error) {
		b.Helper()
		huma.Get(api, "/{$}", func(context.Context, *struct{}) (*struct{}, error) { return nil, err() })
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var w discardWriter
			for b.Loop() {
				w.header = make(http.Header)
				m.ServeHTTP(&w, r)
			}
			require.Equal(b, http.StatusNotFound, w.status)
		})
	}
	newError := huma.NewError
	m := http.NewServeMux()
	run(b, "impl=pkerr", m, newHuma(m, huma.DefaultConfig("x", "1")), func() error { return pkerr.MemberNotFound })
	huma.NewError = newError
	m = http.NewServeMux()
	run(b, "impl=std", m, humago.New(m, huma.DefaultConfig("x", "1")), func() error {
		return huma.Error404NotFound("Member not found.")
	})
}

func BenchmarkFiber(b *testing.B) {
	run := func(name string, app *fiber.App, err func() error) {
		app.Get("/", func(fiber.Ctx) error { return err() })
		h := app.Handler()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var ctx fasthttp.RequestCtx
			ctx.Request.SetRequestURI("/")
			for b.Loop() {
				ctx.Response.Reset()
				h(&ctx)
			}
			require.Equal(b, http.StatusNotFound, ctx.Response.StatusCode())
		})
	}
	run("impl=pkerr", withFiber(), func() error { return pkerr.MemberNotFound })
	run("impl=std", fiber.New(), func() error { return fiber.NewError(http.StatusNotFound, "Member not found.") })
}
