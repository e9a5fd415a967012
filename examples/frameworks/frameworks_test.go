package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/gofiber/fiber/v3"
	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// start starts a framework's server on the loopback interface, and returns its
// URL.
func start(t *testing.T, f framework, opts ...server.Option) string {
	t.Helper()
	if f.handler == nil {
		return startFiber(t, serveFiber(opts...))
	}
	return startHandler(t, f.handler(opts...))
}

func startFiber(t *testing.T, app *fiber.App) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- app.Listener(l, fiber.ListenConfig{DisableStartupMessage: true}) }()
	t.Cleanup(func() {
		require.NoError(t, app.ShutdownWithContext(context.Background()))
		require.NoError(t, <-done)
	})
	return "http://" + l.Addr().String()
}

// startHandler starts a server that fails the test if net/http logs anything.
func startHandler(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(failWriter{t}, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

// failWriter fails the test if net/http logs anything, such as a superfluous
// WriteHeader.
type failWriter struct{ t *testing.T }

func (w failWriter) Write(p []byte) (int, error) {
	w.t.Errorf("net/http logs: %s", p)
	return len(p), nil
}

// recorder records the log, and the errors that hooks see.
type recorder struct {
	mu   sync.Mutex
	log  strings.Builder
	seen []error
}

func (r *recorder) options() []server.Option {
	logger := slog.New(slog.NewTextHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return []server.Option{server.WithLogger(logger), server.WithErrorHook(r.hook)}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Write(p)
}

func (r *recorder) hook(_ *http.Request, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, err)
}

func (r *recorder) logged() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.String()
}

func (r *recorder) errs() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.seen)
}

func do(t *testing.T, method, url, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(got)
}

const internalServerError = `{"message":"500: Internal Server Error","code":0}`

func TestFrameworks(t *testing.T) {
	long := strings.Repeat("x", 101)
	for _, f := range frameworks() {
		for _, test := range []struct {
			name, method, path, body string
			status                   int
			want                     string
			code                     pkerr.Code // of the error that hooks see
			log                      string
			header                   map[string]string
		}{
			{
				name: "constant", method: "GET", path: "/groups/abcde",
				status: 404, want: `{"message":"Group not found.","code":20004}`,
				code: pkerr.GroupNotFound, log: `level=DEBUG msg="request failed" method=GET path=/groups/abcde status=404`,
			},
			{
				name: "ref", method: "GET", path: "/members/zzzzz",
				status: 404, want: `{"message":"Member 'zzzzz' not found.","code":20003}`,
				code: pkerr.MemberNotFoundWithRef,
			},
			{
				name: "fields", method: "PATCH", path: "/members/abcde", body: `{"name":"` + long + `","unknown":1}`,
				status: 400, want: `{"message":"Error parsing JSON model","code":40001,"errors":{"name":[{"message":"Field name is too long.","actual_length":101,"max_length":100}]}}`,
				code: pkerr.ModelParse,
			},
			{
				name: "invalid field", method: "PATCH", path: "/members/abcde", body: `{"name":7}`,
				status: 400, want: `{"message":"Error parsing JSON model","code":40001,"errors":{"name":[{"message":"Field name is invalid."}]}}`,
				code: pkerr.ModelParse,
			},
			{
				name: "bad body", method: "PATCH", path: "/members/abcde", body: `{"name"`,
				status: 400, want: `{"message":"400: Bad Request","code":0}`,
				code: pkerr.BadRequest,
			},
			{
				name: "unknown route", method: "GET", path: "/nowhere",
				status: 404, want: `{"message":"404: Not Found","code":0}`,
			},
			{
				name: "wrong method", method: "DELETE", path: "/members/abcde",
				status: 405, want: `{"message":"405: Method Not Allowed","code":0}`,
			},
			{
				name: "panic", method: "GET", path: "/stats?fail=panic",
				status: 500, want: internalServerError, log: "hunter2",
			},
			{
				name: "foreign error", method: "GET", path: "/stats",
				status: 500, want: internalServerError, log: "hunter2",
			},
			{
				name: "relayed", method: "GET", path: "/systems/exmpl",
				status: 404, want: `{"message":"System not found.","code":20001}`,
				code: pkerr.SystemNotFound,
			},
			{
				name: "not relayed", method: "GET", path: "/systems/@me",
				status: 500, want: internalServerError, code: pkerr.Unauthorized, log: "level=ERROR",
			},
			{
				name: "rate limit", method: "GET", path: "/messages/1",
				status: 429, want: `{"message":"429: too many requests","retry_after":1200,"code":0}`,
				code: pkerr.TooManyRequests, header: map[string]string{"Retry-After": "2"},
			},
			{name: "HEAD", method: "HEAD", path: "/members/zzzzz", status: 404, code: pkerr.MemberNotFoundWithRef},
			{name: "HEAD of an unknown route", method: "HEAD", path: "/nowhere", status: 404},
		} {
			t.Run(f.name+"/"+test.name, func(t *testing.T) {
				var rec recorder
				url := start(t, f, rec.options()...)
				resp, got := do(t, test.method, url+test.path, test.body)
				require.Equal(t, test.want, got)
				require.Equal(t, test.status, resp.StatusCode)
				require.Equal(t, []string{"application/json"}, resp.Header.Values("Content-Type"))
				require.Equal(t, []string{"nosniff"}, resp.Header.Values("X-Content-Type-Options"))
				if test.method != http.MethodHead {
					require.Equal(t, fmt.Sprint(len(got)), resp.Header.Get("Content-Length"))
				}
				for key, value := range test.header {
					require.Equal(t, value, resp.Header.Get(key), key)
				}
				if test.status == http.StatusMethodNotAllowed {
					allow := strings.Join(resp.Header.Values("Allow"), ", ")
					require.Subset(t, strings.Split(allow, ", "), []string{"GET", "PATCH"})
					require.NotContains(t, allow, "DELETE")
				}
				require.Len(t, rec.errs(), 1)
				if test.code != 0 {
					require.Equal(t, test.code, pkerr.CodeOf(rec.errs()[0]))
				}
				require.Equal(t, 1, strings.Count(rec.logged(), "msg="), rec.logged())
				require.Contains(t, rec.logged(), test.log)
			})
		}
	}
}

func TestFrameworks_Success(t *testing.T) {
	for _, f := range frameworks() {
		t.Run(f.name, func(t *testing.T) {
			var rec recorder
			url := start(t, f, rec.options()...)
			resp, got := do(t, "GET", url+"/members/abcde", "")
			require.Equal(t, 200, resp.StatusCode)
			require.JSONEq(t, `{"id":"abcde","name":"Ada"}`, got)

			resp, got = do(t, "PATCH", url+"/members/abcde", `{"name":"Bea"}`)
			require.Equal(t, 200, resp.StatusCode)
			require.JSONEq(t, `{"id":"abcde","name":"Bea"}`, got)

			require.Empty(t, rec.errs())
			require.Empty(t, rec.logged())
		})
	}
}

// Nothing is appended to a response that has started. Fiber sends nothing
// before a handler returns, so an error can still be sent there.
func TestFrameworks_Late(t *testing.T) {
	for _, f := range frameworks() {
		t.Run(f.name, func(t *testing.T) {
			var rec recorder
			url := start(t, f, rec.options()...)
			resp, got := do(t, "GET", url+"/members?fail=error", "")
			if f.name == "fiber" {
				require.Equal(t, 500, resp.StatusCode)
				require.Equal(t, internalServerError, got)
			} else {
				require.Equal(t, 200, resp.StatusCode)
				require.Equal(t, `[{"id":"abcde"`, got)
				require.Contains(t, rec.logged(), "after the response was started")
			}
			require.Contains(t, rec.logged(), "hunter2")
			require.Len(t, rec.errs(), 1)
			require.ErrorIs(t, rec.errs()[0], errDatabase)

			if f.name == "fiber" {
				resp, got = do(t, "GET", url+"/members?fail=panic", "")
				require.Equal(t, 500, resp.StatusCode)
				require.Equal(t, internalServerError, got)
			} else {
				// Use a new connection, because http.Client repeats a GET on a
				// reused one.
				c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
				_, err := c.Get(url + "/members?fail=panic")
				require.ErrorIs(t, err, io.EOF, "the connection was cut off")
			}
			require.Len(t, rec.errs(), 2)
			require.ErrorIs(t, rec.errs()[1], errDatabase)
		})
	}
}
