package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	"github.com/pkerr/pkerr/server"
)

func TestWriteEveryCode(t *testing.T) {
	for code := range pkerr.Codes() {
		t.Run(code.Name(), func(t *testing.T) {
			text := code.Message()
			if strings.Contains(text, "{") {
				text = code.Base().Message()
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

// offer offers an error by its As method alone, as the errors of other packages may.
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

func TestWriteBody(t *testing.T) {
	var fields pkerr.Fields
	fields.TooLong("name", 100, 101)
	fields.Invalid("color")
	var none *pkerr.Error
	for name, test := range map[string]struct {
		err    error
		status int
		body   string
	}{
		"a ref":              {pkerr.MemberNotFound.WithRef("<b>&"), 404, `{"message":"Member '<b>&' not found.","code":20003}`},
		"fields":             {fields.Err(), 400, `{"message":"Error parsing JSON model","code":40001,"errors":{"color":[{"message":"Field color is invalid."}],"name":[{"message":"Field name is too long.","actual_length":101,"max_length":100}]}}`},
		"a rate limit":       {pkerr.TooManyRequests.WithRetryAfter(19 * time.Millisecond).WithScope("generic_get"), 429, `{"message":"429: too many requests","retry_after":19,"scope":"generic_get","code":0}`},
		"its own text":       {pkerr.NotFound.WithMessage("No such thing."), 404, `{"message":"No such thing.","code":0}`},
		"unfilled":           {pkerr.MemberNotFoundWithRef.WithMessage(pkerr.MemberNotFoundWithRef.Message()), 404, `{"message":"Member not found.","code":20003}`},
		"the outermost wins": {pkerr.MemberNotFound.WithCause(pkerr.Forbidden), 404, `{"message":"Member not found.","code":20002}`},
		"depth first":        {errors.Join(fmt.Errorf("a: %w", pkerr.Gone), pkerr.Forbidden), 410, `{"message":"Unsupported API version","code":0}`},
		"offered":            {offer{err: pkerr.NotFound.WithMessage("offered")}, 404, `{"message":"offered","code":0}`},
		"offered code":       {offer{code: pkerr.GroupNotFound}, 404, `{"message":"Group not found.","code":20004}`},
		"offers nothing":     {offer{}, 500, internalServerError},

		"a plain error":         {errStore, 500, internalServerError},
		"wrapped plain error":   {fmt.Errorf("loading: %w", errStore), 500, internalServerError},
		"a nil Error":           {none, 500, internalServerError},
		"a nil Error, wrapped":  {fmt.Errorf("loading: %w", none), 500, internalServerError},
		"the zero Error":        {&pkerr.Error{}, 500, internalServerError},
		"the zero Code":         {pkerr.Code(0), 500, internalServerError},
		"a zero over another":   {(&pkerr.Error{}).WithCause(pkerr.NotFound), 404, `{"message":"404: Not Found","code":0}`},
		"a nil beside another":  {errors.Join(none, pkerr.Code(0), pkerr.NotFound), 404, `{"message":"404: Not Found","code":0}`},
		"a text without a code": {&pkerr.Error{Message: "Come back later."}, 500, `{"message":"Come back later.","code":0}`},

		"no constant":             {pkerr.MakeCode(0, 503), 503, `{"message":"503: Service Unavailable","code":0}`},
		"no constant, no text":    {pkerr.MakeCode(0, 599), 599, `{"message":"status 599","code":0}`},
		"no constant, own text":   {pkerr.MakeCode(0, 503).WithMessage("Maintenance."), 503, `{"message":"Maintenance.","code":0}`},
		"unknown number":          {pkerr.MakeCode(20099, 409), 409, `{"message":"409: Conflict","code":20099}`},
		"unknown number of a 404": {pkerr.MakeCode(20099, 404), 404, `{"message":"404: Not Found","code":20099}`},
		"unknown number of a 401": {pkerr.MakeCode(20099, 401), 401, `{"message":"401: Missing or invalid Authorization header","code":20099}`},
		"known number, other status": {
			pkerr.MakeCode(20002, 410), 410, `{"message":"Member not found.","code":20002}`},
		"a status of no error":             {pkerr.MakeCode(0, 200), 500, internalServerError},
		"a status of no error, own text":   {pkerr.MakeCode(0, 302).WithMessage("Moved."), 500, `{"message":"Moved.","code":0}`},
		"a status of no error, number":     {pkerr.MakeCode(20099, 204), 500, `{"message":"500: Internal Server Error","code":20099}`},
		"a status of no error, known one":  {pkerr.MakeCode(20001, 200), 500, `{"message":"System not found.","code":20001}`},
		"a code that cannot be":            {pkerr.Code(-20001_404), 500, internalServerError},
		"another code that cannot be":      {pkerr.Code(7), 500, internalServerError},
		"the smallest code that cannot be": {pkerr.Code(math.MinInt64), 500, internalServerError},
		"the largest number":               {pkerr.MakeCode(math.MaxInt64/1000-1, 999), 999, `{"message":"status 999","code":9223372036854774}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := get(failing(test.err))
			requireBody(t, w, test.status, test.body)
			require.NotContains(t, w.Body.String(), secret)
		})
	}
}

func TestWriteLeavesTheErrorAlone(t *testing.T) {
	e := &pkerr.Error{Code: 204, Fields: pkerr.Fields{"name": nil}}
	get(failing(e))
	require.Equal(t, &pkerr.Error{Code: 204, Fields: pkerr.Fields{"name": nil}}, e)
}

func TestWriteNil(t *testing.T) {
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

func TestWriteWithoutRequest(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(everything())
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

func TestWriteRetryAfter(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{pkerr.TooManyRequests, ""},
		{pkerr.TooManyRequests.WithRetryAfter(0), "0"},
		{pkerr.TooManyRequests.WithRetryAfter(1), "1"},
		{pkerr.TooManyRequests.WithRetryAfter(time.Second), "1"},
		{pkerr.TooManyRequests.WithRetryAfter(time.Second + 1), "2"},
		{pkerr.TooManyRequests.WithRetryAfter(math.MaxInt64), "9223372037"},
		{&pkerr.Error{Code: pkerr.TooManyRequests, RetryAfter: new(time.Duration(math.MinInt64))}, "0"},
		{pkerr.MakeCode(0, 503).WithRetryAfter(time.Minute), "60"},
		{fmt.Errorf("limited: %w", pkerr.TooManyRequests.WithRetryAfter(time.Minute)), "60"},
		{errors.New("no"), ""},
		// That of a cause is not said by what is sent.
		{pkerr.MakeCode(0, 503).WithCause(pkerr.TooManyRequests.WithRetryAfter(time.Minute)), ""},
	} {
		w := get(failing(test.err))
		require.Equal(t, test.want, w.Header().Get("Retry-After"), test.err)
	}
}

func TestWriteHeaders(t *testing.T) {
	success := func(w http.ResponseWriter) {
		for _, key := range []string{
			"Accept-Ranges", "Cache-Control", "Content-Digest", "Content-Disposition", "Content-Encoding", "Content-Language",
			"Content-Length", "Content-Location", "Content-MD5", "Content-Range", "Digest", "ETag", "Expires", "Last-Modified",
			"Repr-Digest",
		} {
			w.Header().Set(key, "stale")
			w.Header()[key] = []string{"stale"} // as it is spelled, if that is another way
		}
		w.Header()["content-type"] = []string{"stale"}
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Allow", "GET")
		w.Header().Set("Vary", "Authorization")
		w.Header().Add("Set-Cookie", "a=b")
	}
	want := http.Header{
		"Allow": {"GET"}, "Vary": {"Authorization"}, "Set-Cookie": {"a=b"},
		"Content-Type": {"application/json"}, "Content-Length": {"37"}, "X-Content-Type-Options": {"nosniff"},
	}

	t.Run("those of a handler's own body are dropped", func(t *testing.T) {
		w := get(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
			success(w)
			return pkerr.NotFound
		}))
		require.Equal(t, want, w.Header())
	})
	t.Run("an encoding that a middleware has set is kept", func(t *testing.T) {
		w := get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			failing(pkerr.NotFound).ServeHTTP(w, r)
		}))
		require.Equal(t, "gzip", w.Header().Get("Content-Encoding"))
		require.Empty(t, w.Header().Get("Content-Length"), "which would be that of the body before it is encoded")
	})
	t.Run("an encoding of which nobody knows is kept, as by http.Error", func(t *testing.T) {
		w := get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			success(w)
			server.Write(w, r, pkerr.NotFound)
		}))
		want := want.Clone()
		want.Set("Content-Encoding", "stale")
		want.Del("Content-Length")
		require.Equal(t, want, w.Header())
	})
	t.Run("and behind another writer, which may be the one that encodes", func(t *testing.T) {
		w := get(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
			success(w)
			server.Write(wrapper{w}, r, pkerr.NotFound)
			return nil
		}))
		require.Equal(t, "stale", w.Header().Get("Content-Encoding"))
		require.Empty(t, w.Header().Get("Content-Length"))
	})
	t.Run("no-store is kept, in the second place", func(t *testing.T) {
		w := get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Cache-Control", "private")
			w.Header().Add("Cache-Control", "no-store")
			server.Write(w, r, pkerr.NotFound)
		}))
		require.Equal(t, []string{"private", "no-store"}, w.Header()["Cache-Control"])
	})
	t.Run("no-store is kept", func(t *testing.T) {
		w := get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "private, No-Store")
			server.Write(w, r, pkerr.NotFound)
		}))
		require.Equal(t, "private, No-Store", w.Header().Get("Cache-Control"))
	})
}

func TestWriteHead(t *testing.T) {
	w := httptest.NewRecorder()
	failing(pkerr.MemberNotFound).ServeHTTP(w, httptest.NewRequest(http.MethodHead, "/", nil))
	require.Equal(t, 404, w.Code)
	require.Empty(t, w.Body.String())
	require.Equal(t, "44", w.Header().Get("Content-Length"), "which is that of a GET")
}

func TestWriteAfterStart(t *testing.T) {
	var j journal
	var hooked error
	h := with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		_, err := fmt.Fprint(w, "partial")
		require.NoError(t, err)
		// A writer of the handler's own does not hide the tracker.
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

func TestWriteLog(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx  context.Context
		err  error
		want map[string]any
	}{
		"a fault of ours": {
			t.Context(), fmt.Errorf("loading\nthe member: %w", errStore),
			map[string]any{"level": "ERROR", "msg": "request failed", "status": 500.0, "error": map[string]any{"text": `loading\nthe member: ` + errStore.Error()}},
		},
		"a fault of ours with its cause": {
			t.Context(), pkerr.InternalServerError.WithCause(errStore),
			map[string]any{"level": "ERROR", "msg": "request failed", "status": 500.0, "error": map[string]any{
				"text": "500: Internal Server Error: " + errStore.Error(),
				"code": "0/500", "message": "500: Internal Server Error", "cause": errStore.Error(),
			}},
		},
		"a fault of the caller": {
			t.Context(), pkerr.MemberNotFound.WithRef("a\x1b[31m"),
			map[string]any{"level": "DEBUG", "msg": "request failed", "status": 404.0, "error": map[string]any{
				"text": `20003/404: Member 'a\x1b[31m' not found.`,
				"code": "20003/404", "message": `Member 'a\x1b[31m' not found.`,
			}},
		},
		"a client that went away": {
			gone, fmt.Errorf("loading: %w", gone.Err()),
			map[string]any{"level": "DEBUG", "msg": "request failed: the client has gone away", "status": 500.0, "error": map[string]any{"text": "loading: context canceled"}},
		},
		"a context that was canceled by ourselves": {
			t.Context(), context.Canceled,
			map[string]any{"level": "ERROR", "msg": "request failed", "status": 500.0, "error": map[string]any{"text": "context canceled"}},
		},
		"a fault that has nothing to do with the client's going away": {
			gone, errors.New("broken"),
			map[string]any{"level": "ERROR", "msg": "request failed", "status": 500.0, "error": map[string]any{"text": "broken"}},
		},
		"very long": {
			t.Context(), errors.New(strings.Repeat("x", 3000)),
			map[string]any{"level": "ERROR", "msg": "request failed", "status": 500.0, "error": map[string]any{"text": strings.Repeat("x", 2048) + "…"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var j journal
			h := with(failing(test.err), server.WithLogger(j.logger()))
			r := httptest.NewRequest(http.MethodPost, "/v2/%0Apath?token="+secret, nil).WithContext(test.ctx)
			r.Header.Set("Authorization", secret)
			h.ServeHTTP(httptest.NewRecorder(), r)
			test.want["method"] = "POST"
			test.want["path"] = `/v2/\npath`
			require.Equal(t, test.want, j.only(t))
		})
	}
}

// What a stranger writes into a request stays one short line each.
func TestWriteLogOfAHostileRequest(t *testing.T) {
	var j journal
	r := httptest.NewRequest(http.MethodGet, "/"+strings.Repeat("x", 1000), nil)
	r.Method = "G\x1b[2J\n" + strings.Repeat("T", 100)
	with(failing(errStore), server.WithLogger(j.logger())).ServeHTTP(httptest.NewRecorder(), r)
	record := j.only(t)
	require.Equal(t, `G\x1b[2J\n`+strings.Repeat("T", 32-len(`G\x1b[2J\n`))+"…", record["method"])
	require.Equal(t, "/"+strings.Repeat("x", 255)+"…", record["path"])
}

type traceKey struct{}

// tracing is a handler of a log that adds what is in the context, as those for traces do.
type tracing struct{ slog.Handler }

func (h tracing) Handle(ctx context.Context, r slog.Record) error {
	r.AddAttrs(slog.Any("trace", ctx.Value(traceKey{})))
	return h.Handler.Handle(ctx, r)
}

func TestWriteLogsWithTheContext(t *testing.T) {
	var j journal
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r = r.WithContext(context.WithValue(r.Context(), traceKey{}, "abc"))
	logger := slog.New(tracing{j.logger().Handler()})
	with(failing(errStore), server.WithLogger(logger)).ServeHTTP(httptest.NewRecorder(), r)
	require.Equal(t, "abc", j.only(t)["trace"])
}

// What is not logged is not worked out either.
func TestWriteLogsNothingThatIsNotWanted(t *testing.T) {
	var log strings.Builder
	h := with(failing(unprintable{t}), server.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	requireBody(t, get(h), 404, `{"message":"404: Not Found","code":0}`)
	require.Empty(t, log.String())
}

// unprintable is an error whose text nobody should ask for.
type unprintable struct{ t *testing.T }

func (e unprintable) Error() string {
	e.t.Error("asked for its text")
	return ""
}

func (e unprintable) Unwrap() error { return pkerr.NotFound }

// brokenWriter is the writer of a connection that is lost.
type brokenWriter struct {
	*httptest.ResponseRecorder
	err error
}

func (w brokenWriter) Write(p []byte) (int, error) {
	if strings.Trim(string(p), "x") == "" && len(p) == 512 {
		return len(p), nil // the last that the connection takes
	}
	return 0, w.err
}

func (w brokenWriter) FlushError() error { return w.err }

func TestWriteGone(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	const late = ", after the response was started"
	encode := func(w http.ResponseWriter) error {
		if err := json.NewEncoder(w).Encode(1); err != nil {
			return fmt.Errorf("encoding: %w", err)
		}
		return nil
	}
	for name, test := range map[string]struct {
		ctx       context.Context
		answer    func(http.ResponseWriter) error
		level, is string
	}{
		"the client has gone": {gone, encode, "DEBUG", "request failed: the client has gone away" + late},
		"behind a middleware": {
			gone, func(w http.ResponseWriter) error { return encode(wrapper{w}) },
			"DEBUG", "request failed: the client has gone away" + late,
		},
		"while copying": {
			gone, func(w http.ResponseWriter) error {
				_, err := io.Copy(w, struct{ io.Reader }{strings.NewReader(strings.Repeat("x", 100))})
				return err
			},
			"DEBUG", "request failed: the client has gone away" + late,
		},
		"while copying, later": {
			gone, func(w http.ResponseWriter) error {
				_, err := io.Copy(w, struct{ io.Reader }{strings.NewReader(strings.Repeat("x", 512) + "lost")})
				return err
			},
			"DEBUG", "request failed: the client has gone away" + late,
		},
		"while flushing": {
			gone, func(w http.ResponseWriter) error { return http.NewResponseController(w).Flush() },
			"DEBUG", "request failed: the client has gone away" + late,
		},
		"canceled and late": {
			gone, func(w http.ResponseWriter) error { return errors.Join(encode(w), context.Canceled) },
			"DEBUG", "request failed: the client has gone away" + late,
		},
		"another error after that": {
			gone, func(w http.ResponseWriter) error { _ = encode(w); return errors.New("broken") },
			"ERROR", "request failed" + late,
		},
		"the client is there": {t.Context(), encode, "ERROR", "request failed" + late},
	} {
		t.Run(name, func(t *testing.T) {
			var j journal
			h := with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error { return test.answer(w) }),
				server.WithLogger(j.logger()))
			r := httptest.NewRequest(http.MethodGet, "/", nil).WithContext(test.ctx)
			h.ServeHTTP(brokenWriter{httptest.NewRecorder(), errors.New("broken pipe")}, r)
			record := j.only(t)
			require.Equal(t, test.level, record["level"])
			require.Equal(t, test.is, record["msg"])
		})
	}
}

// On a real connection the error is one of the net package.
func TestWriteGoneOnServer(t *testing.T) {
	var j journal
	s := httptest.NewServer(with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		<-r.Context().Done()
		return json.NewEncoder(w).Encode(make([]int, 1_000_000))
	}), server.WithLogger(j.logger())))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	require.NoError(t, err)
	response, err := s.Client().Do(request)
	require.NoError(t, err)
	cancel()
	require.NoError(t, response.Body.Close())
	s.Close() // which waits for the handler
	if j.buf.Len() == 0 {
		return // the connection took it all
	}
	require.Equal(t, "DEBUG", j.only(t)["level"])
}

func TestWriteLogsToTheDefault(t *testing.T) {
	var j journal
	before := slog.Default()
	defer slog.SetDefault(before)
	h := with(failing(errStore), server.WithLogger(nil))
	slog.SetDefault(j.logger())
	get(h)
	require.Equal(t, map[string]any{"text": errStore.Error()}, j.only(t)["error"])
}

func TestWriteConcurrently(t *testing.T) {
	shared := pkerr.MakeCode(0, 503).WithRetryAfter(time.Second)
	h := with((failing(shared)), server.WithLogger(everything()),
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

// What was not for everybody is not stored, and what was said of a success does not hold for an error.
func TestCachesThatOthersShare(t *testing.T) {
	for said, want := range map[string]string{
		"private": "no-store", "private, max-age=0, must-revalidate": "no-store", "No-Cache": "no-store", "no-store, private": "no-store, private",
		"public, max-age=600": "", "max-age=600": "",
	} {
		w := httptest.NewRecorder()
		w.Header().Set("Cache-Control", said)
		server.Write(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody), pkerr.NotFound)
		require.Equal(t, want, w.Header().Get("Cache-Control"), said)
	}
}

// A handler that is too slow is the server's affair, and not hidden as a client that went away.
func TestADeadlineIsNoClientThatWentAway(t *testing.T) {
	var j journal
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody).WithContext(ctx)
	with(server.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
		return fmt.Errorf("store: %w", errors.Join(r.Context().Err(), context.Canceled))
	}), server.WithLogger(j.logger())).ServeHTTP(httptest.NewRecorder(), r)
	require.Equal(t, "ERROR", j.only(t)["level"])
}
