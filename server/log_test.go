package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func TestWithLogger(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx  context.Context
		err  error
		want map[string]any
	}{
		"a server error": {
			t.Context(), fmt.Errorf("loading\nthe member: %w", errStore),
			map[string]any{"level": "ERROR", "msg": "request failed", "status": 500.0, "error": map[string]any{"text": `loading\nthe member: ` + errStore.Error()}},
		},
		"a server error with a cause": {
			t.Context(), pkerr.InternalServerError.WithCause(errStore),
			map[string]any{"level": "ERROR", "msg": "request failed", "status": 500.0, "error": map[string]any{
				"text": "500: Internal Server Error: " + errStore.Error(),
				"code": "0/500", "message": "500: Internal Server Error", "cause": errStore.Error(),
			}},
		},
		"a client error": {
			t.Context(), pkerr.MemberNotFound.WithRef("a\x1b[31m"),
			map[string]any{"level": "DEBUG", "msg": "request failed", "status": 404.0, "error": map[string]any{
				"text": `20003/404: Member 'a\x1b[31m' not found.`,
				"code": "20003/404", "message": `Member 'a\x1b[31m' not found.`,
			}},
		},
		"a disconnected client": {
			gone, fmt.Errorf("loading: %w", gone.Err()),
			map[string]any{"level": "DEBUG", "msg": "request failed: the client has gone away", "status": 500.0, "error": map[string]any{"text": "loading: context canceled"}},
		},
		"a context canceled by the server": {
			t.Context(), context.Canceled,
			map[string]any{"level": "ERROR", "msg": "request failed", "status": 500.0, "error": map[string]any{"text": "context canceled"}},
		},
		"an unrelated error after the client disconnected": {
			gone, errors.New("broken"),
			map[string]any{"level": "ERROR", "msg": "request failed", "status": 500.0, "error": map[string]any{"text": "broken"}},
		},
		"very long": {
			t.Context(), errors.New(strings.Repeat("x", 3000)),
			map[string]any{"level": "ERROR", "msg": "request failed", "status": 500.0, "error": map[string]any{"text": strings.Repeat("x", 2048) + "…"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var j logRecorder
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

// Untrusted text of a request is logged as one short line each.
func TestWrite_LogOfHostileRequest(t *testing.T) {
	var j logRecorder
	r := httptest.NewRequest(http.MethodGet, "/"+strings.Repeat("x", 1000), nil)
	r.Method = "G\x1b[2J\n" + strings.Repeat("T", 100)
	with(failing(errStore), server.WithLogger(j.logger())).ServeHTTP(httptest.NewRecorder(), r)
	record := j.only(t)
	require.Equal(t, `G\x1b[2J\n`+strings.Repeat("T", 32-len(`G\x1b[2J\n`))+"…", record["method"])
	require.Equal(t, "/"+strings.Repeat("x", 255)+"…", record["path"])
}

type traceKey struct{}

// tracing is a slog.Handler that adds a value of the context, as for traces.
type tracing struct{ slog.Handler }

func (h tracing) Handle(ctx context.Context, r slog.Record) error {
	r.AddAttrs(slog.Any("trace", ctx.Value(traceKey{})))
	return h.Handler.Handle(ctx, r)
}

func TestWrite_LogsWithContext(t *testing.T) {
	var j logRecorder
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r = r.WithContext(context.WithValue(r.Context(), traceKey{}, "abc"))
	logger := slog.New(tracing{j.logger().Handler()})
	with(failing(errStore), server.WithLogger(logger)).ServeHTTP(httptest.NewRecorder(), r)
	require.Equal(t, "abc", j.only(t)["trace"])
}

// An error that is not logged is not formatted.
func TestWrite_LogDisabled(t *testing.T) {
	var out strings.Builder
	h := with(failing(unprintable{t}), server.WithLogger(slog.New(slog.NewTextHandler(&out, nil))))
	requireBody(t, get(h), 404, `{"message":"404: Not Found","code":0}`)
	require.Empty(t, out.String())
}

// unprintable is an error whose Error method must not be called.
type unprintable struct{ t *testing.T }

func (e unprintable) Error() string {
	e.t.Error("asked for its text")
	return ""
}

func (e unprintable) Unwrap() error { return pkerr.NotFound }

// brokenWriter is the writer of a lost connection.
type brokenWriter struct {
	*httptest.ResponseRecorder
	err error
}

func (w brokenWriter) Write(p []byte) (int, error) {
	if strings.Trim(string(p), "x") == "" && len(p) == 512 {
		return len(p), nil // the last write that succeeds
	}
	return 0, w.err
}

func (w brokenWriter) FlushError() error { return w.err }

func TestWrite_ClientGone(t *testing.T) {
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
		"the client has disconnected": {gone, encode, "DEBUG", "request failed: the client has gone away" + late},
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
		"while copying a later part": {
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
		"an unrelated late error": {
			gone, func(w http.ResponseWriter) error { _ = encode(w); return errors.New("broken") },
			"ERROR", "request failed" + late,
		},
		"the client is connected": {t.Context(), encode, "ERROR", "request failed" + late},
	} {
		t.Run(name, func(t *testing.T) {
			var j logRecorder
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
func TestWrite_ClientGoneOnServer(t *testing.T) {
	var j logRecorder
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
	s.Close() // Close waits for the handler
	if j.buf.Len() == 0 {
		return // the connection accepted everything
	}
	require.Equal(t, "DEBUG", j.only(t)["level"])
}

func TestWithLogger_Default(t *testing.T) {
	var j logRecorder
	before := slog.Default()
	defer slog.SetDefault(before)
	h := with(failing(errStore), server.WithLogger(nil))
	slog.SetDefault(j.logger())
	get(h)
	require.Equal(t, map[string]any{"text": errStore.Error()}, j.only(t)["error"])
}

// An exceeded deadline of the server is not logged as a disconnected client.
func TestWrite_DeadlineIsNotClientGone(t *testing.T) {
	var j logRecorder
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody).WithContext(ctx)
	with(server.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
		return fmt.Errorf("store: %w", errors.Join(r.Context().Err(), context.Canceled))
	}), server.WithLogger(j.logger())).ServeHTTP(httptest.NewRecorder(), r)
	require.Equal(t, "ERROR", j.only(t)["level"])
}

// If the logger panics, the client is still answered.
func TestWithLogger_Panics(t *testing.T) {
	logger := slog.New(slog.NewTextHandler(writerFunc(func([]byte) { panic("disk full") }), nil))
	requireBody(t, get(with(failing(errStore), server.WithLogger(logger))), 500, internalServerError)
}
