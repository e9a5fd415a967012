package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

const notFound = `{"message":"404: Not Found","code":0}`

func TestWithErrorMapper(t *testing.T) {
	theirs := remote{pkerr.Unauthorized.WithMessage(secret)}
	for name, test := range map[string]struct {
		err    error
		mapped error
		status int
		body   string
	}{
		"a code":                          {errStore, pkerr.NotFound, 404, notFound},
		"an error":                        {errStore, pkerr.NotFound.WithMessage("gone"), 404, `{"message":"gone","code":0}`},
		"wrapped":                         {errStore, fmt.Errorf("x: %w", pkerr.NotFound), 404, notFound},
		"a mapper that returns nil":       {pkerr.Gone, nil, 410, `{"message":"Unsupported API version","code":0}`},
		"another mapper that returns nil": {errStore, nil, 500, internalServerError},
		"before a code":                   {pkerr.Gone, pkerr.NotFound, 404, notFound},
		"by the same rules":               {pkerr.Gone, errStore, 500, internalServerError},
		"a body too large":                {errStore, &http.MaxBytesError{}, 413, `{"message":"413: Content Too Large","code":0}`},
		"a remote error":                  {theirs, theirs, 500, internalServerError},
		"a relayed one":                   {theirs, server.Relay(theirs), 401, `{"message":"` + secret + `","code":0}`},
		"a remote error, mapped":          {theirs, pkerr.NotFound, 404, notFound},
		"over a remote error":             {theirs, pkerr.NotFound.WithCause(theirs), 404, notFound},
	} {
		t.Run(name, func(t *testing.T) {
			var j logRecorder
			var hooked, asked []error
			mapper := func(r *http.Request, err error) error {
				require.Equal(t, "/v2/members/abcde", r.URL.Path)
				asked = append(asked, err)
				return test.mapped
			}
			w := get(with(failing(test.err), server.WithErrorMapper(mapper), server.WithLogger(j.logger()),
				server.WithErrorHook(func(_ *http.Request, err error) { hooked = append(hooked, err) })))
			requireBody(t, w, test.status, test.body)
			require.Equal(t, []error{test.err}, asked, "once")
			require.Equal(t, []error{test.err}, hooked)
			record := j.only(t)
			require.Equal(t, test.status, int(record["status"].(float64)))
			require.Equal(t, test.err.Error(), record["error"].(map[string]any)["text"])
		})
	}
}

func TestWithErrorMapper_Nested(t *testing.T) {
	var asked []string
	mapper := func(name string, result error) server.Option {
		return server.WithErrorMapper(func(*http.Request, error) error {
			asked = append(asked, name)
			return result
		})
	}
	handle := func(inner ...server.Option) *httptest.ResponseRecorder {
		asked = nil
		h := with(failing(errStore), inner...)
		return get(with(h, mapper("first", pkerr.Gone), mapper("second", nil), server.WithErrorMapper(nil)))
	}
	require.Equal(t, 410, handle().Code)
	require.Equal(t, []string{"second", "first"}, asked)
	require.Equal(t, 410, handle(mapper("inner", nil)).Code)
	require.Equal(t, []string{"inner", "second", "first"}, asked)
	require.Equal(t, 404, handle(mapper("inner", pkerr.NotFound)).Code)
	require.Equal(t, []string{"inner"}, asked)
}

// A mapper that panics counts as nil, and is logged.
func TestWithErrorMapper_Panics(t *testing.T) {
	var j logRecorder
	panics := func(*http.Request, error) error { panic("a bug") }
	outer := func(*http.Request, error) error { return pkerr.NotFound }
	for _, test := range []struct {
		opts   []server.Option
		status int
	}{
		{[]server.Option{server.WithErrorMapper(panics)}, 410},
		{[]server.Option{server.WithErrorMapper(outer), server.WithErrorMapper(panics)}, 404},
	} {
		w := get(with(failing(pkerr.Gone), append(test.opts, server.WithLogger(j.logger()))...))
		require.Equal(t, test.status, w.Code)
		require.Contains(t, j.buf.String(), `"msg":"error mapper panicked"`)
		require.Contains(t, j.buf.String(), "panic: a bug")
		require.Contains(t, j.buf.String(), "mapper_test.go", "the stack")
		j.buf.Reset()
	}
}

// A panic is always a 500, even if a mapper knows its value.
func TestWithErrorMapper_NotForPanics(t *testing.T) {
	mapper := func(*http.Request, error) error { return pkerr.NotFound }
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(errStore) })
	requireBody(t, get(with(h, server.WithErrorMapper(mapper))), 500, internalServerError)
}

// Without a request a mapper gets nil.
func TestWithErrorMapper_NilRequest(t *testing.T) {
	asked := false
	ctx := server.NewContext(t.Context(), server.WithErrorMapper(func(r *http.Request, _ error) error {
		asked = true
		require.Nil(t, r)
		return pkerr.NotFound
	}))
	require.Equal(t, pkerr.NotFound, server.Public(ctx, errStore).Code)
	require.True(t, asked)
}

// status is an error of another package with a StatusCode method.
type status int

func (s status) Error() string   { return secret }
func (s status) StatusCode() int { return int(s) }

func TestMapStatusCode(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want error
	}{
		"a 404":                 {status(404), pkerr.NotFound},
		"a 599":                 {status(599), pkerr.MakeCode(0, 599)},
		"wrapped":               {fmt.Errorf("x: %w", status(400)), pkerr.BadRequest},
		"joined":                {errors.Join(errStore, status(400)), pkerr.BadRequest},
		"a success":             {status(200), nil},
		"a redirect":            {status(302), nil},
		"no status":             {status(600), nil},
		"a success over a 404":  {errors.Join(status(200), status(404)), pkerr.NotFound},
		"none":                  {errStore, nil},
		"nil":                   {nil, nil},
		"ours":                  {pkerr.Gone, nil},
		"a code that wraps one": {pkerr.Gone.WithCause(status(404)), nil},
		"one that wraps a code": {errors.Join(status(404), pkerr.Gone), pkerr.NotFound},
		"a remote one":          {remote{status(401)}, nil},
		"a relayed one":         {server.Relay(remote{status(401)}), pkerr.Unauthorized},
		"one that panics":       {panickingStatus{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, server.MapStatusCode(nil, test.err))
		})
	}
	require.Equal(t, 500, get(failing(status(404))).Code, "it is not on by default")
	requireBody(t, get(with(failing(status(404)), server.WithErrorMapper(server.MapStatusCode))), 404, notFound)
}

type panickingStatus struct{ error }

func (panickingStatus) StatusCode() int { panic("StatusCode") }

// Two Middlewares inside the same one do not share the array of its mappers.
func TestWithErrorMapper_Siblings(t *testing.T) {
	nothing := server.WithErrorMapper(func(*http.Request, error) error { return nil })
	makes := func(code pkerr.Code) server.Option {
		return server.WithErrorMapper(func(*http.Request, error) error { return code })
	}
	outer := server.NewContext(context.Background(), slices.Repeat([]server.Option{nothing}, 3)...)
	first := server.NewContext(outer, makes(pkerr.NotFound))
	second := server.NewContext(outer, makes(pkerr.Gone))
	require.Equal(t, pkerr.NotFound, server.Public(first, errStore).Code)
	require.Equal(t, pkerr.Gone, server.Public(second, errStore).Code)
}
