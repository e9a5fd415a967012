package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

// AbortWithStatus, AbortWithError and Bind of gin send an empty response
// immediately. Nothing can be sent after it.
func TestGinHandler_EmptyStatus(t *testing.T) {
	for name, test := range map[string]struct {
		handler func(*gin.Context) error
		status  int
		body    string
	}{
		"AbortWithStatus": {func(c *gin.Context) error {
			c.AbortWithStatus(http.StatusForbidden)
			return pkerr.NotOwnMember
		}, 403, ""},
		"AbortWithError": {func(c *gin.Context) error {
			return c.AbortWithError(http.StatusForbidden, pkerr.NotOwnMember)
		}, 403, ""},
		"Bind": {func(c *gin.Context) error {
			var body rename
			return c.BindJSON(&body)
		}, 400, ""},
		"Abort": {func(c *gin.Context) error {
			c.Abort()
			return pkerr.NotOwnMember
		}, 403, `{"message":"Target member is not part of your system.","code":30006}`},
		"Status": {func(c *gin.Context) error {
			c.Status(http.StatusTeapot)
			return pkerr.NotOwnMember
		}, 403, `{"message":"Target member is not part of your system.","code":30006}`},
	} {
		t.Run(name, func(t *testing.T) {
			engine := gin.New()
			engine.POST("/", ginHandler(test.handler))
			w := httptest.NewRecorder()
			server.Middleware()(engine).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", http.NoBody))
			require.Equal(t, test.status, w.Code)
			require.Equal(t, test.body, w.Body.String())
		})
	}
}

// A middleware sees that the chain was stopped, however the error was given.
func TestWithGin_Aborts(t *testing.T) {
	for path, status := range map[string]int{"/returned": 404, "/given": 404, "/unknown": 404, "/post": 405, "/fine": 200} {
		engine := gin.New()
		var aborted bool
		engine.Use(func(c *gin.Context) {
			c.Next()
			aborted = c.IsAborted()
		})
		h := withGin(engine)
		engine.GET("/returned", ginHandler(func(*gin.Context) error { return pkerr.MemberNotFound }))
		engine.GET("/given", func(c *gin.Context) { _ = c.Error(pkerr.MemberNotFound) })
		engine.GET("/fine", func(c *gin.Context) { c.Status(http.StatusOK) })
		engine.POST("/post", func(*gin.Context) {})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		require.Equal(t, status, w.Code, path)
		require.Equal(t, status != 200, aborted, path)
	}
}

// The first middleware that fails answers, and stops the chain.
func TestGinHandler_Middleware(t *testing.T) {
	handled := 0
	engine := gin.New()
	engine.Use(ginHandler(func(c *gin.Context) error {
		if c.Query("fail") != "" {
			return pkerr.Unauthorized
		}
		return nil
	}))
	engine.GET("/", ginHandler(func(c *gin.Context) error {
		handled++
		_ = c.Error(errDatabase)
		return pkerr.MemberNotFound
	}))
	h := withGin(engine)
	for path, want := range map[string]string{
		"/":        `404 {"message":"Member not found.","code":20002}`,
		"/?fail=1": `401 {"message":"401: Missing or invalid Authorization header","code":0}`,
		"/nowhere": `404 {"message":"404: Not Found","code":0}`,
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		require.Equal(t, want, fmt.Sprint(w.Code, " ", w.Body))
	}
	require.Equal(t, 1, handled)
}

// An error that a middleware or a plain handler gives to c.Error is answered,
// also in a group and if the middleware stops the chain. If the response has
// started, the error is reported.
func TestGinErrors(t *testing.T) {
	for name, test := range map[string]struct {
		handler gin.HandlerFunc
		want    string
		log     string
	}{
		"Error": {
			func(c *gin.Context) { _ = c.Error(pkerr.MemberNotFound) },
			`404 {"message":"Member not found.","code":20002}`, "level=DEBUG",
		},
		"Error and Abort": {
			func(c *gin.Context) {
				_ = c.Error(errDatabase)
				c.Abort()
			},
			"500 " + internalServerError, "hunter2",
		},
		"the last of two": {
			func(c *gin.Context) {
				_ = c.Error(errDatabase)
				_ = c.Error(pkerr.MemberNotFound)
			},
			`404 {"message":"Member not found.","code":20002}`, "level=DEBUG",
		},
		"AbortWithError": {
			func(c *gin.Context) { _ = c.AbortWithError(http.StatusForbidden, errDatabase) },
			"403 ", "hunter2",
		},
		"Error after JSON": {
			func(c *gin.Context) {
				c.JSON(http.StatusOK, 1)
				_ = c.Error(errDatabase)
			},
			"200 1", "hunter2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var rec recorder
			engine := gin.New()
			h := withGin(engine, rec.options()...)
			group := engine.Group("/group", test.handler)
			group.GET("/", func(*gin.Context) {})
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/group/", http.NoBody))
			require.Equal(t, test.want, fmt.Sprint(w.Code, " ", w.Body))
			require.Len(t, rec.errs(), 1)
			require.Contains(t, rec.logged(), test.log)
		})
	}
}
