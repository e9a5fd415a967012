package main

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getsentry/sentry-go"
	sentryhttp "github.com/getsentry/sentry-go/http"
	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/cors"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"github.com/pkerr/pkerr/server"
)

// wrapper is a middleware.
type wrapper = func(http.Handler) http.Handler

func middlewares() map[string]wrapper {
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "requests_total", Help: "Requests."}, []string{"code", "method"})
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "duration_seconds", Help: "Time taken."}, []string{"code"})
	return map[string]wrapper{
		"none":     func(h http.Handler) http.Handler { return h },
		"otelhttp": otelhttp.NewMiddleware("api"),
		"sentry":   sentryhttp.New(sentryhttp.Options{Repanic: true}).Handle,
		"cors":     cors.AllowAll().Handler,
		"gzhttp":   func(h http.Handler) http.Handler { return gzhttp.GzipHandler(h) },
		"promhttp": func(h http.Handler) http.Handler {
			return promhttp.InstrumentHandlerCounter(counter, promhttp.InstrumentHandlerDuration(duration, h))
		},
		"TimeoutHandler":  func(h http.Handler) http.Handler { return http.TimeoutHandler(h, time.Minute, "") },
		"MaxBytesHandler": func(h http.Handler) http.Handler { return http.MaxBytesHandler(h, 64) },
		"all": func(h http.Handler) http.Handler {
			for name, m := range middlewares() {
				if name != "all" {
					h = m(h)
				}
			}
			return h
		},
	}
}

// doGzip is like do for a client that asks for gzip. It returns the decoded
// body.
func doGzip(t *testing.T, method, url, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept-Encoding", "gzip")
	r.Header.Set("Origin", "https://example.com")
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	var from io.Reader = resp.Body
	if resp.Header.Get("Content-Encoding") != "" && method != http.MethodHead {
		require.Equal(t, []string{"gzip"}, resp.Header.Values("Content-Encoding"))
		from, err = gzip.NewReader(resp.Body)
		require.NoError(t, err)
	}
	got, err := io.ReadAll(from)
	require.NoError(t, err)
	return resp, string(got)
}

func TestMiddlewares(t *testing.T) {
	long := strings.Repeat("é", 2000)
	for name, wrap := range middlewares() {
		for _, test := range []struct {
			name, method, path, body string
			status                   int
			want                     string
			header                   map[string]string
			only                     string // the middleware that the case needs
		}{
			{name: "ref", method: "GET", path: "/members/zzzzz", status: 404, want: `{"message":"Member 'zzzzz' not found.","code":20003}`},
			{name: "long", method: "GET", path: "/members/" + long, status: 404, want: `{"message":"Member '` + long + `' not found.","code":20003}`},
			{
				name: "wrong method", method: "DELETE", path: "/members/abcde", status: 405,
				want: `{"message":"405: Method Not Allowed","code":0}`, header: map[string]string{"Allow": "GET, HEAD, PATCH"},
			},
			{
				name: "rate limit", method: "GET", path: "/messages/1", status: 429,
				want: `{"message":"429: too many requests","retry_after":1200,"code":0}`, header: map[string]string{"Retry-After": "2"},
			},
			{name: "HEAD", method: "HEAD", path: "/members/zzzzz", status: 404},
			{name: "foreign error", method: "GET", path: "/stats", status: 500, want: internalServerError},
			{name: "panic", method: "GET", path: "/stats?fail=panic", status: 500, want: internalServerError},
			{name: "late error", method: "GET", path: "/members?fail=error", status: 200, want: `[{"id":"abcde"`},
			{
				name: "too large", method: "PATCH", path: "/members/abcde", body: `{"name":"` + strings.Repeat("x", 90) + `"}`, status: 413,
				want: `{"message":"413: Content Too Large","code":0}`, only: "MaxBytesHandler",
			},
		} {
			if test.only != "" && test.only != name && name != "all" {
				continue
			}
			t.Run(name+"/"+test.name, func(t *testing.T) {
				var rec recorder
				url := startHandler(t, wrap(serveNetHTTP(rec.options()...)))
				resp, got := doGzip(t, test.method, url+test.path, test.body)
				require.Equal(t, test.status, resp.StatusCode)
				require.Equal(t, test.want, got)
				if test.status >= 400 {
					require.Equal(t, []string{"application/json"}, resp.Header.Values("Content-Type"))
				}
				for key, value := range test.header {
					require.Equal(t, value, resp.Header.Get(key), key)
				}
				if name == "gzhttp" || name == "all" {
					require.Equal(t, test.name == "long", resp.Header.Get("Content-Encoding") == "gzip")
				}
				if name == "cors" || name == "all" {
					require.Equal(t, "*", resp.Header.Get("Access-Control-Allow-Origin"))
				}
				require.Len(t, rec.errs(), 1)
			})
		}
	}
}

// A client must not mistake half a response for a whole one.
func TestMiddlewares_LatePanic(t *testing.T) {
	for name, wrap := range middlewares() {
		t.Run(name, func(t *testing.T) {
			url := startHandler(t, wrap(serveNetHTTP(new(recorder).options()...)))
			c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			_, err := c.Get(url + "/members?fail=panic")
			require.ErrorIs(t, err, io.EOF)
		})
	}
}

// Without Repanic, sentry swallows the panic that cuts the response off.
func TestMiddlewares_SentryWithoutRepanic(t *testing.T) {
	h := sentryhttp.New(sentryhttp.Options{}).Handle(serveNetHTTP(new(recorder).options()...))
	resp, got := do(t, "GET", startHandler(t, h)+"/members?fail=panic", "")
	require.Equal(t, 200, resp.StatusCode)
	require.Equal(t, `[{"id":"abcde"`, got, "it looks complete")
}

// Middlewares between server.Middleware and a handler must not break it either.
func TestMiddlewares_Inside(t *testing.T) {
	mux := http.NewServeMux()
	routeNetHTTP(mux)
	for name, wrap := range middlewares() {
		t.Run(name, func(t *testing.T) {
			var rec recorder
			url := startHandler(t, server.Middleware(rec.options()...)(wrap(server.Routes(mux))))
			for path, want := range map[string]string{
				"/members/zzzzz":      `{"message":"Member 'zzzzz' not found.","code":20003}`,
				"/stats?fail=panic":   internalServerError,
				"/members?fail=error": `[{"id":"abcde"`,
			} {
				_, got := doGzip(t, "GET", url+path, "")
				require.Equal(t, want, got)
			}
			require.Len(t, rec.errs(), 3)
		})
	}
}

func TestWithSentry(t *testing.T) {
	var reported []string
	sentryClient, err := sentry.NewClient(sentry.ClientOptions{
		Dsn: "http://key@127.0.0.1:1/1",
		BeforeSend: func(event *sentry.Event, _ *sentry.EventHint) *sentry.Event {
			for _, e := range event.Exception {
				reported = append(reported, e.Value)
			}
			return nil // nothing leaves the machine
		},
	})
	require.NoError(t, err)
	hub := sentry.NewHub(sentryClient, sentry.NewScope())
	h := serveNetHTTP(withSentry(), server.WithLogger(nil))
	ask := func(path string) {
		r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
		h.ServeHTTP(httptest.NewRecorder(), r.WithContext(sentry.SetHubOnContext(r.Context(), hub)))
	}
	ask("/members/zzzzz")
	ask("/messages/1")
	require.Empty(t, reported)
	ask("/stats")
	require.Contains(t, strings.Join(reported, "\n"), "hunter2")
	reported = nil
	ask("/stats?fail=panic")
	require.Contains(t, strings.Join(reported, "\n"), "panic: ")
	reported = nil
	ask("/systems/@me")
	require.NotEmpty(t, reported, "it is sent as a 500")
}
