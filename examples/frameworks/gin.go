package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func withGin(opts ...server.Option) http.Handler {
	engine := newGin()
	routeGin(engine)
	return server.Middleware(opts...)(engine)
}

func newGin() *gin.Engine {
	engine := gin.New() // not gin.Default: its Recovery would answer panics
	engine.HandleMethodNotAllowed = true
	engine.Use(ginErrors)
	engine.NoRoute(func(c *gin.Context) { _ = c.Error(pkerr.NotFound) })
	engine.NoMethod(func(c *gin.Context) { _ = c.Error(pkerr.MethodNotAllowed) })
	return engine
}

// ginErrors answers with the last error that a handler gave to c.Error.
func ginErrors(c *gin.Context) {
	c.Next()
	if e := c.Errors.Last(); e != nil {
		server.Write(c.Writer, c.Request, e.Err)
		c.Writer.WriteHeaderNow() // for HEAD, which writes no body
	}
}

func routeGin(engine *gin.Engine) {
	for _, e := range endpoints() {
		handler := func(c *gin.Context) {
			v, err := e.answer(c.Writer, request{
				ref:    c.Param("ref"),
				fail:   c.Query("fail"),
				decode: func(dst any) error { return server.DecodeJSON(c.Writer, c.Request, dst) },
			})
			if err != nil {
				_ = c.Error(err)
				return
			}
			c.JSON(http.StatusOK, v)
		}
		engine.Handle(e.method, colonPath(e.path), handler)
		if e.method == http.MethodGet {
			engine.HEAD(colonPath(e.path), handler)
		}
	}
}
