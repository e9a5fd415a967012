package pkerrtest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest"
)

func TestServer_ChecksBody(t *testing.T) {
	const (
		notJSON     = `{"message":"400: Bad Request","code":0}`
		unsupported = `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.16","title":"Unsupported Media Type","status":415,` +
			`"traceId":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"}`
		served = `{"message":"401: Missing or invalid Authorization header","code":0}`
	)
	for name, test := range map[string]struct {
		method, path, mediaType, body string
		status                        int
		want                          string
	}{
		"JSON":                            {"POST", "/v2/x", "application/json", `{"name":"Ada"}`, 401, served},
		"JSON, with a charset":            {"POST", "/v2/x", "Application/JSON; charset=utf-8", `[]`, 401, served},
		"JSON, with a bad charset":        {"POST", "/v2/x", "application/json; charset", `[]`, 401, served},
		"merge patch":                     {"PATCH", "/v2/x", "application/merge-patch+json", `{}`, 401, served},
		"text/json":                       {"PATCH", "/v2/x", "text/json", `null`, 401, served},
		"byte order mark":                 {"PATCH", "/v2/x", "application/json", "\ufeff{}", 401, served},
		"no body":                         {"POST", "/v2/x", "", ``, 401, served},
		"no body, but JSON":               {"POST", "/v2/x", "application/json", ``, 401, served},
		"DELETE":                          {"DELETE", "/v2/x", "", `x`, 401, served},
		"GET":                             {"GET", "/v2/x", "text/plain", `x`, 401, served},
		"no Content-Type":                 {"POST", "/v2/x", "", `{}`, 415, unsupported},
		"form":                            {"PATCH", "/v2/x", "application/x-www-form-urlencoded", `{}`, 415, unsupported},
		"text":                            {"PUT", "/v2/x", "text/plain; charset=utf-8", `{}`, 415, unsupported},
		"not quite JSON":                  {"POST", "/v2/x", "application/jsonp", `{}`, 415, unsupported},
		"image+json":                      {"POST", "/v2/x", "image/x+json", `{}`, 415, unsupported},
		"malformed Content-Type":          {"POST", "/v2/x", "json", `{}`, 415, unsupported},
		"text instead of JSON":            {"POST", "/v2/x", "application/json", `name=Ada`, 400, notJSON},
		"half of a document":              {"PATCH", "/v2/x", "application/json", `{"name":`, 400, notJSON},
		"two documents":                   {"PUT", "/v2/x", "application/json", `{}{}`, 400, notJSON},
		"blank":                           {"PUT", "/v2/x", "application/json", " \n", 400, notJSON},
		"neither JSON type nor JSON body": {"PUT", "/v2/x", "text/plain", "x", 415, unsupported},
		"before the token: type":          {"PATCH", "/v2/systems/@me", "", `{}`, 415, unsupported},
		"before the token: body":          {"PATCH", "/v2/systems/@me", "application/json", `{`, 400, notJSON},
		"after the path":                  {"POST", "/v2/y", "", `{}`, 404, ""},
		"after the method":                {"POST", "/v2/get", "", `{}`, 405, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := pkerrtest.NewServer(t, pkerrtest.WithRateLimit(pkerrtest.Rates{}))
			s.On("/v2/x").Reply(pkerr.Unauthorized)
			s.On("/v2/systems/@me").ReplyBytes(200, nil, "not asked for")
			s.On("GET /v2/get").Reply(pkerr.NotFound)
			req, err := http.NewRequestWithContext(t.Context(), test.method, s.URL+test.path, strings.NewReader(test.body))
			require.NoError(t, err)
			if test.mediaType != "" {
				req.Header.Set("Content-Type", test.mediaType)
			}
			resp, err := s.Client().Do(req)
			require.NoError(t, err)
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.Equal(t, test.status, resp.StatusCode)
			require.Equal(t, test.want, string(body))
			switch test.want {
			case unsupported:
				require.Equal(t, "application/problem+json; charset=utf-8", resp.Header.Get("Content-Type"))
			case notJSON:
				require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
			}
			requireCORS(t, resp.Header)
			require.Equal(t, test.status != 404, resp.Header.Get("X-RateLimit-Limit") != "", "it counts")
			require.Equal(t, test.body, string(s.Requests()[0].Body))
			require.Equal(t, test.status == 401, s.Requests()[0].Pattern != "")
		})
	}
}
