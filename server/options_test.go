package server_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func TestMiddleware_Nested(t *testing.T) {
	var outer, inner logRecorder
	var hooked []string
	hook := func(name string) server.Option {
		return server.WithErrorHook(func(*http.Request, error) { hooked = append(hooked, name) })
	}
	within := func(opts ...server.Option) http.Handler {
		return with(with(failing(errStore), opts...),
			server.WithLogger(outer.logger()), hook("outer"), nil, hook("second"))
	}

	get(within())
	require.Contains(t, outer.buf.String(), "request failed")
	require.Equal(t, []string{"outer", "second"}, hooked)

	outer.buf.Reset()
	hooked = nil
	get(within(server.WithLogger(inner.logger()), hook("inner"), server.WithErrorHook(nil)))
	require.Empty(t, outer.buf.String())
	require.Contains(t, inner.buf.String(), "request failed")
	require.Equal(t, []string{"outer", "second", "inner"}, hooked)
}

// Two Middlewares inside the same one do not share hooks.
func TestMiddleware_Siblings(t *testing.T) {
	var hooked []string
	hook := func(name string) server.Option {
		return server.WithErrorHook(func(*http.Request, error) { hooked = append(hooked, name) })
	}
	get(with(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var first *http.Request
		keep := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { first = r })
		with(keep, hook("first")).ServeHTTP(w, r)
		with(http.NotFoundHandler(), hook("second")).ServeHTTP(httptest.NewRecorder(), r)
		server.Write(w, first, pkerr.NotFound)
	}), hook("a"), hook("b"), hook("c")))
	require.Equal(t, []string{"a", "b", "c", "first"}, hooked)
}

// A hook is called before anything is written, with the original error.
func TestWithErrorHook(t *testing.T) {
	w := httptest.NewRecorder()
	called := false
	h := with(failing(errStore), server.WithLogger(slog.New(slog.DiscardHandler)),
		server.WithErrorHook(func(r *http.Request, err error) {
			called = true
			require.Equal(t, errStore, err)
			require.Equal(t, "/hooked", r.URL.Path)
			require.Empty(t, w.Header())
		}))
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/hooked", nil))
	require.True(t, called)
	require.Equal(t, 500, w.Code)
}

// A nil hook is not called: the panic would be logged.
func TestWithErrorHook_Nil(t *testing.T) {
	var j logRecorder
	get(with(failing(errStore), server.WithLogger(j.logger()), server.WithErrorHook(nil)))
	require.Equal(t, "request failed", j.only(t)["msg"])
}

// A hook that panics stops neither the response nor the other hooks.
func TestWithErrorHook_Panics(t *testing.T) {
	var j logRecorder
	var hooked error
	w := get(with(failing(pkerr.MemberNotFound), server.WithLogger(j.logger()),
		server.WithErrorHook(func(*http.Request, error) { panic("hook\n" + secret) }),
		server.WithErrorHook(func(_ *http.Request, err error) { hooked = err })))
	requireBody(t, w, 404, `{"message":"Member not found.","code":20002}`)
	require.Equal(t, pkerr.MemberNotFound, hooked)
	first, second, _ := strings.Cut(j.buf.String(), "\n")
	require.Contains(t, first, `"request failed"`)
	var record map[string]any
	require.NoError(t, json.Unmarshal([]byte(second), &record))
	require.Contains(t, record["stack"], "options_test.go", "the stack")
	delete(record, "stack")
	delete(record, "time")
	require.Equal(t, map[string]any{
		"level": "ERROR", "msg": "error hook panicked", "method": "GET", "path": "/v2/members/abcde",
		"error": map[string]any{"text": `panic: hook\n` + secret},
	}, record)
}

func TestWithBodyLimit(t *testing.T) {
	const million = 1 << 20
	for _, test := range []struct {
		opts  []server.Option
		limit int
	}{
		{nil, million},
		{[]server.Option{server.WithBodyLimit(10)}, 10},
		{[]server.Option{server.WithBodyLimit(2 * million)}, 2 * million},
		{[]server.Option{server.WithBodyLimit(10), server.WithBodyLimit(0)}, million},
		{[]server.Option{server.WithBodyLimit(10), server.WithBodyLimit(-1)}, million},
	} {
		for _, announced := range []bool{true, false} {
			for extra, want := range []pkerr.Code{0, pkerr.ContentTooLarge} {
				r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`"`+strings.Repeat("x", test.limit-2+extra)+`"`))
				r.Header.Set("Content-Type", "application/json")
				if !announced {
					r.ContentLength = -1
				}
				var err error
				with(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					var dst string
					err = server.DecodeJSON(w, r, &dst)
				}), test.opts...).ServeHTTP(httptest.NewRecorder(), r)
				require.Equal(t, want, pkerr.CodeOf(err))
			}
		}
	}
}

func TestNewContext(t *testing.T) {
	mapper := server.WithErrorMapper(func(*http.Request, error) error { return pkerr.NotFound })
	for name, ctx := range map[string]context.Context{"nil": nil, "another": t.Context()} {
		require.Equal(t, pkerr.NotFound, server.Public(server.NewContext(ctx, nil, mapper), errStore).Code, name)
	}
	type key struct{}
	ctx := server.NewContext(context.WithValue(t.Context(), key{}, "kept"), mapper)
	require.Equal(t, "kept", ctx.Value(key{}))

	// Without Middleware nothing is tracked or recovered.
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody).WithContext(ctx)
	w := httptest.NewRecorder()
	server.Write(w, r, errStore)
	require.Equal(t, 404, w.Code)
}
