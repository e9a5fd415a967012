package pkerrtest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest"
)

// statuses sends n requests, and returns the statuses of the answers.
func statuses(t *testing.T, s *pkerrtest.Server, n int) []int {
	t.Helper()
	var got []int
	for range n {
		got = append(got, do(t, s.Client(), "GET", s.URL+"/v2/x").status)
	}
	return got
}

func TestRoute_Script(t *testing.T) {
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
		"last one limited": {func(r *pkerrtest.Route) { r.Reply(pkerr.NotFound).Reply(pkerr.Gone).Times(2) }, []int{404, 410, 410}},
		"Times twice": {func(r *pkerrtest.Route) { r.Reply(pkerr.NotFound).Times(5).Times(1).Reply(pkerr.Gone) },
			[]int{404, 410}},
		"every kind": {func(r *pkerrtest.Route) {
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

func TestServer_OnAgain(t *testing.T) {
	s := pkerrtest.NewServer(t)
	route := s.On("/v2/x").Reply(pkerr.NotFound)
	require.Equal(t, []int{404, 404, 404}, statuses(t, s, 3))
	require.Same(t, route, s.On("/v2/x").Reply(pkerr.Gone).Times(1))
	require.Equal(t, []int{410}, statuses(t, s, 1))
	s.On("/v2/x").Reply(pkerr.Forbidden)
	require.Equal(t, []int{403, 403}, statuses(t, s, 2))
}

func TestRoute_EndOfScript(t *testing.T) {
	r := newRecorder(t)
	s := pkerrtest.NewServer(r)
	s.On("GET /v2/{what}").Reply(pkerr.NotFound).Times(2).Reply(pkerr.Gone).Times(1)
	require.Equal(t, []int{404, 404, 410}, statuses(t, s, 3))
	require.Empty(t, r.takeFailures())
	require.Equal(t, []int{500, 500}, statuses(t, s, 2))
	const told = `pkerrtest: GET /v2/x: the script of "GET /v2/{what}" ended after 3 replies`
	require.Equal(t, []string{told, told}, r.takeFailures())

	s.On("GET /v2/{what}").Reply(pkerr.Forbidden)
	require.Equal(t, []int{403}, statuses(t, s, 1))

	s.On("GET /v2/x")
	require.Equal(t, []int{500}, statuses(t, s, 1), "the narrower pattern wins")
	require.Equal(t, []string{`pkerrtest: GET /v2/x: the script of "GET /v2/x" has no reply`}, r.takeFailures())

	// A test that has ended panics if it is called.
	s.Close()
	request := httptest.NewRequest("GET", "/v2/x", nil)
	request.Header.Set("User-Agent", "test")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, request)
	require.Equal(t, 500, w.Code)
	require.Empty(t, r.takeFailures())
}

func TestRoute_Mistakes(t *testing.T) {
	for name, test := range map[string]struct {
		script func(*pkerrtest.Server)
		want   []string
		status int
	}{
		"no pattern":              {func(s *pkerrtest.Server) { s.On("").Reply(pkerr.Gone) }, []string{`On(""): http: invalid pattern`}, 404},
		"no path":                 {func(s *pkerrtest.Server) { s.On("GET").Reply(pkerr.Gone) }, []string{`On("GET"): parsing "GET": at offset 0: host/path missing /`}, 404},
		"no name":                 {func(s *pkerrtest.Server) { s.On("/v2/{").Reply(pkerr.Gone) }, []string{`On("/v2/{"): parsing "/v2/{": at offset 4: bad wildcard segment (must end with '}')`}, 404},
		"nil":                     {func(s *pkerrtest.Server) { s.On("/v2/x").Reply(nil) }, []string{`On("/v2/x").Reply: a nil error; for a success, use ReplyJSON or ReplyBytes`}, 500},
		"nil handler":             {func(s *pkerrtest.Server) { s.On("/v2/x").ReplyHandler(nil) }, []string{`On("/v2/x").ReplyHandler: a nil handler`}, 500},
		"no status":               {func(s *pkerrtest.Server) { s.On("/v2/x").ReplyBytes(0, nil, "") }, []string{`On("/v2/x").ReplyBytes: the status 0, want one from 200 to 999`}, 500},
		"informational":           {func(s *pkerrtest.Server) { s.On("/v2/x").ReplyBytes(103, nil, "") }, []string{`On("/v2/x").ReplyBytes: the status 103, want one from 200 to 999`}, 500},
		"a status of four digits": {func(s *pkerrtest.Server) { s.On("/v2/x").ReplyBytes(1000, nil, "") }, []string{`On("/v2/x").ReplyBytes: the status 1000, want one from 200 to 999`}, 500},
		"Times of 0":              {func(s *pkerrtest.Server) { s.On("/v2/x").Reply(pkerr.Gone).Times(0) }, []string{`On("/v2/x").Times(0): a reply is sent at least once`}, 410},
		"negative Times":          {func(s *pkerrtest.Server) { s.On("/v2/x").Reply(pkerr.Gone).Times(-1) }, []string{`On("/v2/x").Times(-1): a reply is sent at least once`}, 410},
		"Times without a reply":   {func(s *pkerrtest.Server) { s.On("/v2/x").Times(2).Reply(pkerr.Gone) }, []string{`On("/v2/x").Times(2): there is no reply before it`}, 410},
		"JSON, no status":         {func(s *pkerrtest.Server) { s.On("/v2/x").ReplyJSON(99, nil) }, []string{`On("/v2/x").ReplyJSON: the status 99, want one from 200 to 999`}, 500},
		"not JSON":                {func(s *pkerrtest.Server) { s.On("/v2/x").ReplyJSON(200, func() {}) }, []string{`On("/v2/x").ReplyJSON: json: unsupported type: func()`}, 500},
		"no fault":                {func(s *pkerrtest.Server) { s.On("/v2/x").ReplyFault(0) }, []string{`On("/v2/x").ReplyFault: unknown Fault(0)`}, 500},
		"unknown fault":           {func(s *pkerrtest.Server) { s.On("/v2/x").ReplyFault(6) }, []string{`On("/v2/x").ReplyFault: unknown Fault(6)`}, 500},
		"one of many": {func(s *pkerrtest.Server) { s.On("/v2/x").Reply(nil).Times(2).Reply(pkerr.Gone) },
			[]string{`On("/v2/x").Reply: a nil error; for a success, use ReplyJSON or ReplyBytes`}, 500},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder(t)
			s := pkerrtest.NewServer(r)
			test.script(s)
			told := r.takeFailures()
			require.Len(t, told, len(test.want))
			for i, want := range test.want {
				require.Equal(t, "pkerrtest: "+want, told[i])
			}
			require.Equal(t, test.status, do(t, s.Client(), "GET", s.URL+"/v2/x").status)
			require.Empty(t, r.takeFailures(), "a mistake is reported once")
		})
	}

	t.Run("conflict", func(t *testing.T) {
		r := newRecorder(t)
		s := pkerrtest.NewServer(r)
		s.On("/v2/x/{a}").Reply(pkerr.Gone)
		s.On("/v2/{a}/x").Reply(pkerr.Gone)
		told := r.takeFailures()
		require.Len(t, told, 1)
		require.Contains(t, told[0], `pkerrtest: On("/v2/{a}/x"): `)
		require.Contains(t, told[0], `conflicts with pattern "/v2/x/{a}"`)
	})
}

func TestRoute_Concurrent(t *testing.T) {
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

func TestRoute_Delay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pkerrtest.NewServer(t, pkerrtest.WithLatency(20*time.Millisecond))
		took := func(path string) time.Duration {
			start := time.Now()
			do(t, s.Client(), "GET", s.URL+path)
			return time.Since(start)
		}
		for name, test := range map[string]struct {
			script func(*pkerrtest.Route)
			want   time.Duration
		}{
			"none":      {func(r *pkerrtest.Route) { r.Reply(pkerr.NotFound) }, 20 * time.Millisecond},
			"before":    {func(r *pkerrtest.Route) { r.Delay(time.Second).Reply(pkerr.NotFound) }, 1020 * time.Millisecond},
			"after":     {func(r *pkerrtest.Route) { r.Reply(pkerr.NotFound).Delay(time.Second) }, 1020 * time.Millisecond},
			"again":     {func(r *pkerrtest.Route) { r.Delay(time.Hour).Reply(pkerr.NotFound).Delay(time.Second) }, 1020 * time.Millisecond},
			"zero":      {func(r *pkerrtest.Route) { r.Delay(time.Hour).Delay(0).Reply(pkerr.NotFound) }, 20 * time.Millisecond},
			"negative":  {func(r *pkerrtest.Route) { r.Delay(-time.Hour).Reply(pkerr.NotFound) }, 20 * time.Millisecond},
			"a handler": {func(r *pkerrtest.Route) { r.Delay(time.Hour).ReplyHandler(http.NotFoundHandler()) }, time.Hour + 20*time.Millisecond},
		} {
			path := "/v2/" + strings.ReplaceAll(name, " ", "-")
			test.script(s.On("GET " + path))
			for range 2 {
				require.Equal(t, test.want, took(path), name)
			}
		}
		require.Equal(t, 20*time.Millisecond, took("/v2/unknown"), "only this route")

		route := s.On("GET /v2/x").Reply(pkerr.NotFound).Delay(time.Second)
		require.Equal(t, 1020*time.Millisecond, took("/v2/x"))
		route.Delay(0)
		require.Equal(t, 20*time.Millisecond, took("/v2/x"))
		require.Equal(t, time.Second+10*time.Millisecond, timeOfReply(t, s, route.Delay(time.Second)), "it arrives before the delay")
	})
}

// timeOfReply returns how long after its arrival the last request of a route
// was answered.
func timeOfReply(t *testing.T, s *pkerrtest.Server, route *pkerrtest.Route) time.Duration {
	t.Helper()
	do(t, s.Client(), "GET", s.URL+"/v2/x")
	requests := route.Requests()
	return time.Since(requests[len(requests)-1].Time)
}

func TestRoute_DelayEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pkerrtest.NewServer(t)
		s.On("GET /v2/x").Delay(time.Hour).Reply(pkerr.NotFound)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/v2/x", nil)
		require.NoError(t, err)
		start := time.Now()
		_, err = s.Client().Do(req)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		s.Close()
		require.Equal(t, time.Second, time.Since(start), "Close does not wait for the delay")
		require.True(t, s.Requests()[0].Aborted)
	})
}
