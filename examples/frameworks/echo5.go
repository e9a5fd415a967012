package main

import (
	"net/http"

	"github.com/labstack/echo/v5"

	"github.com/pkerr/pkerr/server"
)

func withEcho5(e *echo.Echo, opts ...server.Option) http.Handler {
	e.HTTPErrorHandler = func(c *echo.Context, err error) {
		server.Write(c.Response(), c.Request(), err)
	}
	own := server.WithErrorMapper(server.MapStatusCode) // first, so that it is called last
	return server.Middleware(append([]server.Option{own}, opts...)...)(e)
}

func routeEcho5(e *echo.Echo) {
	for _, p := range endpoints() {
		handler := func(c *echo.Context) error {
			v, err := p.answer(c.Response(), request{
				ref:  c.Param("ref"),
				fail: c.QueryParam("fail"),
				decode: func(dst any) error {
					return server.DecodeJSON(c.Response(), c.Request(), dst)
				},
			})
			if err != nil {
				return err
			}
			return c.JSON(http.StatusOK, v)
		}
		e.Add(p.method, colonPath(p.path), handler)
		if p.method == http.MethodGet {
			e.HEAD(colonPath(p.path), handler)
		}
	}
}

func serveEcho5(opts ...server.Option) http.Handler {
	e := echo.New()
	routeEcho5(e)
	return withEcho5(e, opts...)
}
