package pkerrtest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
	"github.com/pkerr/pkerr/server"
)

func TestRoute_Reply(t *testing.T) {
	var fields pkerr.Fields
	fields.TooLong("name", 100, 101)
	upstream := client.Check(pkerrtest.Response(pkerr.Unauthorized))
	for name, test := range map[string]struct {
		err    error
		status int
		body   string
	}{
		"a code":          {pkerr.MemberNotFound, 404, `{"message":"Member not found.","code":20002}`},
		"a reference":     {pkerr.MemberNotFound.WithRef("a&b"), 404, `{"message":"Member 'a&b' not found.","code":20003}`},
		"fields":          {fields.Err(), 400, `{"message":"Error parsing JSON model","code":40001,"errors":{"name":[{"message":"Field name is too long.","actual_length":101,"max_length":100}]}}`},
		"wrapped":         {fmt.Errorf("x: %w", pkerr.GroupNotFound), 404, `{"message":"Group not found.","code":20004}`},
		"a rate limit":    {pkerr.TooManyRequests.WithRetryAfter(0).WithScope("generic_get"), 429, `{"message":"429: too many requests","retry_after":0,"scope":"generic_get","code":0}`},
		"a cause":         {pkerr.InternalServerError.WithCause(errors.New("secret")), 500, `{"message":"500: Internal Server Error","code":0}`},
		"any error":       {errors.New("secret"), 500, `{"message":"500: Internal Server Error","code":0}`},
		"over the wire":   {upstream, 500, `{"message":"500: Internal Server Error","code":0}`},
		"relayed":         {server.Relay(upstream), 401, `{"message":"401: Missing or invalid Authorization header","code":0}`},
		"an unknown code": {pkerr.MakeCode(39999, 403), 403, `{"message":"403: Missing permissions to access this resource","code":39999}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			s.On("/v2/x").Reply(test.err)
			got := do(t, s.Client(), "GET", s.URL+"/v2/x")
			require.Equal(t, test.status, got.status)
			require.Equal(t, test.body, got.body)
			require.Equal(t, "application/json", got.header.Get("Content-Type"))
		})
	}
}

func TestRoute_ReplyBytes(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		header http.Header
		body   string
	}{
		"nothing":                      {404, nil, ""},
		"a page":                       {502, http.Header{"Content-Type": {"text/html"}, "Server": {"cloudflare"}}, "<html>Bad gateway</html>"},
		"no Content-Type":              {200, nil, "<html>no type is guessed</html>"},
		"a Content-Type in lower case": {400, http.Header{"content-type": {"text/plain"}}, "x"},
		"an empty Content-Type":        {400, http.Header{"Content-Type": {}}, "x"},
		"two values of a header":       {404, http.Header{"Via": {"1.1 a", "1.1 b"}}, "not JSON: \xff\x00"},
		"no content":                   {204, http.Header{"X-RateLimit-Scope": {"own_system_get"}}, ""},
		"an unknown status":            {999, nil, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			given := test.header.Clone()
			s.On("/v2/x").ReplyBytes(test.status, given, test.body)
			for _, values := range given {
				clear(values) // later changes have no effect
			}
			for range 2 {
				got := do(t, s.Client(), "GET", s.URL+"/v2/x")
				require.Equal(t, test.status, got.status)
				require.Equal(t, test.body, got.body)
				want := http.Header{}
				for key, values := range test.header {
					for _, value := range values {
						want.Add(key, value)
					}
				}
				got.header.Del("Date")
				got.header.Del("Content-Length")
				requireCORS(t, got.header)
				for key := range corsHeader() {
					got.header.Del(key)
				}
				require.Equal(t, want, got.header)
			}
		})
	}

	t.Run("a long Content-Length", func(t *testing.T) {
		s := pkerrtest.NewServer(t)
		s.On("/v2/x").ReplyBytes(200, http.Header{"Content-Length": {"100"}}, "half")
		_, err := send(t, s.Client(), "GET", s.URL+"/v2/x")
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	})
}

func TestRoute_ReplyHandler(t *testing.T) {
	s := pkerrtest.NewServer(t)
	s.On("POST /v2/members/{ref}/{rest...}").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %s %s %v", r.PathValue("ref"), r.PathValue("rest"), body, err)
	}))
	resp, err := s.Client().Post(s.URL+"/v2/members/abcde/groups/add", "application/json", strings.NewReader("[]"))
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, "abcde groups/add [] <nil>", string(body))
	require.Equal(t, "[]", string(s.Requests()[0].Body))
	require.Equal(t, 200, s.Requests()[0].Status)
}

func TestRoute_ReplyHandlerPanics(t *testing.T) {
	r := newRecorder(t)
	s := pkerrtest.NewServer(r)
	panics := func(v any) http.Handler {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(v) })
	}
	s.On("/v2/x").ReplyHandler(panics("oops")).ReplyHandler(panics(http.ErrAbortHandler)).Reply(pkerr.Gone)

	_, err := send(t, s.Client(), "POST", s.URL+"/v2/x")
	require.ErrorIs(t, err, io.EOF)
	told := r.takeFailures()
	require.Len(t, told, 1)
	require.Contains(t, told[0], `pkerrtest: the handler of "/v2/x" panicked: oops`)
	require.Contains(t, told[0], "reply_test.go:", "the stack")

	_, err = send(t, s.Client(), "POST", s.URL+"/v2/x")
	require.ErrorIs(t, err, io.EOF)
	require.Empty(t, r.takeFailures())
	require.Equal(t, 410, do(t, s.Client(), "POST", s.URL+"/v2/x").status)
}

func TestRoute_ReplyJSON(t *testing.T) {
	type member struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	value := &member{"abcde", "Ada"}
	for name, test := range map[string]struct {
		status int
		v      any
		want   string
	}{
		"a struct":        {200, value, `{"id":"abcde","name":"Ada"}`},
		"a list":          {201, []member{}, `[]`},
		"nil":             {200, nil, `null`},
		"raw JSON":        {200, json.RawMessage(`{"a":1}`), `{"a":1}`},
		"not escaped":     {200, "<a> & \u00e9", "\"<a> & \u00e9\""},
		"an error's body": {404, pkerr.MemberNotFound.WithRef("<x>"), `{"message":"Member '<x>' not found.","code":20003}`},
		"no content":      {204, nil, ``},
		"any status":      {999, 1, `1`},
	} {
		t.Run(name, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			s.On("/v2/x").ReplyJSON(test.status, test.v)
			value.Name = "changed later"
			defer func() { value.Name = "Ada" }()
			got := do(t, s.Client(), "GET", s.URL+"/v2/x")
			require.Equal(t, test.status, got.status)
			require.Equal(t, test.want, got.body)
			require.Equal(t, "application/json", got.header.Get("Content-Type"))
			requireCORS(t, got.header)
		})
	}
}
