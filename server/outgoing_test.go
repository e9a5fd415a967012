package server_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/server"
)

const contentTooLarge = `{"message":"413: Content Too Large","code":0}`

// tooLarge is the error of http.MaxBytesReader.
func tooLarge() error { return &http.MaxBytesError{Limit: 10} }

// offersTooLarge provides such an error only by its As method.
type offersTooLarge struct{ error }

func (offersTooLarge) As(target any) bool {
	e, ok := target.(**http.MaxBytesError)
	if ok {
		*e = &http.MaxBytesError{}
	}
	return ok
}

func TestWrite_Order(t *testing.T) {
	const invalid = `{"message":"Error parsing JSON model","code":40001,"errors":{"x":[{"message":"Field x is invalid."}]}}`
	var fields pkerr.Fields
	fields.Invalid("x")
	code := pkerr.MemberNotFound
	var noCode *pkerr.Code
	redirect := client.Decode(302, http.Header{"Location": {"/x"}}, []byte(`{"message":"`+secret+`"}`))
	for name, test := range map[string]struct {
		err    error
		status int
		body   string
	}{
		"a pointer to a code":                     {&code, 404, `{"message":"Member not found.","code":20002}`},
		"a pointer to a code, wrapped":            {fmt.Errorf("x: %w", &code), 404, `{"message":"Member not found.","code":20002}`},
		"a pointer to no code":                    {new(pkerr.Code), 500, internalServerError},
		"a nil pointer to a code":                 {noCode, 500, internalServerError},
		"a nil pointer beside a code":             {errors.Join(noCode, pkerr.NotFound), 404, notFound},
		"fields and no code":                      {&pkerr.Error{Fields: fields}, 400, invalid},
		"fields and no code, wrapped":             {fmt.Errorf("x: %w", &pkerr.Error{Fields: fields}), 400, invalid},
		"fields and no code, over a code":         {(&pkerr.Error{Fields: fields}).WithCause(pkerr.Gone), 400, invalid},
		"fields and another code":                 {pkerr.BadRequest.WithFields(fields), 400, `{"message":"400: Bad Request","code":0,"errors":{"x":[{"message":"Field x is invalid."}]}}`},
		"no fields and no code":                   {&pkerr.Error{Fields: pkerr.Fields{"x": nil}}, 500, internalServerError},
		"a body too large":                        {tooLarge(), 413, contentTooLarge},
		"a body too large, wrapped":               {fmt.Errorf("bind: %w", tooLarge()), 413, contentTooLarge},
		"a body too large, joined":                {errors.Join(errStore, tooLarge()), 413, contentTooLarge},
		"a body too large, provided by As":        {offersTooLarge{errStore}, 413, contentTooLarge},
		"a body too large, in a code":             {pkerr.BadRequest.WithCause(tooLarge()), 400, `{"message":"400: Bad Request","code":0}`},
		"a body too large, beside a code":         {errors.Join(tooLarge(), pkerr.NotFound), 404, notFound},
		"a body too large, remote":                {remote{tooLarge()}, 500, internalServerError},
		"a body too large, beside a remote error": {errors.Join(remote{pkerr.Gone}, tooLarge()), 413, contentTooLarge},
		"a body too large, relayed":               {server.Relay(remote{tooLarge()}), 413, contentTooLarge},
		"As returns true but sets nothing":        {emptyAs{errStore}, 500, internalServerError},
		"a redirect":                              {redirect, 500, internalServerError},
		"a relayed redirect":                      {server.Relay(redirect), 500, internalServerError},
		"a relayed redirect with a number":        {server.Relay(remote{pkerr.MakeCode(20001, 302)}), 500, internalServerError},
		"a relayed 304 with fields":               {server.Relay(remote{pkerr.MakeCode(0, 304).WithFields(fields)}), 500, internalServerError},
		"a text without a code, relayed":          {server.Relay(remote{&pkerr.Error{Message: secret}}), 500, internalServerError},
		"an invalid status, relayed":              {server.Relay(remote{pkerr.Code(7)}), 500, internalServerError},
	} {
		t.Run(name, func(t *testing.T) {
			requireBody(t, get(failing(test.err)), test.status, test.body)
		})
	}
}

// A body that http.MaxBytesHandler cut off is a 413, wherever it was read.
func TestWrite_MaxBytesHandler(t *testing.T) {
	h := http.MaxBytesHandler(server.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
		return json.NewDecoder(r.Body).Decode(new(any))
	}), 10)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", jsonReader(20)))
	requireBody(t, w, 413, contentTooLarge)
}

// panicking is an error of which all methods panic, or only one.
type panicking struct{ method string }

func (p panicking) call(method string) {
	if p.method == method || p.method == "all" {
		panic("in " + method)
	}
}

func (p panicking) Error() string         { p.call("Error"); return secret }
func (p panicking) Unwrap() error         { p.call("Unwrap"); return errStore }
func (p panicking) Is(error) bool         { p.call("Is"); return false }
func (p panicking) As(any) bool           { p.call("As"); return false }
func (p panicking) Remote() bool          { p.call("Remote"); return false }
func (p panicking) LogValue() slog.Value  { p.call("LogValue"); return slog.Value{} }
func (p panicking) LogAttrs() []slog.Attr { p.call("LogAttrs"); return nil }

// incomparable is an error that panics when it is compared with itself,
// although its type is comparable.
type incomparable struct{ any }

func (incomparable) Error() string { return secret }

func (incomparable) Unwrap() error { return http.ErrAbortHandler }

// The client gets an answer even if the error panics.
func TestWrite_PanickingError(t *testing.T) {
	var noCode *pkerr.Code
	errs := map[string]error{
		"incomparable": incomparable{[]int{1}}, "a nil pointer": noCode, "a nil relayed": server.Relay(remote{}),
	}
	for _, method := range []string{"all", "Error", "Unwrap", "Is", "As", "Remote", "LogValue", "LogAttrs"} {
		errs[method] = panicking{method}
		errs[method+", wrapped"] = errors.Join(panicking{method})
		errs[method+", relayed"] = server.Relay(panicking{method})
	}
	gone := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	gone = gone.WithContext(canceled(t))
	for name, err := range errs {
		t.Run(name, func(t *testing.T) {
			opts := []server.Option{
				server.WithLogger(discardLogger()),
				server.WithErrorHook(func(_ *http.Request, err error) { _ = errors.Is(err, pkerr.NotFound) }),
				server.WithErrorMapper(func(_ *http.Request, err error) error { return errors.Unwrap(err) }),
				server.WithErrorMapper(server.MapStatusCode),
			}
			for answer, h := range map[string]http.Handler{
				"returned": failing(err),
				"panicked": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(err) }),
			} {
				w := httptest.NewRecorder()
				with(h, opts...).ServeHTTP(w, gone)
				require.Equal(t, 500, w.Code, answer)
				require.Equal(t, internalServerError, w.Body.String(), answer)
			}
			// The writer fails with the same error, so the two are compared.
			late := server.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
				_, writeErr := w.Write([]byte("x"))
				return writeErr
			})
			failingWriter := brokenWriter{httptest.NewRecorder(), err}
			func() {
				defer func() {
					if v := recover(); v != nil {
						require.Equal(t, http.ErrAbortHandler, v)
					}
				}()
				with(late, opts...).ServeHTTP(failingWriter, gone)
			}()

			status, _, body := server.Render(gone, err)
			require.Equal(t, 500, status)
			require.Equal(t, internalServerError, string(body))
			require.Equal(t, pkerr.InternalServerError, server.Public(t.Context(), err).Code)
		})
	}
}

func TestPublic(t *testing.T) {
	ctx := server.NewContext(t.Context(),
		server.WithErrorHook(func(*http.Request, error) { t.Error("a hook was called") }),
		server.WithLogger(slog.New(slog.NewTextHandler(discard{}, nil))))
	var fields pkerr.Fields
	fields.TooLong("name", 100, 101)
	cause := errors.New(secret)
	for name, test := range map[string]struct {
		err  error
		want *pkerr.Error
	}{
		"nil":             {nil, nil},
		"a code":          {pkerr.MemberNotFound, pkerr.MemberNotFound.WithMessage("Member not found.")},
		"a ref":           {pkerr.MemberNotFound.WithRef("abcde"), pkerr.MemberNotFound.WithRef("abcde")},
		"a cause":         {pkerr.Gone.WithCause(cause), pkerr.Gone.WithMessage("Unsupported API version")},
		"a foreign error": {cause, pkerr.InternalServerError.WithMessage("500: Internal Server Error")},
		"a remote error":  {remote{pkerr.Gone}, pkerr.InternalServerError.WithMessage("500: Internal Server Error")},
		"a relayed error": {server.Relay(remote{pkerr.Gone}), pkerr.Gone.WithMessage("Unsupported API version")},
		"fields":          {fields.Err(), pkerr.ModelParse.WithMessage("Error parsing JSON model").WithFields(fields)},
		"no text":         {pkerr.MakeCode(0, 409), pkerr.MakeCode(0, 409).WithMessage("409: Conflict")},
		"a rate limit": {
			pkerr.TooManyRequests.WithRetryAfter(time.Second).WithScope("x"),
			pkerr.TooManyRequests.WithMessage("429: too many requests").WithRetryAfter(time.Second).WithScope("x"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := server.Public(ctx, test.err)
			require.Equal(t, test.want, got)
			if test.err == nil {
				return
			}
			body, err := got.MarshalJSON()
			require.NoError(t, err)
			require.Equal(t, get(failing(test.err)).Body.String(), string(body))
		})
	}
	// The caller may modify the result.
	public := server.Public(ctx, fields.Err())
	public.Fields.Invalid("x")
	require.NotContains(t, fields, "x")
	require.Equal(t, pkerr.Gone, server.Public(nil, pkerr.Gone).Code) //nolint:staticcheck // A nil context is allowed.
}
