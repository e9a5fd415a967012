package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/redislimiter"
	"github.com/pkerr/pkerr/redislimiter/internal/fleet"
)

// Clients that know nothing about the limit are all served, through two
// proxies.
func TestProxy(t *testing.T) {
	server, err := fleet.StartRedis()
	require.NoError(t, err)
	defer server.Close()
	api, err := fleet.StartAPI()
	require.NoError(t, err)
	defer api.Close()
	target, err := url.Parse(api.URL())
	require.NoError(t, err)
	rdb := server.Client()
	defer rdb.Close()

	var proxies []*httptest.Server
	for range 2 {
		proxy := httptest.NewServer(newProxy(target, redislimiter.New(rdb)))
		t.Cleanup(proxy.Close)
		proxies = append(proxies, proxy)
	}
	var wg sync.WaitGroup
	for i := range 25 {
		wg.Go(func() {
			resp, err := http.Get(proxies[i%2].URL + "/v2/systems/exmpl")
			if !assertOK(t, resp, err) {
				return
			}
			_ = resp.Body.Close()
		})
	}
	wg.Wait()
	for _, request := range api.Requests() {
		require.True(t, request.Served)
	}
}

func assertOK(t *testing.T, resp *http.Response, err error) bool {
	t.Helper()
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Error(resp, err)
		return false
	}
	return true
}

// A request whose slot would come too late gets a 429 with a Retry-After.
func TestProxy_TooLate(t *testing.T) {
	server, err := fleet.StartRedis()
	require.NoError(t, err)
	defer server.Close()
	rdb := server.Client()
	defer rdb.Close()
	limiter := redislimiter.New(rdb)
	bucket := client.Bucket{Host: "api.example", Scope: "generic_get"}
	limiter.Observe(t.Context(), bucket, client.Observation{Rate: 10, Hold: time.Minute, Sent: time.Now()})

	w := httptest.NewRecorder()
	proxy := newProxy(&url.URL{Scheme: "http", Host: bucket.Host}, limiter)
	r := httptest.NewRequest(http.MethodGet, "/v2/systems/exmpl", nil)
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	proxy.ServeHTTP(w, r.WithContext(ctx))
	require.Equal(t, http.StatusTooManyRequests, w.Code, w.Body)
	require.NotEmpty(t, w.Header().Get("Retry-After"))
}

// The guide quotes the handler literally.
func TestProxy_Guide(t *testing.T) {
	source, err := os.ReadFile("main.go")
	require.NoError(t, err)
	_, handler, found := strings.Cut(string(source), "// newProxy")
	require.True(t, found)
	guide, err := os.ReadFile("../../../docs/fleets.md")
	require.NoError(t, err)
	require.Contains(t, string(guide), "// newProxy"+handler)
}
