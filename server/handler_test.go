package server_test

import (
	"errors"
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

// After the response has been started an error is for the log alone.
func TestHandlerFuncAfterStart(t *testing.T) {
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

// A status that the writer refuses is not one that was sent.
func TestHandlerFuncAfterBadStatus(t *testing.T) {
	w := get(with(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(0) })))
	requireBody(t, w, 500, internalServerError)
}

// News that goes ahead of a response does not start it.
func TestHandlerFuncAfterEarlyHints(t *testing.T) {
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

// 101 is the last that HTTP has to say.
func TestHandlerFuncAfterSwitchingProtocols(t *testing.T) {
	var statuses []int
	w := &statusWriter{onlyWriter{httptest.NewRecorder()}, &statuses}
	server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		w.WriteHeader(http.StatusSwitchingProtocols)
		return errors.New("too late")
	}).ServeHTTP(w, nil)
	require.Equal(t, []int{101}, statuses)
}

// statusWriter notes each status.
type statusWriter struct {
	http.ResponseWriter
	statuses *[]int
}

func (w *statusWriter) WriteHeader(status int) { *w.statuses = append(*w.statuses, status) }
