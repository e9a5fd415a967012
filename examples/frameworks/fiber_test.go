package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/limiter"
	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/locale"
	"github.com/pkerr/pkerr/server"
)

func testFiber(t *testing.T, app *fiber.App, r *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := app.Test(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(body)
}

// Headers that describe a body that is not sent are removed; others are kept.
func TestWithFiber_Headers(t *testing.T) {
	app := withFiber()
	app.Get("/", func(c fiber.Ctx) error {
		for key, value := range map[string]string{
			"CDN-Cache-Control": "max-age=60", "Surrogate-Control": "max-age=60", "Trailer": "X-Sum", "Content-Encoding": "gzip", "Content-Language": "de", "Etag": `"1"`, "Cache-Control": "max-age=60",
			"Location": "/members/abcde", "Content-Disposition": "attachment", "Last-Modified": "Thu, 26 Nov 2026 00:00:00 GMT",
			"X-Request-Id": "42", "Access-Control-Allow-Origin": "https://example.com",
		} {
			c.Set(key, value)
		}
		c.Cookie(&fiber.Cookie{Name: "a", Value: "1"})
		c.Cookie(&fiber.Cookie{Name: "b", Value: "2"})
		c.Append("Link", "</a>", "</b>")
		c.Response().Header.Add("X-Twice", "1")
		c.Response().Header.Add("X-Twice", "2")
		_, err := c.WriteString("part of a success")
		require.NoError(t, err)
		return pkerr.MemberNotFound
	})
	resp, body := testFiber(t, app, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	require.Equal(t, 404, resp.StatusCode)
	require.Equal(t, `{"message":"Member not found.","code":20002}`, body)
	resp.Header.Del("Date")
	require.Equal(t, http.Header{
		"Content-Type": {"application/json"}, "Content-Length": {"44"}, "X-Content-Type-Options": {"nosniff"}, "X-Request-Id": {"42"},
		"Access-Control-Allow-Origin": {"https://example.com"}, "Link": {"</a>, </b>"}, "X-Twice": {"1", "2"},
		"Set-Cookie": {"a=1; path=/; SameSite=Lax", "b=2; path=/; SameSite=Lax"},
	}, resp.Header)
}

// Errors of Fiber's own are sent with their status and without their text.
func TestWithFiber_Own(t *testing.T) {
	app := withFiber()
	app.Get("/teapot", func(fiber.Ctx) error { return fiber.NewError(http.StatusTeapot, "hunter2") })
	resp, body := testFiber(t, app, httptest.NewRequest(http.MethodGet, "/teapot", http.NoBody))
	require.Equal(t, 418, resp.StatusCode)
	require.Equal(t, `{"message":"418: I'm a teapot","code":0}`, body)

	app = fiber.New(fiber.Config{
		ErrorHandler: func(c fiber.Ctx, err error) error { return writeFiber(c, err, nil) },
		BodyLimit:    64,
	})
	resp, body = do(t, http.MethodPost, startFiber(t, app), strings.Repeat("x", 100))
	require.Equal(t, 413, resp.StatusCode)
	require.Equal(t, `{"message":"413: Content Too Large","code":0}`, body)
}

// Errors that Fiber's limiter returns are answered, with its Retry-After.
func TestWithFiber_Limiter(t *testing.T) {
	app := withFiber()
	app.Use(limiter.New(limiter.Config{Max: 1, LimitReached: func(fiber.Ctx) error { return pkerr.TooManyRequests }}))
	app.Get("/", func(fiber.Ctx) error { return nil })
	testFiber(t, app, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	resp, body := testFiber(t, app, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	require.Equal(t, 429, resp.StatusCode)
	require.Equal(t, `{"message":"429: too many requests","code":0}`, body)
	require.NotEmpty(t, resp.Header.Get("Retry-After"))
}

// A Cache-Control that keeps shared caches from storing the response becomes
// no-store.
func TestWithFiber_Private(t *testing.T) {
	app := withFiber()
	app.Get("/", func(c fiber.Ctx) error {
		c.Set("Cache-Control", "private")
		return pkerr.MemberNotFound
	})
	resp, _ := testFiber(t, app, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	require.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
}

// Fiber would not recover a panic in its error handler.
func TestWithFiber_HookPanics(t *testing.T) {
	app := withFiber(server.WithErrorHook(func(*http.Request, error) { panic("hook") }))
	app.Get("/", func(fiber.Ctx) error { return pkerr.MemberNotFound })
	resp, body := testFiber(t, app, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	require.Equal(t, 404, resp.StatusCode)
	require.Equal(t, `{"message":"Member not found.","code":20002}`, body)
}

// The options are used, and existing values of Vary are kept.
func TestWithFiber_Options(t *testing.T) {
	var requests []string
	app := withFiber(
		server.WithLocalizer(locale.Match),
		server.WithErrorHook(func(r *http.Request, _ error) {
			requests = append(requests, strings.Clone(r.Method+" "+r.URL.Path))
		}))
	app.Get("/", func(c fiber.Ctx) error {
		c.Vary("Origin")
		return pkerr.MemberNotFound
	})
	r := httptest.NewRequest(http.MethodGet, "/?token=hunter2", http.NoBody)
	r.Header.Set("Accept-Language", "de")
	resp, body := testFiber(t, app, r)
	require.Contains(t, body, "wurde nicht gefunden")
	require.Equal(t, "de", resp.Header.Get("Content-Language"))
	require.Equal(t, "Origin, Accept-Language", strings.Join(resp.Header.Values("Vary"), ", "))
	require.Equal(t, []string{"GET /"}, requests)
}
