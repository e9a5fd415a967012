package main

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/recover"
	"github.com/valyala/fasthttp"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func withFiber(opts ...server.Option) *fiber.App {
	write := func(c fiber.Ctx, err error) error { return writeFiber(c, err, opts) }
	app := fiber.New(fiber.Config{ErrorHandler: write})
	app.Use(recover.New())
	return app
}

// writeFiber answers with the error that a handler returned.
func writeFiber(c fiber.Ctx, err error, opts []server.Option) error {
	if e, ok := errors.AsType[*fiber.Error](err); ok && pkerr.CodeOf(err) == 0 {
		err = pkerr.MakeCode(0, e.Code).WithCause(err) // an error of Fiber's own
	}
	r := &http.Request{Method: c.Method(), URL: &url.URL{Path: c.Path()}, Header: c.GetReqHeaders()}
	r = r.WithContext(server.NewContext(c.Context(), opts...))
	c.Response().Header.Del("Content-Encoding") // of the body that is not sent
	server.Write(fiberResponse{c, c.GetRespHeaders()}, r, err)
	return nil
}

// fiberResponse is the http.ResponseWriter of a request to Fiber.
type fiberResponse struct {
	fiber.Ctx
	header http.Header
}

func (w fiberResponse) Header() http.Header { return w.header }

// WriteHeader replaces everything that was to be sent.
func (w fiberResponse) WriteHeader(status int) {
	w.Response().ResetBody()
	// A new header, because w.header has strings of the old one.
	w.Response().Header = fasthttp.ResponseHeader{}
	for key, values := range w.header {
		for _, value := range values {
			w.Response().Header.Add(key, value)
		}
	}
	w.Status(status)
}

func routeFiber(app *fiber.App) {
	for _, e := range endpoints() {
		app.Add([]string{e.method}, colonPath(e.path), func(c fiber.Ctx) error {
			v, err := e.answer(c, request{
				ref:    c.Params("ref"),
				fail:   c.Query("fail"),
				decode: func(dst any) error { return server.UnmarshalJSON(c.Body(), dst) },
			})
			if err != nil {
				return err
			}
			return c.JSON(v)
		})
	}
}

func serveFiber(opts ...server.Option) *fiber.App {
	app := withFiber(opts...)
	routeFiber(app)
	return app
}
