package server_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func TestHandlerFunc(t *testing.T) {
	t.Run("success", func(t *testing.T) {
		w := get(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Etag", "kept")
			w.WriteHeader(http.StatusCreated)
			_, err := w.Write([]byte("done"))
			return err
		}))
		require.Equal(t, http.StatusCreated, w.Code)
		require.Equal(t, "done", w.Body.String())
		require.Equal(t, http.Header{"Etag": {"kept"}}, w.Header())
	})
	t.Run("an error", func(t *testing.T) {
		requireBody(t, get(failing(pkerr.MemberNotFound)), 404, `{"message":"Member not found.","code":20002}`)
	})
	t.Run("a panic", func(t *testing.T) {
		require.PanicsWithValue(t, "boom", func() {
			get(server.HandlerFunc(func(http.ResponseWriter, *http.Request) error { panic("boom") }))
		})
	})
}

// After the response has started, an error is only reported.
func TestHandlerFunc_AfterStart(t *testing.T) {
	for name, test := range map[string]struct {
		start  func(http.ResponseWriter)
		status int
		body   string
	}{
		"nothing":          {func(http.ResponseWriter) {}, 404, `{"message":"404: Not Found","code":0}`},
		"a header":         {func(w http.ResponseWriter) { w.Header().Set("Vary", "*") }, 404, `{"message":"404: Not Found","code":0}`},
		"a status":         {func(w http.ResponseWriter) { w.WriteHeader(202) }, 202, ""},
		"a body":           {func(w http.ResponseWriter) { _, _ = w.Write([]byte("x")) }, 200, "x"},
		"an empty body":    {func(w http.ResponseWriter) { _, _ = w.Write(nil) }, 200, ""},
		"a flush":          {func(w http.ResponseWriter) { w.(http.Flusher).Flush() }, 200, ""},
		"a flush by rc":    {func(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }, 200, ""},
		"another Write":    {func(w http.ResponseWriter) { server.Write(w, nil, pkerr.Gone) }, 410, `{"message":"Unsupported API version","code":0}`},
		"an inner handler": {func(w http.ResponseWriter) { failing(pkerr.Gone).ServeHTTP(w, nil) }, 410, `{"message":"Unsupported API version","code":0}`},
		"an inner handler behind a middleware": {func(w http.ResponseWriter) {
			failing(pkerr.Gone).ServeHTTP(wrapper{w}, nil)
		}, 410, `{"message":"Unsupported API version","code":0}`},
		"a body, and an inner handler behind a middleware": {func(w http.ResponseWriter) {
			_, _ = w.Write([]byte("x"))
			failing(pkerr.Gone).ServeHTTP(wrapper{w}, nil)
		}, 200, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			var hooked []error
			w := get(with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
				test.start(w)
				return pkerr.NotFound
			}), server.WithErrorHook(func(_ *http.Request, err error) { hooked = append(hooked, err) })))
			require.Equal(t, test.status, w.Code)
			require.Equal(t, test.body, w.Body.String())
			require.Equal(t, []error{pkerr.NotFound}, hooked)
		})
	}
}

// A status that the writer rejects has not been sent.
func TestHandlerFunc_AfterInvalidStatus(t *testing.T) {
	w := get(with(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(0) })))
	requireBody(t, w, 500, internalServerError)
}

// A status 1xx does not start the response.
func TestHandlerFunc_AfterEarlyHints(t *testing.T) {
	s := httptest.NewServer(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		w.WriteHeader(http.StatusEarlyHints)
		return pkerr.NotFound
	}))
	defer s.Close()
	response, err := s.Client().Get(s.URL)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, 404, response.StatusCode)
}

// After a 101 the connection no longer carries HTTP.
func TestHandlerFunc_AfterSwitchingProtocols(t *testing.T) {
	var statuses []int
	w := &statusWriter{onlyWriter{httptest.NewRecorder()}, &statuses}
	server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		w.WriteHeader(http.StatusSwitchingProtocols)
		return errors.New("too late")
	}).ServeHTTP(w, nil)
	require.Equal(t, []int{101}, statuses)
}

// statusWriter records each status.
type statusWriter struct {
	http.ResponseWriter
	statuses *[]int
}

func (w *statusWriter) WriteHeader(status int) {
	*w.statuses = append(*w.statuses, status)
	w.ResponseWriter.WriteHeader(status)
}

// An error that aborts the response does so only after it has started.
func TestHandlerFunc_ErrAbortHandler(t *testing.T) {
	for _, err := range []error{http.ErrAbortHandler, fmt.Errorf("copying: %w", http.ErrAbortHandler)} {
		requireBody(t, get(failing(err)), 500, internalServerError)

		var j logRecorder
		hooked := 0
		w := httptest.NewRecorder()
		h := with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
			_, _ = w.Write([]byte("half"))
			return err
		}), server.WithLogger(j.logger()), server.WithErrorHook(func(*http.Request, error) { hooked++ }))
		require.PanicsWithValue(t, http.ErrAbortHandler, func() {
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
		})
		require.Equal(t, "half", w.Body.String())
		require.Equal(t, 1, hooked)
		record := j.only(t)
		require.Equal(t, "request failed, after the response was started", record["msg"])
		require.NotContains(t, record, "status")
	}
	// A hijacked connection is left alone.
	require.NotPanics(t, func() {
		server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
			_, _, err := http.NewResponseController(w).Hijack()
			return errors.Join(err, http.ErrAbortHandler)
		}).ServeHTTP(hijackable{httptest.NewRecorder()}, nil)
	})
}
