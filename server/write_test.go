package server_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/locale"
	"github.com/pkerr/pkerr/server"
)

func TestWrite_EveryCode(t *testing.T) {
	for code := range pkerr.Codes() {
		t.Run(code.Name(), func(t *testing.T) {
			text := code.Message()
			if strings.Contains(text, "{") {
				text = cmp.Or(code.Base().Message(), code.Class().Message())
			}
			body := fmt.Sprintf(`{"message":%q,"code":%d}`, text, code.Number())
			for name, err := range map[string]error{
				"the constant":  code,
				"an Error":      &pkerr.Error{Code: code},
				"wrapped":       fmt.Errorf("loading: %w", code),
				"joined":        errors.Join(errStore, code),
				"with a cause":  code.WithCause(errStore),
				"over a remote": code.WithCause(remote{pkerr.Unauthorized}),
			} {
				w := get(failing(err))
				require.Equal(t, code.Status(), w.Code, name)
				require.Equal(t, body, w.Body.String(), name)
				require.Equal(t, "application/json", w.Header().Get("Content-Type"), name)
				require.Equal(t, strconv.Itoa(len(body)), w.Header().Get("Content-Length"), name)
			}
		})
	}
}

// offer provides an error only by its As method.
type offer struct {
	err  *pkerr.Error
	code pkerr.Code
}

func (o offer) Error() string { return secret }

func (o offer) As(target any) bool {
	switch target := target.(type) {
	case **pkerr.Error:
		*target = o.err
		return o.err != nil
	case *pkerr.Code:
		*target = o.code
		return o.code != 0
	}
	return false
}

func TestWrite_Body(t *testing.T) {
	var fields pkerr.Fields
	fields.TooLong("name", 100, 101)
	fields.Invalid("color")
	var none *pkerr.Error
	for name, test := range map[string]struct {
		err    error
		status int
		body   string
	}{
		"a ref":                   {pkerr.MemberNotFound.WithRef("<b>&"), 404, `{"message":"Member '<b>&' not found.","code":20003}`},
		"fields":                  {fields.Err(), 400, `{"message":"Error parsing JSON model","code":40001,"errors":{"color":[{"message":"Field color is invalid."}],"name":[{"message":"Field name is too long.","actual_length":101,"max_length":100}]}}`},
		"a rate limit":            {pkerr.TooManyRequests.WithRetryAfter(19 * time.Millisecond).WithScope("generic_get"), 429, `{"message":"429: too many requests","retry_after":19,"scope":"generic_get","code":0}`},
		"a text of its own":       {pkerr.NotFound.WithMessage("No such thing."), 404, `{"message":"No such thing.","code":0}`},
		"an unfilled template":    {pkerr.MemberNotFoundWithRef.WithMessage(pkerr.MemberNotFoundWithRef.Message()), 404, `{"message":"Member not found.","code":20003}`},
		"the outermost wins":      {pkerr.MemberNotFound.WithCause(pkerr.Forbidden), 404, `{"message":"Member not found.","code":20002}`},
		"depth first":             {errors.Join(fmt.Errorf("a: %w", pkerr.Gone), pkerr.Forbidden), 410, `{"message":"Unsupported API version","code":0}`},
		"an Error provided by As": {offer{err: pkerr.NotFound.WithMessage("offered")}, 404, `{"message":"offered","code":0}`},
		"a Code provided by As":   {offer{code: pkerr.GroupNotFound}, 404, `{"message":"Group not found.","code":20004}`},
		"As returns false":        {offer{}, 500, internalServerError},

		"a plain error":             {errStore, 500, internalServerError},
		"wrapped plain error":       {fmt.Errorf("loading: %w", errStore), 500, internalServerError},
		"a nil Error":               {none, 500, internalServerError},
		"a nil Error, wrapped":      {fmt.Errorf("loading: %w", none), 500, internalServerError},
		"the zero Error":            {&pkerr.Error{}, 500, internalServerError},
		"the zero Code":             {pkerr.Code(0), 500, internalServerError},
		"a zero Error over a code":  {(&pkerr.Error{}).WithCause(pkerr.NotFound), 404, `{"message":"404: Not Found","code":0}`},
		"a nil Error beside a code": {errors.Join(none, pkerr.Code(0), pkerr.NotFound), 404, `{"message":"404: Not Found","code":0}`},
		"a text without a code":     {&pkerr.Error{Message: "Come back later."}, 500, `{"message":"Come back later.","code":0}`},

		"no constant":             {pkerr.MakeCode(0, 503), 503, `{"message":"503: Service Unavailable","code":0}`},
		"no constant, no text":    {pkerr.MakeCode(0, 599), 599, `{"message":"status 599","code":0}`},
		"no constant, own text":   {pkerr.MakeCode(0, 503).WithMessage("Maintenance."), 503, `{"message":"Maintenance.","code":0}`},
		"unknown number":          {pkerr.MakeCode(20099, 409), 409, `{"message":"409: Conflict","code":20099}`},
		"unknown number of a 404": {pkerr.MakeCode(20099, 404), 404, `{"message":"404: Not Found","code":20099}`},
		"unknown number of a 401": {pkerr.MakeCode(20099, 401), 401, `{"message":"401: Missing or invalid Authorization header","code":20099}`},
		"known number, other status": {
			pkerr.MakeCode(20002, 410), 410, `{"message":"Member not found.","code":20002}`},
		"a status below 400":                 {pkerr.MakeCode(0, 200), 500, internalServerError},
		"a status below 400, own text":       {pkerr.MakeCode(0, 302).WithMessage("Moved."), 500, `{"message":"Moved.","code":0}`},
		"a status below 400, unknown number": {pkerr.MakeCode(20099, 204), 500, `{"message":"500: Internal Server Error","code":20099}`},
		"a status below 400, known number":   {pkerr.MakeCode(20001, 200), 500, `{"message":"System not found.","code":20001}`},
		"a negative code":                    {pkerr.Code(-20001_404), 500, internalServerError},
		"a status of one digit":              {pkerr.Code(7), 500, internalServerError},
		"the smallest code":                  {pkerr.Code(math.MinInt64), 500, internalServerError},
		"the largest number":                 {pkerr.MakeCode(math.MaxInt64/1000-1, 999), 999, `{"message":"status 999","code":9223372036854774}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := get(failing(test.err))
			requireBody(t, w, test.status, test.body)
			require.NotContains(t, w.Body.String(), secret)
		})
	}
}

func TestWrite_LeavesErrorAlone(t *testing.T) {
	e := &pkerr.Error{Code: 204, Fields: pkerr.Fields{"name": nil}}
	get(failing(e))
	require.Equal(t, &pkerr.Error{Code: 204, Fields: pkerr.Fields{"name": nil}}, e)
}

func TestWrite_Nil(t *testing.T) {
	w := httptest.NewRecorder()
	called := false
	h := with(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { server.Write(w, r, nil) }),
		server.WithErrorHook(func(*http.Request, error) { called = true }))
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, 200, w.Code)
	require.Empty(t, w.Body.String())
	require.Empty(t, w.Header())
	require.False(t, called)
}

func TestWrite_NilRequest(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(discardLogger())
	for name, r := range map[string]*http.Request{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			for _, err := range []error{pkerr.NotFound, errStore, context.Canceled} {
				w := httptest.NewRecorder()
				server.Write(w, r, err)
				require.NotEmpty(t, w.Body.String())
				require.NotContains(t, w.Body.String(), secret)
			}
		})
	}
}

func TestWrite_Head(t *testing.T) {
	w := httptest.NewRecorder()
	failing(pkerr.MemberNotFound).ServeHTTP(w, httptest.NewRequest(http.MethodHead, "/", nil))
	require.Equal(t, 404, w.Code)
	require.Empty(t, w.Body.String())
	require.Equal(t, "44", w.Header().Get("Content-Length"), "the length is that of a GET")
}

func TestWrite_AfterStart(t *testing.T) {
	var j logRecorder
	var hooked error
	h := with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		_, err := fmt.Fprint(w, "partial")
		require.NoError(t, err)
		// A wrapper by the handler does not hide that the response has started.
		server.Write(wrapper{w}, r, pkerr.NotFound)
		return nil
	}), server.WithLogger(j.logger()), server.WithErrorHook(func(_ *http.Request, err error) { hooked = err }))
	w := get(h)
	require.Equal(t, 200, w.Code)
	require.Equal(t, "partial", w.Body.String())
	require.Equal(t, pkerr.NotFound, hooked)
	require.Equal(t, map[string]any{
		"level": "WARN", "msg": "request failed, after the response was started",
		"method": "GET", "path": "/v2/members/abcde",
		"error": map[string]any{"text": "404: Not Found", "code": "0/404", "message": "404: Not Found"},
	}, j.only(t))
}

func TestWrite_Concurrently(t *testing.T) {
	shared := pkerr.MakeCode(0, 503).WithRetryAfter(time.Second)
	h := with((failing(shared)), server.WithLogger(discardLogger()),
		server.WithErrorHook(func(*http.Request, error) {}))
	h = with(h, server.WithErrorHook(func(*http.Request, error) {}))
	var wait sync.WaitGroup
	for range 32 {
		wait.Go(func() {
			for range 50 {
				w := get(h)
				if w.Code != 503 || !json.Valid(w.Body.Bytes()) {
					t.Errorf("status %d, body %q", w.Code, w.Body)
				}
			}
		})
	}
	wait.Wait()
}

// Render returns what Write sends, to the byte, and reports in the same way.
func TestRender(t *testing.T) {
	var fields pkerr.Fields
	fields.TooLong("name", 100, 101)
	errs := []error{
		errStore, pkerr.MemberNotFound.WithRef("<a&b>"), fields.Err(), pkerr.MakeCode(0, 599), remote{pkerr.Gone},
		pkerr.TooManyRequests.WithRetryAfter(1500 * time.Millisecond).WithScope("generic_get"),
		server.Relay(remote{pkerr.Gone}), tooLarge(), status(418), context.Canceled,
	}
	for code := range pkerr.Codes() {
		errs = append(errs, code)
	}
	requests := map[string]*http.Request{"nil": nil, "zero": {}}
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		for _, language := range []string{"", "de", "tlh"} {
			r := httptest.NewRequest(method, "/v2/members/abcde", http.NoBody)
			if language != "" {
				r.Header.Set("Accept-Language", language)
			}
			requests[method+" "+language] = r
			requests[method+" "+language+", the client gone"] = r.WithContext(canceled(t))
		}
	}
	type report struct {
		log    string
		hooked []error
	}
	for name, r := range requests {
		for _, err := range errs {
			// Both use the options in the context.
			prepare := func(report *report) *http.Request {
				if r == nil {
					return nil
				}
				logger := slog.New(slog.NewJSONHandler(writerFunc(func(p []byte) { report.log += string(p) }),
					&slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: withoutTime}))
				return r.WithContext(server.NewContext(r.Context(),
					server.WithLogger(logger), server.WithLocalizer(locale.Match),
					server.WithErrorMapper(server.MapStatusCode),
					server.WithErrorHook(func(hooked *http.Request, err error) {
						require.Equal(t, r.Method, hooked.Method)
						report.hooked = append(report.hooked, err)
					})))
			}
			var ofWrite, ofRender report
			w := httptest.NewRecorder()
			server.Write(w, prepare(&ofWrite), err)
			status, header, body := server.Render(prepare(&ofRender), err)
			require.Equal(t, w.Code, status, name)
			require.Equal(t, w.Header(), header, name)
			require.Equal(t, w.Body.String(), string(body), name)
			require.Equal(t, ofWrite, ofRender, name)
			if r != nil {
				require.NotEmpty(t, ofRender.log)
				require.Equal(t, []error{err}, ofRender.hooked)
			}
		}
	}
}

func TestRender_Nil(t *testing.T) {
	status, header, body := server.Render(httptest.NewRequest(http.MethodGet, "/", http.NoBody), nil)
	require.Zero(t, status)
	require.Nil(t, header)
	require.Nil(t, body)
}

// The caller may modify the result of Render.
func TestRender_SharesNothing(t *testing.T) {
	_, header, body := server.Render(nil, pkerr.NotFound)
	header["Content-Type"][0] = "text/plain"
	header.Add("Content-Length", "x")
	body[0] = 'x'
	_, header, body = server.Render(nil, pkerr.NotFound)
	require.Equal(t, notFound, string(body))
	require.Equal(t, http.Header{
		"Content-Type": {"application/json"}, "Content-Length": {"37"},
		"X-Content-Type-Options": {"nosniff"},
	}, header)
}

// Without a writer an error is only logged and given to the hooks.
func TestWrite_NilWriter(t *testing.T) {
	var j logRecorder
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	server.Write(nil, r.WithContext(server.NewContext(t.Context(), server.WithLogger(j.logger()))), errStore)
	require.NotContains(t, j.only(t), "status", "no status was sent")

	var hooked []error
	r = r.WithContext(server.NewContext(canceled(t),
		server.WithErrorHook(func(_ *http.Request, err error) { hooked = append(hooked, err) })))
	server.Write(nil, r, pkerr.NotFound)
	server.Write(nil, nil, pkerr.NotFound)
	server.NotFound(nil, r)
	failing(pkerr.NotFound).ServeHTTP(nil, r)
	with(failing(pkerr.NotFound)).ServeHTTP(nil, r)
	with(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })).ServeHTTP(nil, r)
	require.Len(t, hooked, 5)

	require.NotPanics(t, func() {
		with(failing(pkerr.NotFound), server.WithBodyLimit(1)).ServeHTTP(nil, nil)
	})
}

// writerFunc is an io.Writer.
type writerFunc func(p []byte)

func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
