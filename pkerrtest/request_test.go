package pkerrtest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest"
)

func TestServer_Requests(t *testing.T) {
	s := pkerrtest.NewServer(t)
	require.Empty(t, s.Requests())
	s.On("PATCH /v2/members/{ref}").Reply(pkerr.NotOwnMember)
	req, err := http.NewRequestWithContext(t.Context(), "PATCH", s.URL+"/v2/members/a%20b?x=1&x=2", strings.NewReader("[\"\xff\"]"))
	require.NoError(t, err)
	req.Header.Set("Authorization", "token")
	req.Header.Set("Content-Type", "application/json")
	before := time.Now()
	resp, err := s.Client().Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())

	requests := s.Requests()
	require.Len(t, requests, 1)
	r := requests[0]
	require.Equal(t, "pluralkit.test", r.Host)
	require.Equal(t, "PATCH", r.Method)
	require.Equal(t, "/v2/members/a b", r.Path)
	require.Equal(t, []string{"1", "2"}, r.Query["x"])
	require.Equal(t, "token", r.Header.Get("Authorization"))
	require.Equal(t, "Go-http-client/1.1", r.Header.Get("User-Agent"))
	require.Equal(t, "[\"\xff\"]", string(r.Body))
	require.Equal(t, "PATCH /v2/members/{ref}", r.Pattern)
	require.Equal(t, 403, r.Status)
	require.WithinRange(t, r.Time, before, time.Now())

	resp, err = s.Client().Get("https://api.pluralkit.me:8443/v2/x")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, "api.pluralkit.me:8443", s.Requests()[1].Host)

	// They are copies.
	r.Query.Add("x", "3")
	r.Header.Set("Authorization", "another")
	r.Body[0] = '{'
	again := s.Requests()[0]
	require.Equal(t, []string{"1", "2"}, again.Query["x"])
	require.Equal(t, "token", again.Header.Get("Authorization"))
	require.Equal(t, "[\"\xff\"]", string(again.Body))
}

// The server of a program may run for a long time, so it does not keep every
// request.
func TestServer_RequestsOfProgram(t *testing.T) {
	program := pkerrtest.NewServer(nil)
	defer program.Close()
	test := pkerrtest.NewServer(t)
	for i := range 1010 {
		r := httptest.NewRequest("GET", fmt.Sprint("/", i), nil)
		program.ServeHTTP(httptest.NewRecorder(), r)
		test.ServeHTTP(httptest.NewRecorder(), r)
	}
	kept := program.Requests()
	require.Len(t, kept, 1000)
	require.Equal(t, "/10", kept[0].Path)
	require.Equal(t, "/1009", kept[999].Path)
	require.Equal(t, 400, kept[999].Status)
	require.Len(t, test.Requests(), 1010)
}

func TestRoute_Requests(t *testing.T) {
	s := pkerrtest.NewServer(t, pkerrtest.WithRateLimit(pkerrtest.Rates{Get: 4}))
	members := s.On("GET /v2/members/{ref}").Reply(pkerr.MemberNotFound)
	groups := s.On("GET /v2/groups/{ref}").ReplyFault(pkerrtest.FaultEmpty)
	require.Empty(t, members.Requests())
	for _, path := range []string{"members/a", "groups/b", "unknown/c", "members/d", "members/refused"} {
		_, _ = send(t, s.Client(), "GET", s.URL+"/v2/"+path)
	}
	var paths []string
	for _, r := range members.Requests() {
		require.Equal(t, "GET /v2/members/{ref}", r.Pattern)
		require.Equal(t, 404, r.Status)
		paths = append(paths, r.Path)
	}
	require.Equal(t, []string{"/v2/members/a", "/v2/members/d"}, paths)
	require.Len(t, groups.Requests(), 1)
	require.True(t, groups.Requests()[0].Aborted)
	require.Equal(t, members.Requests(), s.On("GET /v2/members/{ref}").Requests())
	require.Len(t, s.Requests(), 5)

	members.Requests()[0].Header.Set("User-Agent", "changed")
	require.NotEqual(t, "changed", members.Requests()[0].Header.Get("User-Agent"), "they are copies")
}
