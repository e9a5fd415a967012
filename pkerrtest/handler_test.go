package pkerrtest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
)

func TestServer_Unscripted(t *testing.T) {
	s := pkerrtest.NewServer(t, pkerrtest.WithRateLimit(pkerrtest.Rates{}))
	s.On("GET /v2/members/{ref}").Reply(pkerr.MemberNotFound)
	s.On("PATCH /v2/members/{ref}").Reply(pkerr.NotOwnMember)
	s.On("GET /v2/systems/@me").Reply(pkerr.Forbidden)
	s.On("GET /v2/tree/").Reply(pkerr.Forbidden)
	s.On("GET /unversioned").Reply(pkerr.Forbidden)
	const plain = "text/plain; charset=utf-8"
	for name, test := range map[string]struct {
		method, path string
		headers      []string
		status       int
		mediaType    string
		body         string
		counted      bool
	}{
		"scripted":                {"GET", "/v2/members/abcde", nil, 404, "application/json", `{"message":"Member not found.","code":20002}`, true},
		"without the version":     {"GET", "/unversioned", nil, 403, "application/json", `{"message":"403: Missing permissions to access this resource","code":0}`, true},
		"unknown":                 {"GET", "/v2/memebrs/abcde", nil, 404, "", "", false},
		"unknown, with @me":       {"GET", "/v2/systems/@me/memebrs", nil, 404, "", "", false},
		"unknown, no User-Agent":  {"GET", "/v2/memebrs/abcde", []string{"User-Agent", ""}, 404, "", "", false},
		"trailing slash":          {"GET", "/v2/members/abcde/", nil, 404, "", "", false},
		"two slashes":             {"GET", "/v2//members/abcde", nil, 404, "", "", false},
		"no trailing slash":       {"GET", "/v2/tree", nil, 404, "", "", false},
		"only the version":        {"GET", "/v2", nil, 404, "", "", false},
		"version 1":               {"GET", "/v1/s/exmpl", nil, 410, plain, `{"message":"Unsupported API version","code":0}`, false},
		"no version":              {"GET", "/members/abcde", nil, 400, plain, `{"message":"Unsupported API version","code":0}`, false},
		"nearly a version":        {"GET", "/v20/members/abcde", nil, 400, plain, `{"message":"Unsupported API version","code":0}`, false},
		"the root":                {"GET", "/", nil, 400, plain, `{"message":"Unsupported API version","code":0}`, false},
		"another method":          {"PUT", "/v2/members/abcde", nil, 405, "", "", true},
		"no User-Agent":           {"GET", "/v2/members/abcde", []string{"User-Agent", ""}, 400, "", "", false},
		"an unknown User-Agent":   {"GET", "/v2/members/abcde", []string{"User-Agent", "unknown"}, 400, "", "", false},
		"@me without a token":     {"GET", "/v2/systems/@me", nil, 401, "application/json", `{"message":"401: Missing or invalid Authorization header","code":0}`, false},
		"@me with a token":        {"GET", "/v2/systems/@me", []string{"Authorization", "token"}, 403, "application/json", `{"message":"403: Missing permissions to access this resource","code":0}`, true},
		"@me, another method":     {"PUT", "/v2/systems/@me", nil, 401, "application/json", `{"message":"401: Missing or invalid Authorization header","code":0}`, false},
		"no User-Agent, no token": {"GET", "/v2/systems/@me", []string{"User-Agent", ""}, 400, "", "", false},
		"OPTIONS":                 {"OPTIONS", "/v2/members/abcde", nil, 200, "", "", false},
		"OPTIONS, unknown":        {"OPTIONS", "/", []string{"User-Agent", ""}, 200, "", "", false},
		"HEAD":                    {"HEAD", "/v2/members/abcde", nil, 404, "application/json", "", true},
		"HEAD, unknown":           {"HEAD", "/v2/memebrs", nil, 404, "", "", false},
		"HEAD, no version":        {"HEAD", "/", nil, 400, plain, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			got := do(t, s.Client(), test.method, s.URL+test.path, append(test.headers, "X-Forwarded-For", name)...)
			require.Equal(t, test.status, got.status)
			require.Equal(t, test.body, got.body)
			require.Equal(t, test.mediaType, got.header.Get("Content-Type"))
			if test.mediaType == "" {
				require.NotContains(t, got.header, "Content-Type")
			}
			for _, key := range []string{"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset", "X-Ratelimit-Scope"} {
				require.Equal(t, test.counted, got.header.Get(key) != "", key)
			}
			if allow := got.header.Get("Allow"); test.status == 405 {
				require.Equal(t, "GET,HEAD,PATCH", allow)
			} else {
				require.Empty(t, allow)
			}
			requests := s.Requests()
			last := requests[len(requests)-1]
			require.Equal(t, test.status, last.Status)
			require.Equal(t, test.path, last.Path)
		})
	}
}

// The API does not limit bodies, so the handler in front of the fake does.
func TestServer_MaxBytesHandler(t *testing.T) {
	s := pkerrtest.NewServer(t)
	s.On("POST /v2/members").ReplyBytes(200, nil, "{}")
	limited := http.MaxBytesHandler(s, 3)
	for body, want := range map[string]pkerr.Code{"123": 0, "1234": pkerr.ContentTooLarge} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "/v2/members", strings.NewReader(body))
		r.Header.Set("User-Agent", "pkerr")
		r.Header.Set("Content-Type", "application/json")
		limited.ServeHTTP(w, r)
		require.Equal(t, want, pkerr.CodeOf(client.Check(w.Result())), body)
	}
	require.Len(t, s.Requests(), 1, "the refused request did not arrive")
}

func TestServer_ServeHTTP(t *testing.T) {
	s := pkerrtest.NewServer(t)
	s.On("POST /v2/members").Reply(pkerr.MemberLimitReached)
	r := httptest.NewRequest("POST", "/v2/members", strings.NewReader(`{"name":"Alice"}`))
	r.Header.Set("User-Agent", "test")
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	require.Equal(t, `{"message":"Member limit reached.","code":40007}`, w.Body.String())
	require.Equal(t, `{"name":"Alice"}`, string(s.Requests()[0].Body))

	r.Body = nil
	w = httptest.NewRecorder()
	s.ServeHTTP(w, r)
	require.Equal(t, 400, w.Code)
	require.Empty(t, s.Requests()[1].Body)
}

func TestServer_LogsUnscripted(t *testing.T) {
	for name, test := range map[string]struct {
		method, path string
		header       []string
		want         string // "": nothing
	}{
		"scripted":        {"GET", "/v2/members/abcde", nil, ""},
		"OPTIONS":         {"OPTIONS", "/v2/memebrs", nil, ""},
		"unknown":         {"GET", "/v2/memebrs/a%20b", nil, `GET /v2/memebrs/a%20b: answered with a 404, because no pattern matches it; the script has "GET /v2/members/{ref}", "/v2/systems/@me"`},
		"version 1":       {"GET", "/v1/s/exmpl", nil, `GET /v1/s/exmpl: answered with a 410, because no pattern matches it; the script has "GET /v2/members/{ref}", "/v2/systems/@me"`},
		"no version":      {"GET", "/members/abcde", nil, `GET /members/abcde: answered with a 400, because no pattern matches it; the script has "GET /v2/members/{ref}", "/v2/systems/@me"`},
		"another method":  {"PUT", "/v2/members/abcde", nil, `PUT /v2/members/abcde: answered with a 405, because no pattern has its method for this path; the script has "GET /v2/members/{ref}", "/v2/systems/@me"`},
		"no User-Agent":   {"GET", "/v2/members/abcde", []string{"User-Agent", ""}, `GET /v2/members/abcde: answered with a 400, because it has no User-Agent header`},
		"no token":        {"GET", "/v2/systems/@me", nil, `GET /v2/systems/@me: answered with a 401, because it has no Authorization header`},
		"no Content-Type": {"POST", "/v2/systems/@me", nil, `POST /v2/systems/@me: answered with a 415, because it has a body and no Content-Type; set application/json`},
		"text":            {"POST", "/v2/systems/@me", []string{"Content-Type", "text/plain"}, `POST /v2/systems/@me: answered with a 415, because its Content-Type is "text/plain"; set application/json`},
		"not JSON":        {"POST", "/v2/systems/@me", []string{"Content-Type", "application/json"}, `POST /v2/systems/@me: answered with a 400, because its body is not JSON: unexpected end of JSON input`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder(t)
			s := pkerrtest.NewServer(r)
			s.On("GET /v2/members/{ref}").Reply(pkerr.MemberNotFound)
			s.On("/v2/systems/@me").Reply(pkerr.Forbidden)
			req, err := http.NewRequestWithContext(t.Context(), test.method, s.URL+test.path, http.NoBody)
			require.NoError(t, err)
			if test.method == "POST" {
				req.Body = io.NopCloser(strings.NewReader("{"))
			}
			for pair := range slices.Chunk(test.header, 2) {
				req.Header.Set(pair[0], pair[1])
			}
			resp, err := s.Client().Do(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Empty(t, r.takeFailures(), "the test does not fail")
			if test.want == "" {
				require.Empty(t, r.logged())
			} else {
				require.Equal(t, []string{"pkerrtest: " + test.want}, r.logged())
			}
		})
	}

	t.Run("refused by the rate limiter", func(t *testing.T) {
		r := newRecorder(t)
		s := pkerrtest.NewServer(r, pkerrtest.WithRateLimit(pkerrtest.Rates{Get: 1}))
		s.On("/v2/x").Reply(pkerr.NotFound)
		require.Equal(t, []int{429}, statuses(t, s, 1))
		require.Empty(t, r.logged())
	})
	t.Run("no pattern, and one that is invalid", func(t *testing.T) {
		r := newRecorder(t)
		s := pkerrtest.NewServer(r)
		s.On("GET")
		require.Equal(t, []int{404}, statuses(t, s, 1))
		require.Equal(t, []string{"pkerrtest: GET /v2/x: answered with a 404, because no pattern matches it; the script has no patterns"}, r.logged())
	})
	t.Run("after the test", func(t *testing.T) {
		r := newRecorder(t)
		s := pkerrtest.NewServer(r)
		s.Close()
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", "/v2/x", nil))
		require.Equal(t, 404, w.Code)
		require.Empty(t, r.logged())
	})
}
