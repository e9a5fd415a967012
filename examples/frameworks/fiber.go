package main

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/recover"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func withFiber(opts ...server.Option) *fiber.App {
	app := newFiber(opts...)
	routeFiber(app)
	return app
}

func newFiber(opts ...server.Option) *fiber.App {
	opts = append(opts, server.WithErrorMapper(mapFiber))
	app := fiber.New(fiber.Config{ErrorHandler: fiberErrors(opts)})
	app.Use(recover.New())
	return app
}

// fiberErrors answers with the error that a handler returned.
func fiberErrors(opts []server.Option) fiber.ErrorHandler {
	return func(c fiber.Ctx, err error) error {
		r := &http.Request{
			Method: c.Method(), URL: &url.URL{Path: c.Path()}, Header: c.GetReqHeaders(),
		}
		ctx := server.NewContext(c.Context(), opts...)
		status, header, body := server.Render(r.WithContext(ctx), err)
		for _, stale := range []string{
			"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language",
			"Content-Range", "Etag", "Expires", "Last-Modified", "Location",
		} {
			c.Response().Header.Del(stale)
		}
		c.Vary(header["Vary"]...) // Vary may have been set already
		header.Del("Vary")
		for key := range header {
			c.Set(key, header.Get(key))
		}
		return c.Status(status).Send(body)
	}
}

// mapFiber sends Fiber's own errors with their status.
func mapFiber(_ *http.Request, err error) error {
	if e, ok := errors.AsType[*fiber.Error](err); ok && pkerr.CodeOf(err) == 0 {
		return pkerr.MakeCode(0, e.Code)
	}
	return nil
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
