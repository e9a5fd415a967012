package pkerrtest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
	"github.com/pkerr/pkerr/server"
)

// statuses sends n requests, and returns what they were answered with.
func statuses(t *testing.T, s *pkerrtest.Server, n int) []int {
	t.Helper()
	var got []int
	for range n {
		got = append(got, do(t, s.Client(), "GET", s.URL+"/v2/x").status)
	}
	return got
}

func TestReply(t *testing.T) {
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
		"tomorrow's code": {pkerr.MakeCode(30010, 403), 403, `{"message":"403: Missing permissions to access this resource","code":30010}`},
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

func TestScripts(t *testing.T) {
	for name, test := range map[string]struct {
		script func(*pkerrtest.Route)
		want   []int
	}{
		"always": {func(r *pkerrtest.Route) { r.Reply(pkerr.NotFound) }, []int{404, 404, 404}},
		"in sequence": {func(r *pkerrtest.Route) { r.Reply(pkerr.NotFound).Reply(pkerr.Gone).Reply(pkerr.Forbidden) },
			[]int{404, 410, 403, 403}},
		"n times, and then": {func(r *pkerrtest.Route) { r.Reply(pkerr.NotFound).Times(2).Reply(pkerr.Gone) },
			[]int{404, 404, 410, 410}},
		"once, n times, always": {func(r *pkerrtest.Route) { r.Reply(pkerr.NotFound).Reply(pkerr.Gone).Times(2).Reply(pkerr.Forbidden) },
			[]int{404, 410, 410, 403, 403}},
		"limited": {func(r *pkerrtest.Route) { r.Reply(pkerr.NotFound).Reply(pkerr.Gone).Times(2) }, []int{404, 410, 410}},
		"the last word counts": {func(r *pkerrtest.Route) { r.Reply(pkerr.NotFound).Times(5).Times(1).Reply(pkerr.Gone) },
			[]int{404, 410}},
		"of all kinds": {func(r *pkerrtest.Route) {
			r.Reply(pkerr.NotFound).ReplyBytes(204, nil, "").ReplyHandler(http.NotFoundHandler())
		}, []int{404, 204, 404, 404}},
	} {
		t.Run(name, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			test.script(s.On("GET /v2/x"))
			require.Equal(t, test.want, statuses(t, s, len(test.want)))
		})
	}
}

func TestOnAgain(t *testing.T) {
	s := pkerrtest.NewServer(t)
	route := s.On("/v2/x").Reply(pkerr.NotFound)
	require.Equal(t, []int{404, 404, 404}, statuses(t, s, 3))
	require.Same(t, route, s.On("/v2/x").Reply(pkerr.Gone).Times(1))
	require.Equal(t, []int{410}, statuses(t, s, 1))
	s.On("/v2/x").Reply(pkerr.Forbidden)
	require.Equal(t, []int{403, 403}, statuses(t, s, 2))
}

func TestEndOfAScript(t *testing.T) {
	r := newRecorder(t)
	s := pkerrtest.NewServer(r)
	s.On("GET /v2/{what}").Reply(pkerr.NotFound).Times(2).Reply(pkerr.Gone).Times(1)
	require.Equal(t, []int{404, 404, 410}, statuses(t, s, 3))
	require.Empty(t, r.told())
	require.Equal(t, []int{500, 500}, statuses(t, s, 2))
	const told = `pkerrtest: GET /v2/x: the script of "GET /v2/{what}" is at its end, after 3 replies`
	require.Equal(t, []string{told, told}, r.told())

	s.On("GET /v2/{what}").Reply(pkerr.Forbidden)
	require.Equal(t, []int{403}, statuses(t, s, 1))

	s.On("GET /v2/x")
	require.Equal(t, []int{500}, statuses(t, s, 1), "the narrower pattern wins")
	require.Equal(t, []string{`pkerrtest: GET /v2/x: the script of "GET /v2/x" has no reply`}, r.told())

	// A test that is over must not be told anything.
	s.Close()
	request := httptest.NewRequest("GET", "/v2/x", nil)
	request.Header.Set("User-Agent", "test")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, request)
	require.Equal(t, 500, w.Code)
	require.Empty(t, r.told())
}

func TestMistakes(t *testing.T) {
	for name, test := range map[string]struct {
		script func(*pkerrtest.Server)
		want   []string
		status int
	}{
		"no pattern":  {func(s *pkerrtest.Server) { s.On("").Reply(pkerr.Gone) }, []string{`On(""): http: invalid pattern`}, 404},
		"no path":     {func(s *pkerrtest.Server) { s.On("GET").Reply(pkerr.Gone) }, []string{`On("GET"): parsing "GET": at offset 0: host/path missing /`}, 404},
		"no name":     {func(s *pkerrtest.Server) { s.On("/v2/{").Reply(pkerr.Gone) }, []string{`On("/v2/{"): parsing "/v2/{": at offset 4: bad wildcard segment (must end with '}')`}, 404},
		"nil":         {func(s *pkerrtest.Server) { s.On("/v2/x").Reply(nil) }, []string{`On("/v2/x").Reply: a nil error: for a success there are ReplyBytes and ReplyHandler`}, 500},
		"nil handler": {func(s *pkerrtest.Server) { s.On("/v2/x").ReplyHandler(nil) }, []string{`On("/v2/x").ReplyHandler: a nil handler`}, 500},
		"no status":   {func(s *pkerrtest.Server) { s.On("/v2/x").ReplyBytes(0, nil, "") }, []string{`On("/v2/x").ReplyBytes: the status 0: one is from 200 to 999`}, 500},
		"a hint":      {func(s *pkerrtest.Server) { s.On("/v2/x").ReplyBytes(103, nil, "") }, []string{`On("/v2/x").ReplyBytes: the status 103: one is from 200 to 999`}, 500},
		"too much":    {func(s *pkerrtest.Server) { s.On("/v2/x").ReplyBytes(1000, nil, "") }, []string{`On("/v2/x").ReplyBytes: the status 1000: one is from 200 to 999`}, 500},
		"never":       {func(s *pkerrtest.Server) { s.On("/v2/x").Reply(pkerr.Gone).Times(0) }, []string{`On("/v2/x").Times(0): a reply is sent once at least`}, 410},
		"less":        {func(s *pkerrtest.Server) { s.On("/v2/x").Reply(pkerr.Gone).Times(-1) }, []string{`On("/v2/x").Times(-1): a reply is sent once at least`}, 410},
		"nothing":     {func(s *pkerrtest.Server) { s.On("/v2/x").Times(2).Reply(pkerr.Gone) }, []string{`On("/v2/x").Times(2): there is no reply before it`}, 410},
		"one, of many": {func(s *pkerrtest.Server) { s.On("/v2/x").Reply(nil).Times(2).Reply(pkerr.Gone) },
			[]string{`On("/v2/x").Reply: a nil error: for a success there are ReplyBytes and ReplyHandler`}, 500},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder(t)
			s := pkerrtest.NewServer(r)
			test.script(s)
			told := r.told()
			require.Len(t, told, len(test.want))
			for i, want := range test.want {
				require.Equal(t, "pkerrtest: "+want, told[i])
			}
			require.Equal(t, test.status, do(t, s.Client(), "GET", s.URL+"/v2/x").status)
			require.Empty(t, r.told(), "a mistake is told of once")
		})
	}

	t.Run("at odds", func(t *testing.T) {
		r := newRecorder(t)
		s := pkerrtest.NewServer(r)
		s.On("/v2/x/{a}").Reply(pkerr.Gone)
		s.On("/v2/{a}/x").Reply(pkerr.Gone)
		told := r.told()
		require.Len(t, told, 1)
		require.Contains(t, told[0], `pkerrtest: On("/v2/{a}/x"): `)
		require.Contains(t, told[0], `conflicts with pattern "/v2/x/{a}"`)
	})
}

func TestReplyBytes(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		header http.Header
		body   string
	}{
		"nothing":              {404, nil, ""},
		"a page":               {502, http.Header{"Content-Type": {"text/html"}, "Server": {"cloudflare"}}, "<html>Bad gateway</html>"},
		"not labelled":         {200, nil, "<html>no type is guessed</html>"},
		"labelled in any case": {400, http.Header{"content-type": {"text/plain"}}, "x"},
		"labelled with none":   {400, http.Header{"Content-Type": {}}, "x"},
		"two of one":           {404, http.Header{"Via": {"1.1 a", "1.1 b"}}, "not JSON: \xff\x00"},
		"no content":           {204, http.Header{"X-RateLimit-Scope": {"own_system_get"}}, ""},
		"of no kind":           {999, nil, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			given := test.header.Clone()
			s.On("/v2/x").ReplyBytes(test.status, given, test.body)
			for _, values := range given {
				clear(values) // what is changed afterwards does not matter
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

	t.Run("broken off", func(t *testing.T) {
		s := pkerrtest.NewServer(t)
		s.On("/v2/x").ReplyBytes(200, http.Header{"Content-Length": {"100"}}, "half")
		_, err := send(t, s.Client(), "GET", s.URL+"/v2/x")
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	})
}

func TestReplyHandler(t *testing.T) {
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

func TestPanics(t *testing.T) {
	r := newRecorder(t)
	s := pkerrtest.NewServer(r)
	panics := func(v any) http.Handler {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(v) })
	}
	s.On("/v2/x").ReplyHandler(panics("oops")).ReplyHandler(panics(http.ErrAbortHandler)).Reply(pkerr.Gone)

	_, err := send(t, s.Client(), "POST", s.URL+"/v2/x")
	require.ErrorIs(t, err, io.EOF)
	told := r.told()
	require.Len(t, told, 1)
	require.Contains(t, told[0], `pkerrtest: the handler of "/v2/x" panicked: oops`)
	require.Contains(t, told[0], "script_test.go:", "the stack")

	_, err = send(t, s.Client(), "POST", s.URL+"/v2/x")
	require.ErrorIs(t, err, io.EOF)
	require.Empty(t, r.told())
	require.Equal(t, 410, do(t, s.Client(), "POST", s.URL+"/v2/x").status)
}

func TestScriptOfManyGoroutines(t *testing.T) {
	s := pkerrtest.NewServer(t)
	s.On("/v2/x").Reply(pkerr.TooManyRequests).Times(25).Reply(pkerr.Gone)
	var refused atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			got, err := send(t, s.Client(), "GET", s.URL+"/v2/x")
			if err != nil {
				t.Error(err)
			}
			if got.status == 429 {
				refused.Add(1)
			}
			s.On("/v2/y").Reply(pkerr.Gone)
			s.Requests()
		})
	}
	wg.Wait()
	require.EqualValues(t, 25, refused.Load())
	require.Len(t, s.Requests(), 50)
}
