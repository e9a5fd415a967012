package main

import (
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
func TestGinErrors_EmptyStatus(t *testing.T) {
	for name, test := range map[string]struct {
		handler gin.HandlerFunc
		status  int
		body    string
	}{
		"AbortWithStatus": {func(c *gin.Context) {
			c.AbortWithStatus(http.StatusForbidden)
			_ = c.Error(pkerr.NotOwnMember)
		}, 403, ""},
		"AbortWithError": {func(c *gin.Context) { _ = c.AbortWithError(http.StatusForbidden, pkerr.NotOwnMember) }, 403, ""},
		"Bind": {func(c *gin.Context) {
			var body rename
			_ = c.BindJSON(&body) // it also calls c.Error
		}, 400, ""},
		"Abort": {func(c *gin.Context) {
			c.Abort()
			_ = c.Error(pkerr.NotOwnMember)
		}, 403, `{"message":"Target member is not part of your system.","code":30006}`},
		"Status": {func(c *gin.Context) {
			c.Status(http.StatusTeapot)
			_ = c.Error(pkerr.NotOwnMember)
		}, 403, `{"message":"Target member is not part of your system.","code":30006}`},
	} {
		t.Run(name, func(t *testing.T) {
			engine := newGin()
			engine.POST("/", test.handler)
			w := httptest.NewRecorder()
			server.Middleware()(engine).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", http.NoBody))
			require.Equal(t, test.status, w.Code)
			require.Equal(t, test.body, w.Body.String())
		})
	}
}
