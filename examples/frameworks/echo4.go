package main

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func withEcho4(e *echo.Echo, opts ...server.Option) http.Handler {
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if e, ok := errors.AsType[*echo.HTTPError](err); ok && pkerr.CodeOf(err) == 0 {
			err = pkerr.MakeCode(0, e.Code).WithCause(err) // an error of Echo's own
		}
		server.Write(echoResponse{c.Response()}, c.Request(), err)
	}
	return server.Middleware(opts...)(e)
}

// echoResponse lets server.Write see that Echo has started the response, which
// Echo's Gzip middleware may still hold back.
type echoResponse struct{ *echo.Response }

func (r echoResponse) Written() bool { return r.Committed }

func routeEcho4(e *echo.Echo) {
	for _, p := range endpoints() {
		handler := func(c echo.Context) error {
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

func serveEcho4(opts ...server.Option) http.Handler {
	e := echo.New()
	routeEcho4(e)
	return withEcho4(e, opts...)
}
