package server_test

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func TestWrite_RetryAfter(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{pkerr.TooManyRequests, ""},
		{pkerr.TooManyRequests.WithRetryAfter(0), "0"},
		{pkerr.TooManyRequests.WithRetryAfter(1), "1"},
		{pkerr.TooManyRequests.WithRetryAfter(time.Second), "1"},
		{pkerr.TooManyRequests.WithRetryAfter(time.Second + 1), "2"},
		{pkerr.TooManyRequests.WithRetryAfter(math.MaxInt64), "9223372037"},
		{&pkerr.Error{Code: pkerr.TooManyRequests, RetryAfter: new(time.Duration(math.MinInt64))}, "0"},
		{pkerr.MakeCode(0, 503).WithRetryAfter(time.Minute), "60"},
		{fmt.Errorf("limited: %w", pkerr.TooManyRequests.WithRetryAfter(time.Minute)), "60"},
		{errors.New("no"), ""},
		// That of a cause is not sent.
		{pkerr.MakeCode(0, 503).WithCause(pkerr.TooManyRequests.WithRetryAfter(time.Minute)), ""},
	} {
		w := get(failing(test.err))
		require.Equal(t, test.want, w.Header().Get("Retry-After"), test.err)
	}
}

func TestWrite_Headers(t *testing.T) {
	success := func(w http.ResponseWriter) {
		for _, key := range []string{
			"Accept-Ranges", "Cache-Control", "Content-Digest", "Content-Disposition", "Content-Encoding", "Content-Language",
			"Content-Length", "Content-Location", "Content-MD5", "Content-Range", "Digest", "ETag", "Expires", "Last-Modified",
			"Repr-Digest", "Location", "Trailer", "Transfer-Encoding", "Surrogate-Control", "CDN-Cache-Control",
			"Cloudflare-CDN-Cache-Control",
		} {
			w.Header().Set(key, "stale")
			w.Header()[key] = []string{"stale"} // in this spelling, even if it is not canonical
		}
		for _, key := range []string{
			"content-type", "CONTENT-encoding", "transfer-encoding", "cdn-cache-control",
			http.TrailerPrefix + "Digest",
		} {
			w.Header()[key] = []string{"stale"}
		}
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Allow", "GET")
		w.Header().Set("Vary", "Authorization")
		w.Header().Add("Set-Cookie", "a=b")
		w.Header().Set("Retry-After", "30")
		w.Header().Set("Content-Security-Policy", "sandbox")
	}
	want := http.Header{
		"Allow": {"GET"}, "Vary": {"Authorization"}, "Set-Cookie": {"a=b"},
		"Retry-After": {"30"}, "Content-Security-Policy": {"sandbox"},
		"Content-Type": {"application/json"}, "Content-Length": {"37"}, "X-Content-Type-Options": {"nosniff"},
	}

	t.Run("headers of the handler's body are dropped", func(t *testing.T) {
		w := get(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
			success(w)
			return pkerr.NotFound
		}))
		require.Equal(t, want, w.Header())
	})
	t.Run("an encoding that a middleware has set is kept", func(t *testing.T) {
		w := get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			failing(pkerr.NotFound).ServeHTTP(w, r)
		}))
		require.Equal(t, "gzip", w.Header().Get("Content-Encoding"))
		require.Empty(t, w.Header().Get("Content-Length"), "it would be that of the unencoded body")
	})
	t.Run("headers in any spelling", func(t *testing.T) {
		lower := "content-encoding"
		w := get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()[lower] = []string{"gzip"}
			failing(pkerr.NotFound).ServeHTTP(w, r)
		}))
		require.Equal(t, []string{"gzip"}, w.Header()["Content-Encoding"])
		require.Empty(t, w.Header().Get("Content-Length"))
		w = get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()[lower] = []string{"gzip"}
			server.Write(w, r, pkerr.NotFound)
		}))
		require.Equal(t, []string{"gzip"}, w.Header()[lower])
		require.Empty(t, w.Header().Get("Content-Length"))
	})
	t.Run("an encoding of unknown origin is kept, as by http.Error", func(t *testing.T) {
		w := get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			success(w)
			server.Write(w, r, pkerr.NotFound)
		}))
		want := want.Clone()
		want.Set("Content-Encoding", "stale")
		want["CONTENT-encoding"] = []string{"stale"}
		want.Del("Content-Length")
		require.Equal(t, want, w.Header())
	})
	t.Run("an encoding behind another writer, which may encode", func(t *testing.T) {
		w := get(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
			success(w)
			server.Write(wrapper{w}, r, pkerr.NotFound)
			return nil
		}))
		require.Equal(t, "stale", w.Header().Get("Content-Encoding"))
		require.Empty(t, w.Header().Get("Content-Length"))
	})
	t.Run("no-store is kept in the second value", func(t *testing.T) {
		w := get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Cache-Control", "private")
			w.Header().Add("Cache-Control", "no-store")
			server.Write(w, r, pkerr.NotFound)
		}))
		require.Equal(t, []string{"private", "no-store"}, w.Header()["Cache-Control"])
	})
	t.Run("no-store is kept", func(t *testing.T) {
		w := get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "private, No-Store")
			server.Write(w, r, pkerr.NotFound)
		}))
		require.Equal(t, "private, No-Store", w.Header().Get("Cache-Control"))
	})
}

// A response that shared caches must not store remains so; other rules for a
// success do not apply to an error.
func TestWrite_CacheControl(t *testing.T) {
	for said, want := range map[string]string{
		"private": "no-store", "private, max-age=0, must-revalidate": "no-store", "No-Cache": "no-store", "no-store, private": "no-store, private",
		"public, max-age=600": "", "max-age=600": "",
	} {
		for _, key := range []string{"Cache-Control", "CDN-Cache-Control", "Surrogate-Control"} {
			w := httptest.NewRecorder()
			w.Header().Set(key, said)
			server.Write(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody), pkerr.NotFound)
			require.Equal(t, want, w.Header().Get(key), "%s: %s", key, said)
		}
	}
}
