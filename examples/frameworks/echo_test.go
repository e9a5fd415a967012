package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-fuego/fuego"
	echo4 "github.com/labstack/echo/v4"
	middleware4 "github.com/labstack/echo/v4/middleware"
	echo5 "github.com/labstack/echo/v5"
	middleware5 "github.com/labstack/echo/v5/middleware"
	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

// getGzip returns the decoded answer of h to a client that accepts gzip.
func getGzip(t *testing.T, h http.Handler, path string) (*http.Response, string) {
	t.Helper()
	return doGzip(t, http.MethodGet, startHandler(t, h)+path, "")
}

// Echo's Gzip middleware buffers a short body, so the response below it has not
// started when a middleware inside it calls the error handler.
func TestWithEcho4_Gzip(t *testing.T) {
	e := echo4.New()
	routeEcho4(e)
	withEcho4(e)
	e.Use(middleware4.GzipWithConfig(middleware4.GzipConfig{MinLength: 1000}))
	e.Use(func(next echo4.HandlerFunc) echo4.HandlerFunc { // as Echo's loggers do
		return func(c echo4.Context) error {
			if err := next(c); err != nil {
				c.Error(err)
			}
			return nil
		}
	})
	resp, got := getGzip(t, server.Middleware()(e), "/members?fail=error")
	require.Equal(t, 200, resp.StatusCode)
	require.Equal(t, `[{"id":"abcde"`, got)

	resp, got = getGzip(t, server.Middleware()(e), "/members/zzzzz")
	require.Equal(t, 404, resp.StatusCode)
	require.Equal(t, `{"message":"Member 'zzzzz' not found.","code":20003}`, got)
}

func TestWithEcho5_Gzip(t *testing.T) {
	e := echo5.New()
	routeEcho5(e)
	withEcho5(e)
	e.Use(middleware5.GzipWithConfig(middleware5.GzipConfig{MinLength: 1000}))
	e.Use(func(next echo5.HandlerFunc) echo5.HandlerFunc { // as Echo's loggers do
		return func(c *echo5.Context) error {
			if err := next(c); err != nil {
				e.HTTPErrorHandler(c, err)
			}
			return nil
		}
	})
	e.Use(echo5.WrapMiddleware(server.Middleware())) // sees what Gzip buffers
	for path, want := range map[string]string{
		"/members?fail=error": `[{"id":"abcde"`,
		"/members/zzzzz":      `{"message":"Member 'zzzzz' not found.","code":20003}`,
	} {
		_, got := getGzip(t, server.Middleware()(e), path)
		require.Equal(t, want, got)
	}
}

// An error of Echo is sent with its status and without its text. With Echo v4,
// an error of the API that it wraps takes precedence.
func TestWithEcho_Own(t *testing.T) {
	secret := errors.New("hunter2")
	for _, test := range []struct {
		name     string
		err      error
		echo4Err error
		status   int
		body     string
	}{
		{
			"own", echo5.NewHTTPError(http.StatusTeapot, "hunter2"), echo4.NewHTTPError(http.StatusTeapot, "hunter2"),
			418, `{"message":"418: I'm a teapot","code":0}`,
		},
		{
			"wrapping", echo5.NewHTTPError(http.StatusConflict, "").Wrap(secret), echo4.NewHTTPError(http.StatusConflict).SetInternal(secret),
			409, `{"message":"409: Conflict","code":0}`,
		},
	} {
		for name, h := range map[string]http.Handler{
			"echo v4": func() http.Handler {
				e := echo4.New()
				e.GET("/", func(echo4.Context) error { return test.echo4Err })
				return withEcho4(e)
			}(),
			"echo v5": func() http.Handler {
				e := echo5.New()
				e.GET("/", func(*echo5.Context) error { return test.err })
				return withEcho5(e)
			}(),
		} {
			t.Run(name+"/"+test.name, func(t *testing.T) {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
				require.Equal(t, test.status, w.Code)
				require.Equal(t, test.body, w.Body.String())
			})
		}
	}

	e := echo4.New()
	e.GET("/", func(echo4.Context) error {
		return echo4.NewHTTPError(http.StatusBadRequest).SetInternal(pkerr.MemberNotFound)
	})
	w := httptest.NewRecorder()
	withEcho4(e).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	require.Equal(t, `{"message":"Member not found.","code":20002}`, w.Body.String())

	e5 := echo5.New()
	e5.GET("/", func(*echo5.Context) error {
		return echo5.NewHTTPError(http.StatusBadRequest, "").Wrap(pkerr.MemberNotFound)
	})
	w = httptest.NewRecorder()
	withEcho5(e5).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	require.Equal(t, `{"message":"400: Bad Request","code":0}`, w.Body.String())
}

// A mapper in the options takes precedence over MapStatusCode.
func TestWith_Mapper(t *testing.T) {
	mapper := server.WithErrorMapper(func(_ *http.Request, err error) error {
		if e, ok := errors.AsType[interface {
			error
			StatusCode() int
		}](err); ok && e.StatusCode() == http.StatusNotFound {
			return pkerr.MemberNotFound
		}
		return nil
	})
	e := echo5.New()
	e.GET("/", func(*echo5.Context) error { return echo5.ErrNotFound })
	s := newFuego()
	fuego.Get(s, "/{$}", func(fuego.ContextNoBody) (any, error) { return nil, fuego.NotFoundError{} })
	for name, h := range map[string]http.Handler{"echo v5": withEcho5(e, mapper), "fuego": withFuego(s, mapper)} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
			require.Equal(t, `{"message":"Member not found.","code":20002}`, w.Body.String())
		})
	}
}
