package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/go-fuego/fuego"
	"github.com/gofiber/fiber/v3"
	echo4 "github.com/labstack/echo/v4"
	echo5 "github.com/labstack/echo/v5"
	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

// binders returns handlers that read the body with their framework's binder.
func binders() map[string]http.Handler {
	e4 := echo4.New()
	withEcho4(e4)
	e4.POST("/", func(c echo4.Context) error {
		var body rename
		return bindError(c.Bind(&body))
	})
	e5 := echo5.New()
	withEcho5(e5)
	e5.POST("/", func(c *echo5.Context) error {
		var body rename
		return bindError(c.Bind(&body))
	})
	g := gin.New()
	g.POST("/", ginHandler(func(c *gin.Context) error {
		var body rename
		return bindError(c.ShouldBindJSON(&body))
	}))
	f := newFuego()
	fuego.Post(f, "/", func(c fuego.ContextWithBody[rename]) (any, error) {
		_, err := c.Body()
		return nil, bindError(err)
	})
	return map[string]http.Handler{"echo v4": e4, "echo v5": e5, "gin": g, "fuego": f.Mux}
}

var bindTests = map[string]struct {
	body   string
	status int
	want   string
}{
	"type":   {`{"name":7}`, 400, `{"message":"Error parsing JSON model","code":40001,"errors":{"name":[{"message":"Field name is invalid."}]}}`},
	"list":   {`[]`, 400, `{"message":"400: Bad Request","code":0}`},
	"syntax": {`{"name"x}`, 400, `{"message":"400: Bad Request","code":0}`},
	"cut":    {`{"name"`, 400, `{"message":"400: Bad Request","code":0}`},
}

func TestBindError(t *testing.T) {
	for name, h := range binders() {
		for fault, test := range bindTests {
			t.Run(name+"/"+fault, func(t *testing.T) {
				resp, got := do(t, http.MethodPost, startHandler(t, server.Middleware()(h)), test.body)
				require.Equal(t, test.want, got)
				require.Equal(t, test.status, resp.StatusCode)
			})
		}
		t.Run(name+"/too large", func(t *testing.T) {
			h := http.MaxBytesHandler(server.Middleware()(h), 64)
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"name":"`+strings.Repeat("x", 90)+`"}`))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			require.Equal(t, 413, w.Code)
			require.Equal(t, `{"message":"413: Content Too Large","code":0}`, w.Body.String())
		})
	}
}

func TestBindError_Fiber(t *testing.T) {
	app := withFiber()
	app.Post("/", func(c fiber.Ctx) error {
		var body rename
		return bindError(c.Bind().JSON(&body))
	})
	url := startFiber(t, app)
	for fault, test := range bindTests {
		resp, got := do(t, http.MethodPost, url, test.body)
		require.Equal(t, test.want, got, fault)
		require.Equal(t, test.status, resp.StatusCode)
	}
}

func TestBindError_Other(t *testing.T) {
	require.NoError(t, bindError(nil))
	require.Equal(t, pkerr.MemberNotFound, bindError(pkerr.MemberNotFound))
}
