package pkerrtest_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest"
)

func TestRequests(t *testing.T) {
	s := pkerrtest.NewServer(t)
	require.Empty(t, s.Requests())
	s.On("PATCH /v2/members/{ref}").Reply(pkerr.NotOwnMember)
	req, err := http.NewRequestWithContext(t.Context(), "PATCH", s.URL+"/v2/members/a%20b?x=1&x=2", bytes.NewReader([]byte{0, 0xff}))
	require.NoError(t, err)
	req.Header.Set("Authorization", "token")
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
	require.Equal(t, []byte{0, 0xff}, r.Body)
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
	r.Body[0] = 1
	again := s.Requests()[0]
	require.Equal(t, []string{"1", "2"}, again.Query["x"])
	require.Equal(t, "token", again.Header.Get("Authorization"))
	require.Equal(t, []byte{0, 0xff}, again.Body)
}
