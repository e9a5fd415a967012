package pkerrtest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest"
)

// corsHeader is the CORS header that the real API sends with every response.
func corsHeader() http.Header {
	return http.Header{
		"Access-Control-Allow-Origin":      {"*"},
		"Access-Control-Allow-Methods":     {"*"},
		"Access-Control-Allow-Credentials": {"true"},
		"Access-Control-Allow-Headers":     {"Content-Type, Authorization, sentry-trace, User-Agent"},
		"Access-Control-Expose-Headers":    {"X-PluralKit-Version, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-RateLimit-Scope"},
		"Access-Control-Max-Age":           {"86400"},
	}
}

func requireCORS(t *testing.T, got http.Header) {
	t.Helper()
	for key, values := range corsHeader() {
		require.Equal(t, values, got[key], key)
	}
}

func TestServer_CORS(t *testing.T) {
	s := pkerrtest.NewServer(t, pkerrtest.WithRateLimit(pkerrtest.Rates{Get: 5}))
	s.On("GET /v2/reply").Reply(pkerr.MemberNotFound)
	s.On("GET /v2/bytes").ReplyBytes(502, http.Header{"Content-Type": {"text/html"}}, "<h1>Bad gateway</h1>")
	s.On("GET /v2/handler").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}))
	for name, test := range map[string]struct {
		method, path string
		header       []string
		status       int
	}{
		"Reply":                      {"GET", "/v2/reply", nil, 404},
		"ReplyBytes":                 {"GET", "/v2/bytes", nil, 502},
		"ReplyHandler":               {"GET", "/v2/handler", nil, 204},
		"HEAD":                       {"HEAD", "/v2/reply", nil, 404},
		"another method":             {"PUT", "/v2/reply", nil, 405},
		"unknown path":               {"GET", "/v2/unknown", nil, 404},
		"version 1":                  {"GET", "/v1/s/exmpl", nil, 410},
		"no version":                 {"GET", "/", nil, 400},
		"no User-Agent":              {"GET", "/v2/reply", []string{"User-Agent", ""}, 400},
		"OPTIONS":                    {"OPTIONS", "/v2/reply", nil, 200},
		"OPTIONS of an unknown path": {"OPTIONS", "/v2/unknown", []string{"User-Agent", ""}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			got := do(t, s.Client(), test.method, s.URL+test.path, append(test.header, "X-Forwarded-For", name)...)
			require.Equal(t, test.status, got.status)
			requireCORS(t, got.header)
		})
	}

	t.Run("no token", func(t *testing.T) {
		s := pkerrtest.NewServer(t)
		s.On("GET /v2/systems/@me").Reply(pkerr.Forbidden)
		got := do(t, s.Client(), "GET", s.URL+"/v2/systems/@me")
		require.Equal(t, 401, got.status)
		requireCORS(t, got.header)
	})
	t.Run("refused", func(t *testing.T) {
		for range 5 {
			do(t, s.Client(), "GET", s.URL+"/v2/reply")
		}
		got := do(t, s.Client(), "GET", s.URL+"/v2/reply")
		require.Equal(t, 429, got.status)
		requireCORS(t, got.header)
	})
	t.Run("too large", func(t *testing.T) {
		w := httptest.NewRecorder()
		http.MaxBytesHandler(s, 1).ServeHTTP(w, httptest.NewRequest("POST", "/v2/reply", strings.NewReader("{}")))
		require.Equal(t, 413, w.Code)
		requireCORS(t, w.Header())
	})
	t.Run("a header of the script", func(t *testing.T) {
		s := pkerrtest.NewServer(t)
		s.On("GET /v2/x").ReplyBytes(502, http.Header{"Access-Control-Allow-Origin": {"https://example.com"}, "access-control-max-age": nil}, "")
		got := do(t, s.Client(), "GET", s.URL+"/v2/x")
		require.Equal(t, []string{"https://example.com"}, got.header["Access-Control-Allow-Origin"])
		require.NotContains(t, got.header, "Access-Control-Max-Age")
	})
}
