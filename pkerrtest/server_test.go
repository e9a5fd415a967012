package pkerrtest_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
)

// forms are the ways in which a server listens.
func forms() map[string][]pkerrtest.Option {
	return map[string][]pkerrtest.Option{"in memory": nil, "TCP": {pkerrtest.WithTCP(), nil}}
}

func TestServer(t *testing.T) {
	for name, opts := range forms() {
		t.Run(name, func(t *testing.T) {
			s := pkerrtest.NewServer(t, opts...)
			s.On("GET /v2/members/{ref}").Reply(pkerr.MemberNotFound)
			for _, base := range []string{s.URL, "http://pluralkit.example", "https://pluralkit.example"} {
				resp, err := s.Client().Get(base + "/v2/members/abcde")
				require.NoError(t, err)
				require.ErrorIs(t, client.Check(resp), pkerr.MemberNotFound)
				require.NoError(t, resp.Body.Close())
			}
			require.Len(t, s.Requests(), 3)
		})
	}
}

func TestWithTCPIsReachedByOthers(t *testing.T) {
	s := pkerrtest.NewServer(t, pkerrtest.WithTCP())
	s.On("/v2/systems/exmpl").Reply(pkerr.SystemNotFound)
	own := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	require.Equal(t, `{"message":"System not found.","code":20001}`, do(t, own, "GET", s.URL+"/v2/systems/exmpl").body)
}

func TestClientsAreApart(t *testing.T) {
	s := pkerrtest.NewServer(t)
	s.Client().Timeout = 1
	require.Zero(t, s.Client().Timeout)
}

// A bubble ends only when all that was started in it has ended.
func TestServerInABubble(t *testing.T) {
	t.Run("idle connections", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			require.Equal(t, 404, do(t, s.Client(), "GET", s.URL+"/v2/").status)
		})
	})
	t.Run("a request is being answered", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			ended := make(chan error, 1)
			s.On("/v2/slow").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				<-r.Context().Done()
				ended <- r.Context().Err()
			}))
			failed := make(chan error, 1)
			go func() {
				_, err := send(t, s.Client(), "GET", s.URL+"/v2/slow")
				failed <- err
			}()
			synctest.Wait()
			s.Close()
			require.ErrorIs(t, <-ended, context.Canceled)
			require.Error(t, <-failed)
			s.Close()
		})
	})
	t.Run("a request is under way", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := pkerrtest.NewServer(t, pkerrtest.WithLatency(time.Hour))
			failed := make(chan error, 1)
			go func() {
				_, err := send(t, s.Client(), "GET", s.URL+"/v2/slow")
				failed <- err
			}()
			synctest.Wait()
			start := time.Now()
			s.Close()
			require.Error(t, <-failed)
			require.Zero(t, time.Since(start))
		})
	})
	t.Run("a body is not read to its end", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			s.On("/v2/long").ReplyBytes(200, nil, strings.Repeat("a", 1<<20))
			resp, err := s.Client().Get(s.URL + "/v2/long")
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
		})
	})
	t.Run("a body is never sent", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			body, pipe := io.Pipe()
			failed := make(chan error, 1)
			go func() {
				_, err := s.Client().Post(s.URL+"/v2/members", "application/json", body)
				failed <- err
			}()
			synctest.Wait()
			require.NoError(t, pipe.CloseWithError(io.ErrUnexpectedEOF))
			require.ErrorIs(t, <-failed, io.ErrUnexpectedEOF)
			synctest.Wait()
			require.Empty(t, s.Requests())
		})
	})
	t.Run("nobody is there any more", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := pkerrtest.NewServer(t)
			s.Close()
			_, err := send(t, s.Client(), "GET", s.URL)
			require.ErrorIs(t, err, net.ErrClosed)
		})
	})
}

func TestWithLatency(t *testing.T) {
	for name, latency := range map[string]time.Duration{
		"none": 0, "less than none": -time.Second, "even": 30 * time.Millisecond, "odd": 7 * time.Nanosecond, "long": time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pkerrtest.NewServer(t, pkerrtest.WithLatency(latency))
				s.On("/v2/short").Reply(pkerr.NotFound)
				s.On("/v2/empty").ReplyHandler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
				s.On("/v2/written").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.WriteString(w, strings.Repeat("a", 1<<20)) // more than net/http holds back
				}))
				s.On("/v2/flushed").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.(http.Flusher).Flush()
					<-r.Context().Done()
				}))
				s.On("/v2/controlled").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_ = http.NewResponseController(w).Flush()
					<-r.Context().Done()
				}))
				s.On("/v2/hinted").ReplyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.WriteHeader(http.StatusEarlyHints)
					w.WriteHeader(http.StatusNotFound)
				}))
				for _, path := range []string{"short", "empty", "written", "flushed", "controlled", "hinted", "unknown"} {
					sent := time.Now()
					resp, err := s.Client().Get(s.URL + "/v2/" + path)
					require.NoError(t, err)
					require.Equal(t, max(latency, 0), time.Since(sent), path)
					require.NoError(t, resp.Body.Close())

					requests := s.Requests()
					last := requests[len(requests)-1]
					require.Equal(t, max(latency, 0)/2, last.Time.Sub(sent), path)
					require.Equal(t, resp.StatusCode, last.Status, path)
				}
			})
		})
	}
}

// What was sent arrives, whether or not anybody waits for the answer.
func TestLatencyOfAClientThatGoesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pkerrtest.NewServer(t, pkerrtest.WithLatency(time.Second))
		for i, leaves := range []time.Duration{100 * time.Millisecond, 700 * time.Millisecond} {
			ctx, cancel := context.WithTimeout(t.Context(), leaves)
			req, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/v2/", nil)
			require.NoError(t, err)
			start := time.Now()
			_, err = s.Client().Do(req)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, leaves, time.Since(start))
			cancel()
			time.Sleep(time.Second)
			require.Len(t, s.Requests(), i+1)
			require.Equal(t, 500*time.Millisecond, s.Requests()[i].Time.Sub(start))
		}
	})
}

func TestConnectionsAreReused(t *testing.T) {
	for name, opts := range forms() {
		t.Run(name, func(t *testing.T) {
			s := pkerrtest.NewServer(t, opts...)
			for range 3 {
				do(t, s.Client(), "GET", s.URL+"/v2/")
			}
			// A body that is not closed keeps its connection.
			s.On("/v2/long").ReplyBytes(200, nil, strings.Repeat("a", 1<<20))
			resp, err := s.Client().Get(s.URL + "/v2/long")
			require.NoError(t, err)
			do(t, s.Client(), "GET", s.URL+"/v2/")
			require.NoError(t, resp.Body.Close())

			r := s.Requests()
			require.Equal(t, r[0].RemoteAddr, r[1].RemoteAddr)
			require.Equal(t, r[0].RemoteAddr, r[2].RemoteAddr)
			require.Equal(t, r[0].RemoteAddr, r[3].RemoteAddr)
			require.NotEqual(t, r[0].RemoteAddr, r[4].RemoteAddr)
			_, _, err = net.SplitHostPort(r[4].RemoteAddr)
			require.NoError(t, err)
		})
	}
}

// Close waits for the handlers of the script, which learn of it from the context.
func TestCloseWaitsForHandlers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pkerrtest.NewServer(t)
		ended := false
		s.On("/v2/slow").ReplyHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			time.Sleep(time.Second)
			ended = true
		}))
		go func() {
			_, err := s.Client().Get(s.URL + "/v2/slow")
			require.Error(t, err)
		}()
		synctest.Wait()
		s.Close()
		require.True(t, ended)
	})
}

// The API has no answer to a body that is too large for it, so what stands before the server says how large that is.
func TestABodyThatIsRefusedBeforeTheServer(t *testing.T) {
	s := pkerrtest.NewServer(t)
	s.On("POST /v2/members").ReplyBytes(200, nil, "{}")
	limited := http.MaxBytesHandler(s, 3)
	for body, want := range map[string]pkerr.Code{"123": 0, "1234": pkerr.ContentTooLarge} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "/v2/members", strings.NewReader(body))
		r.Header.Set("User-Agent", "pkerr")
		limited.ServeHTTP(w, r)
		require.Equal(t, want, pkerr.CodeOf(client.Check(w.Result())), body)
	}
	require.Len(t, s.Requests(), 1, "it did not arrive")
}

func TestWhatIsNotScripted(t *testing.T) {
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
		"scripted":                 {"GET", "/v2/members/abcde", nil, 404, "application/json", `{"message":"Member not found.","code":20002}`, true},
		"without the version":      {"GET", "/unversioned", nil, 403, "application/json", `{"message":"403: Missing permissions to access this resource","code":0}`, true},
		"unknown":                  {"GET", "/v2/memebrs/abcde", nil, 404, "", "", false},
		"unknown, with @me":        {"GET", "/v2/systems/@me/memebrs", nil, 404, "", "", false},
		"unknown, and nobody":      {"GET", "/v2/memebrs/abcde", []string{"User-Agent", ""}, 404, "", "", false},
		"a slash too many":         {"GET", "/v2/members/abcde/", nil, 404, "", "", false},
		"two slashes":              {"GET", "/v2//members/abcde", nil, 404, "", "", false},
		"a slash too few":          {"GET", "/v2/tree", nil, 404, "", "", false},
		"only the version":         {"GET", "/v2", nil, 404, "", "", false},
		"version 1":                {"GET", "/v1/s/exmpl", nil, 410, plain, `{"message":"Unsupported API version","code":0}`, false},
		"no version":               {"GET", "/members/abcde", nil, 400, plain, `{"message":"Unsupported API version","code":0}`, false},
		"nearly a version":         {"GET", "/v20/members/abcde", nil, 400, plain, `{"message":"Unsupported API version","code":0}`, false},
		"the root":                 {"GET", "/", nil, 400, plain, `{"message":"Unsupported API version","code":0}`, false},
		"another method":           {"PUT", "/v2/members/abcde", nil, 405, "", "", true},
		"no User-Agent":            {"GET", "/v2/members/abcde", []string{"User-Agent", ""}, 400, "", "", false},
		"an unknown User-Agent":    {"GET", "/v2/members/abcde", []string{"User-Agent", "unknown"}, 400, "", "", false},
		"@me without a token":      {"GET", "/v2/systems/@me", nil, 401, "application/json", `{"message":"401: Missing or invalid Authorization header","code":0}`, false},
		"@me with a token":         {"GET", "/v2/systems/@me", []string{"Authorization", "token"}, 403, "application/json", `{"message":"403: Missing permissions to access this resource","code":0}`, true},
		"@me, another method":      {"PUT", "/v2/systems/@me", nil, 401, "application/json", `{"message":"401: Missing or invalid Authorization header","code":0}`, false},
		"nobody, and without one":  {"GET", "/v2/systems/@me", []string{"User-Agent", ""}, 400, "", "", false},
		"OPTIONS":                  {"OPTIONS", "/v2/members/abcde", nil, 200, "", "", false},
		"OPTIONS of what is not":   {"OPTIONS", "/", []string{"User-Agent", ""}, 200, "", "", false},
		"HEAD":                     {"HEAD", "/v2/members/abcde", nil, 404, "application/json", "", true},
		"HEAD of what is not":      {"HEAD", "/v2/memebrs", nil, 404, "", "", false},
		"HEAD without the version": {"HEAD", "/", nil, 400, plain, "", false},
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

func TestServeHTTP(t *testing.T) {
	s := pkerrtest.NewServer(t)
	s.On("POST /v2/members").Reply(pkerr.MemberLimitReached)
	r := httptest.NewRequest("POST", "/v2/members", strings.NewReader(`{"name":"Alice"}`))
	r.Header.Set("User-Agent", "test")
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

// The server of a program may run for long, and does not keep all that it was ever sent.
func TestRequestsOfAProgram(t *testing.T) {
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

func TestServerOfAProgram(t *testing.T) {
	s := pkerrtest.NewServer(nil)
	defer s.Close()
	require.Equal(t, 404, do(t, s.Client(), "GET", s.URL+"/v2/members/abcde").status)
	require.PanicsWithValue(t, `pkerrtest: On("GET"): parsing "GET": at offset 0: host/path missing /`, func() { s.On("GET") })
	require.PanicsWithValue(t, `pkerrtest: On("/v2/x").Times(1): there is no reply before it`, func() { s.On("/v2/x").Times(1) })
	require.Panics(t, func() { pkerrtest.NewServer(nil, pkerrtest.WithRateLimit(pkerrtest.Rates{Get: -1})) })
	require.Equal(t, 500, do(t, s.Client(), "GET", s.URL+"/v2/x").status)
}
