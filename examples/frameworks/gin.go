package main

import (
	"cmp"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func withGin(engine *gin.Engine, opts ...server.Option) http.Handler {
	engine.Use(ginHandler(ginErrors))
	engine.HandleMethodNotAllowed = true
	engine.NoRoute(ginHandler(func(*gin.Context) error { return pkerr.NotFound }))
	engine.NoMethod(ginHandler(func(*gin.Context) error { return pkerr.MethodNotAllowed }))
	return server.Middleware(opts...)(engine)
}

// ginHandler returns a handler or middleware of Gin that answers with the error
// of h.
func ginHandler(h func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			c.Abort()
			server.Write(c.Writer, c.Request, err)
		}
	}
}

// ginErrors is a middleware that returns the last error that a handler or
// another middleware gave to c.Error.
func ginErrors(c *gin.Context) error {
	c.Next()
	return cmp.Or(c.Errors.Last(), new(gin.Error)).Err
}

func routeGin(engine *gin.Engine) {
	for _, e := range endpoints() {
		handler := ginHandler(func(c *gin.Context) error {
			v, err := e.answer(c.Writer, request{
				ref:    c.Param("ref"),
				fail:   c.Query("fail"),
				decode: func(dst any) error { return server.DecodeJSON(c.Writer, c.Request, dst) },
			})
			if err == nil {
				c.JSON(http.StatusOK, v)
			}
			return err
		})
		engine.Handle(e.method, colonPath(e.path), handler)
		if e.method == http.MethodGet {
			engine.HEAD(colonPath(e.path), handler)
		}
	}
}

func serveGin(opts ...server.Option) http.Handler {
	engine := gin.New()
	h := withGin(engine, opts...)
	routeGin(engine)
	return h
}
