package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

// roundTrip is a base that answers without a network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

const refusal = `{"message":"429: too many requests","retry_after":0,"scope":"generic_get","code":0}`

// refused is a 429 as the API sends it.
func refused(scope, limit string) *http.Response {
	resp := response(429, refusal)
	resp.Header.Set("X-RateLimit-Scope", scope)
	resp.Header.Set("X-RateLimit-Limit", limit)
	resp.Header.Set("X-RateLimit-Remaining", "0")
	return resp
}

// statuses answers with one status after another, then repeats the last, and
// counts the requests.
func statuses(count *atomic.Int32, all ...int) roundTrip {
	return func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_, _ = io.Copy(io.Discard, req.Body)
			_ = req.Body.Close()
		}
		i := int(count.Add(1)) - 1
		if status := all[min(i, len(all)-1)]; status != 429 {
			return response(status, `{"message":"x","code":0}`), nil
		}
		return refused("generic_get", "10"), nil
	}
}

func do(t *testing.T, transport http.RoundTripper, method, body string) (*http.Response, error) {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, "https://api.pluralkit.me/v2/members/abcde", reader)
	require.NoError(t, err)
	return (&http.Client{Transport: transport}).Do(req)
}

func TestTransport_RepeatsAfter429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int32
		start := time.Now()
		var waits []time.Duration
		transport := &client.Transport{
			Limiter: &holding{},
			Base:    statuses(&count, 429, 429, 200),
			OnWait: func(req *http.Request, wait client.Wait) {
				delay, err := wait.Delay, wait.Err
				require.Equal(t, "GET", req.Method)
				require.ErrorIs(t, err, pkerr.TooManyRequests)
				require.ErrorContains(t, err, "GET /v2/members/abcde: 429: too many requests")
				waits = append(waits, delay)
			},
		}
		resp, err := do(t, transport, http.MethodGet, "")
		require.NoError(t, err)
		require.NoError(t, client.Check(resp))
		require.EqualValues(t, 3, count.Load())
		require.Equal(t, 400*time.Millisecond, time.Since(start))
		require.Equal(t, []time.Duration{200 * time.Millisecond, 200 * time.Millisecond}, waits)
	})
}

func TestTransport_RepeatsOnly429(t *testing.T) {
	for _, status := range []int{200, 204, 301, 304, 400, 401, 404, 408, 425, 500, 502, 503, 504} {
		synctest.Test(t, func(t *testing.T) {
			var count atomic.Int32
			transport := &client.Transport{Base: roundTrip(func(*http.Request) (*http.Response, error) {
				count.Add(1)
				resp := response(status, "")
				resp.Header.Set("Retry-After", "1")
				return resp, nil
			})}
			resp, err := transport.RoundTrip(request(t, "https://api.pluralkit.me/"))
			require.NoError(t, err)
			require.Equal(t, status, resp.StatusCode)
			require.EqualValues(t, 1, count.Load())
		})
	}
	broken := errors.New("broken")
	_, err := (&client.Transport{Base: roundTrip(func(*http.Request) (*http.Response, error) { return nil, broken })}).
		RoundTrip(request(t, "https://api.pluralkit.me/"))
	require.ErrorIs(t, err, broken)
}

func TestTransport_GivesUpWithLastResponse(t *testing.T) {
	for name, c := range map[string]struct {
		maxAttempts int
		maxWait     time.Duration
		method      string
		body        io.Reader
		sent        int32
		took        time.Duration
	}{
		"after five attempts":                   {0, 0, "GET", nil, 5, 800 * time.Millisecond},
		"after MaxAttempts":                     {2, 0, "GET", nil, 2, 200 * time.Millisecond},
		"after one attempt":                     {1, 0, "GET", nil, 1, 0},
		"a negative MaxAttempts is the default": {-1, -1, "GET", nil, 5, 800 * time.Millisecond},
		"if the wait would be too long":         {0, 250 * time.Millisecond, "GET", nil, 2, 200 * time.Millisecond},
		"if there is no GetBody":                {0, 0, "PATCH", io.MultiReader(strings.NewReader("x")), 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var count atomic.Int32
				start := time.Now()
				transport := &client.Transport{Base: statuses(&count, 429), Limiter: &holding{}, MaxAttempts: c.maxAttempts, MaxWait: c.maxWait}
				req, err := http.NewRequestWithContext(t.Context(), c.method, "https://api.pluralkit.me/v2/members/abcde", c.body)
				require.NoError(t, err)
				resp, err := transport.RoundTrip(req)
				require.NoError(t, err)
				body, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				require.Equal(t, refusal, string(body), "the response is intact")
				require.Equal(t, c.sent, count.Load())
				require.Equal(t, c.took, time.Since(start))
			})
		})
	}
}

func TestTransport_RepeatsWholeBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		transport := &client.Transport{Base: roundTrip(func(req *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(req.Body)
			require.NoError(t, err)
			require.NoError(t, req.Body.Close())
			if bodies = append(bodies, string(body)); len(bodies) < 3 {
				return refused("generic_update", "3"), nil
			}
			return response(200, ""), nil
		})}
		resp, err := do(t, transport, http.MethodPatch, `{"name":"Ada"}`)
		require.NoError(t, err)
		require.Equal(t, 200, resp.StatusCode)
		require.Equal(t, []string{`{"name":"Ada"}`, `{"name":"Ada"}`, `{"name":"Ada"}`}, bodies)
	})
}

// A server may refuse a request before it has read its body. The next attempt
// waits until that body is closed.
func TestTransport_OneReaderOfBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reading atomic.Int32
		tries := 0
		transport := &client.Transport{Base: roundTrip(func(req *http.Request) (*http.Response, error) {
			tries++
			require.EqualValues(t, 1, reading.Add(1))
			go func() {
				time.Sleep(10 * time.Second) // the writer is slow to notice
				reading.Add(-1)
				_ = req.Body.Close()
			}()
			if tries == 1 {
				return refused("generic_update", "3"), nil
			}
			return response(200, ""), nil
		})}
		start := time.Now()
		_, err := do(t, transport, http.MethodPatch, "x")
		require.NoError(t, err)
		require.Equal(t, 2, tries)
		require.GreaterOrEqual(t, time.Since(start), 10*time.Second)
		time.Sleep(time.Minute)
	})
}

// closing reports whether a body was read to its end and closed.
type closing struct {
	io.Reader
	ended, closed bool
}

func (c *closing) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.ended = c.ended || err == io.EOF
	return n, err
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}

func TestTransport_DrainsDiscardedResponse(t *testing.T) {
	for name, c := range map[string]struct {
		body  func() io.Reader
		ended bool
	}{
		"a short body":  {func() io.Reader { return strings.NewReader(refusal) }, true},
		"a long body":   {func() io.Reader { return strings.NewReader(strings.Repeat("x", 100<<10)) }, false},
		"a broken body": {func() io.Reader { return failing{errors.New("broken")} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var refusals []*closing
				transport := &client.Transport{Base: roundTrip(func(*http.Request) (*http.Response, error) {
					for _, earlier := range refusals {
						require.True(t, earlier.closed)
						require.Equal(t, c.ended, earlier.ended)
					}
					if len(refusals) == 3 {
						return response(200, ""), nil
					}
					resp := refused("generic_get", "10")
					body := &closing{Reader: c.body()}
					resp.Body = body
					refusals = append(refusals, body)
					return resp, nil
				})}
				_, err := do(t, transport, http.MethodGet, "")
				require.NoError(t, err)
				require.Len(t, refusals, 3)
			})
		})
	}
}

// A request that gives up with an error leaves no body open.
func TestTransport_ClosesDiscardedResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := &closing{Reader: strings.NewReader(strings.Repeat("x", 100<<10))}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		transport := &client.Transport{Limiter: &asked{answers: []error{nil}}, Base: roundTrip(func(*http.Request) (*http.Response, error) {
			resp := refused("generic_get", "10")
			resp.Body = body
			return resp, nil
		})}
		resp, err := transport.RoundTrip(request(t, "https://api.pluralkit.me/").WithContext(ctx))
		require.ErrorIs(t, err, context.Canceled)
		require.Nil(t, resp)
		require.True(t, body.closed)
	})
}

// Transport changes neither the request nor its header, as http.RoundTripper
// requires.
func TestTransport_LeavesRequestUnchanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int32
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, "https://api.pluralkit.me/v2/members/abcde", strings.NewReader("x"))
		require.NoError(t, err)
		before := *req
		header := req.Header.Clone()
		_, err = (&client.Transport{Base: statuses(&count, 429, 429, 200)}).RoundTrip(req)
		require.NoError(t, err)
		require.EqualValues(t, 3, count.Load())
		require.True(t, before.Body == req.Body, "the body is the same one")
		require.Equal(t, header, req.Header)
		require.Equal(t, before.Context(), req.Context())
		again, err := req.GetBody()
		require.NoError(t, err)
		require.IsType(t, before.Body, again, "it has not been wrapped")
	})
}

func TestTransport_BaseReturnsNothing(t *testing.T) {
	var none *http.Response
	var failed error
	_, err := (&client.Transport{Base: roundTrip(func(*http.Request) (*http.Response, error) { return none, failed })}).
		RoundTrip(request(t, "https://api.pluralkit.me/"))
	require.ErrorContains(t, err, "no response and no error")
}

// A wait that is known to outlast the deadline is not begun, even if another
// request was refused.
func TestTransport_WaitOutlastsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport := &client.Transport{Base: roundTrip(func(*http.Request) (*http.Response, error) {
			return response(429, `{"retry_after":20000}`), nil
		})}
		start := time.Now()
		for i := range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			resp, err := transport.RoundTrip(request(t, "https://api.pluralkit.me/").WithContext(ctx))
			cancel()
			if i == 0 {
				require.NoError(t, err)
				require.ErrorIs(t, client.Check(resp), pkerr.TooManyRequests)
				continue
			}
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorContains(t, err, "not sent to api.pluralkit.me/generic_get: its turn comes in 20.1s, later than the context deadline allows")
			require.True(t, os.IsTimeout(err))
		}
		require.Zero(t, time.Since(start))
	})
}

func TestTransport_KeepsBodyIntact(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		body io.Reader
		want int
		err  error
	}{
		"a long body":                 {strings.NewReader(strings.Repeat("x", 200<<10)), 200 << 10, nil},
		"a body of exactly the limit": {strings.NewReader(strings.Repeat("x", 64<<10)), 64 << 10, nil},
		"a body that breaks off":      {io.MultiReader(strings.NewReader("abc"), failing{broken}), 3, broken},
	} {
		t.Run(name, func(t *testing.T) {
			body := &closing{Reader: c.body}
			transport := &client.Transport{MaxAttempts: 1, Base: roundTrip(func(*http.Request) (*http.Response, error) {
				resp := refused("generic_get", "10")
				resp.Body = body
				return resp, nil
			})}
			resp, err := transport.RoundTrip(request(t, "https://api.pluralkit.me/"))
			require.NoError(t, err)
			read, err := io.ReadAll(resp.Body)
			require.Equal(t, c.err, err)
			require.Len(t, read, c.want)
			require.NoError(t, resp.Body.Close())
			require.True(t, body.closed)
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestTransport_EndsWithContext(t *testing.T) {
	cause := errors.New("enough")
	for name, c := range map[string]struct {
		limiter client.Limiter
		held    time.Duration
	}{
		"while it waits after a 429":     {&client.LocalLimiter{}, 0},
		"while it is held for another":   {&client.LocalLimiter{}, time.Hour},
		"while it waits for its turn":    {&client.LocalLimiter{Pace: true}, time.Hour},
		"while another limiter is asked": {stuck{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var count atomic.Int32
				transport := &client.Transport{Base: statuses(&count, 429), Limiter: c.limiter, MaxAttempts: 1 << 30, MaxWait: 1000 * time.Hour}
				if c.held > 0 {
					c.limiter.Observe(t.Context(), client.Bucket{Host: "api.pluralkit.me", Scope: "generic_get"}, client.Observation{Rate: 10, Remaining: -1, Hold: c.held})
				}
				ctx, cancel := context.WithCancelCause(t.Context())
				var group sync.WaitGroup
				for range 3 {
					group.Go(func() {
						resp, err := transport.RoundTrip(request(t, "https://api.pluralkit.me/v2/x").WithContext(ctx))
						require.ErrorIs(t, err, cause)
						require.Nil(t, resp)
					})
				}
				time.Sleep(time.Minute + time.Millisecond)
				synctest.Wait()
				start := time.Now()
				cancel(cause)
				group.Wait()
				require.Zero(t, time.Since(start), "at once")
			})
		})
	}
}

// stuck is a limiter that never lets anything through.
type stuck struct{}

func (stuck) Wait(ctx context.Context, _ client.Bucket) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

func (stuck) Observe(context.Context, client.Bucket, client.Observation) {}

func TestTransport_ClosesBodyNeverSent(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	body := &closing{Reader: strings.NewReader("x")}
	req := request(t, "https://api.pluralkit.me/").WithContext(ctx)
	req.Body = body
	_, err := (&client.Transport{Base: roundTrip(nil)}).RoundTrip(req)
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, body.closed)
}

func TestTransport_HoldIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		transport := &client.Transport{Base: roundTrip(func(*http.Request) (*http.Response, error) {
			if first {
				first = false
				return response(429, `{"retry_after":9223372036854775807}`), nil
			}
			return response(200, ""), nil
		})}
		start := time.Now()
		resp, err := do(t, transport, http.MethodGet, "")
		require.NoError(t, err)
		require.Equal(t, 429, resp.StatusCode)
		require.Zero(t, time.Since(start), "a wait that is too long is not begun")
		resp, err = do(t, transport, http.MethodGet, "")
		require.NoError(t, err)
		require.Equal(t, 200, resp.StatusCode)
		require.Equal(t, 30*time.Second, time.Since(start), "half of MaxWait")
	})
}

// A refusal holds requests that count towards the same limit, and no others.
func TestTransport_HoldsOneBucket(t *testing.T) {
	type call struct{ method, path, token string }
	const hold = 10 * time.Second
	for name, c := range map[string]struct {
		before  []call // which teach the transport what it cannot know yet
		refused call
		scopes  map[call]string
		free    []call
		held    []call
	}{
		"writes do not hold reads, and reads do not hold writes": {
			refused: call{"PATCH", "/v2/members/a", ""},
			free:    []call{{"GET", "/v2/members/a", ""}, {"GET", "/v2/members/b", "t"}},
			held:    []call{{"PATCH", "/v2/members/b", ""}, {"POST", "/v2/members", "t"}, {"DELETE", "/v2/groups/a", ""}},
		},
		"HEAD is a write": {
			refused: call{"HEAD", "/v2/members/a", ""},
			free:    []call{{"GET", "/v2/members/a", ""}},
			held:    []call{{"PATCH", "/v2/members/b", ""}, {"HEAD", "/v2/systems/b", "t"}},
		},
		"the own system's limit does not hold that of the address": {
			refused: call{"GET", "/v2/systems/@me", "t"},
			free:    []call{{"GET", "/v2/systems/b", ""}, {"GET", "/v2/systems/@me", "u"}, {"PATCH", "/v2/systems/@me", "t"}, {"GET", "/v2/members/a", "t"}},
			held:    []call{{"GET", "/v2/systems/@me/members", "t"}},
		},
		"the limit of the address does not hold the own system's": {
			refused: call{"GET", "/v2/systems/b", "t"},
			free:    []call{{"GET", "/v2/systems/@me", "t"}},
			held:    []call{{"GET", "/v2/systems/c", "u"}, {"GET", "/v2/systems/c", ""}},
		},
		"a path that only looks like @me, or has no token, counts by address": {
			refused: call{"GET", "/v2/systems/b", ""},
			free:    []call{{"GET", "/v2/systems/@me", "t"}},
			held:    []call{{"GET", "/v2/systems/@mean", "t"}, {"GET", "/v2/systems/@me", ""}},
		},
		"the scope that the API names overrides the path": {
			before:  []call{{"GET", "/v2/members/mine", "t"}},
			refused: call{"GET", "/v2/members/mine", "t"},
			scopes:  map[call]string{{"GET", "/v2/members/mine", "t"}: "own_system_get"},
			free:    []call{{"GET", "/v2/groups/other", "t"}, {"GET", "/v2/members/other", "u"}, {"PATCH", "/v2/members/mine", "t"}},
			held:    []call{{"GET", "/v2/members/mine", "t"}, {"GET", "/v2/members/other", "t"}, {"GET", "/v2/systems/@me", "t"}},
		},
		"the scope of the refusal itself counts": {
			refused: call{"GET", "/v2/members/mine", "t"},
			scopes:  map[call]string{{"GET", "/v2/members/mine", "t"}: "own_system_get"},
			free:    []call{{"GET", "/v2/groups/other", "t"}},
			held:    []call{{"GET", "/v2/members/mine", "t"}, {"GET", "/v2/systems/@me", "t"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				refuse := false
				transport := &client.Transport{MaxAttempts: 1, Base: roundTrip(func(req *http.Request) (*http.Response, error) {
					resp := response(200, "")
					if refuse {
						resp = response(429, `{"retry_after":9900}`)
					}
					asked := call{req.Method, req.URL.Path, req.Header.Get("Authorization")}
					if scope := c.scopes[asked]; scope != "" {
						resp.Header.Set("X-RateLimit-Scope", scope)
						resp.Header.Set("X-RateLimit-Limit", "10")
					}
					return resp, nil
				})}
				send := func(c call) time.Duration {
					start := time.Now()
					req, err := http.NewRequestWithContext(t.Context(), c.method, "https://api.pluralkit.me"+c.path, nil)
					require.NoError(t, err)
					if c.token != "" {
						req.Header.Set("Authorization", c.token)
					}
					_, err = transport.RoundTrip(req)
					require.NoError(t, err)
					return time.Since(start)
				}
				for _, before := range c.before {
					send(before)
				}
				refuse = true
				send(c.refused)
				refuse = false
				for _, free := range c.free {
					require.Zero(t, send(free), "%v", free)
				}
				var group sync.WaitGroup
				for _, held := range c.held {
					group.Go(func() { require.Greater(t, send(held), hold-time.Second, "%v", held) })
				}
				group.Wait()
			})
		})
	}
}

func TestTransport_BucketHidesToken(t *testing.T) {
	spy := &spyLimiter{}
	req := request(t, "https://api.pluralkit.me/v2/systems/@me")
	req.Header.Set("Authorization", "s3cr3t")
	_, err := (&client.Transport{Limiter: spy, Base: roundTrip(func(*http.Request) (*http.Response, error) { return response(200, ""), nil })}).RoundTrip(req)
	require.NoError(t, err)
	require.Equal(t, "own_system_get", spy.bucket.Scope)
	require.Equal(t, "api.pluralkit.me", spy.bucket.Host)
	require.Len(t, spy.bucket.Owner, 16)
	require.NotContains(t, spy.bucket.Owner, "s3cr3t")
}

type spyLimiter struct{ bucket client.Bucket }

func (s *spyLimiter) Wait(_ context.Context, bucket client.Bucket) error {
	s.bucket = bucket
	return nil
}

func (*spyLimiter) Observe(context.Context, client.Bucket, client.Observation) {}

// Transport works over a real network, with a server that refuses a request
// before it reads the body.
func TestTransport_ReusesConnection(t *testing.T) {
	var tries atomic.Int32
	var connections sync.Map
	address, httpClient := serve(t, func(w http.ResponseWriter, r *http.Request) {
		connections.Store(r.RemoteAddr, true)
		if tries.Add(1) < 4 {
			w.Header().Set("X-RateLimit-Limit", "1000")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(w, refusal)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != "hello" {
			w.WriteHeader(http.StatusTeapot)
		}
	})
	resp, err := do(t, rewritten{address, &client.Transport{Base: httpClient.Transport}}, http.MethodPost, "hello")
	require.NoError(t, err)
	require.NoError(t, client.Check(resp))
	require.NoError(t, resp.Body.Close())
	require.EqualValues(t, 4, tries.Load())
	count := 0
	connections.Range(func(any, any) bool { count++; return true })
	require.Equal(t, 1, count, "connections")
}

// rewritten sends all requests to one address.
type rewritten struct {
	address string
	base    http.RoundTripper
}

func (r rewritten) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host = "http", strings.TrimPrefix(r.address, "http://")
	return r.base.RoundTrip(req)
}

func TestTransport_ResponseWithoutBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport := &client.Transport{MaxAttempts: 2, Base: roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 429, Header: http.Header{}}, nil
		})}
		resp, err := transport.RoundTrip(request(t, "https://api.pluralkit.me/"))
		require.NoError(t, err)
		require.ErrorIs(t, client.Check(resp), pkerr.TooManyRequests)
	})
}

// A Base may ask for the body again by itself, as net/http does if a
// connection turns out to be dead.
func TestTransport_WaitsForBodiesOfBase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reading atomic.Int32
		tries := 0
		transport := &client.Transport{Base: roundTrip(func(req *http.Request) (*http.Response, error) {
			require.Zero(t, reading.Load(), "bodies that are still read")
			if tries++; tries > 1 {
				_ = req.Body.Close()
				return response(200, ""), nil
			}
			_ = req.Body.Close()
			again, err := req.GetBody()
			require.NoError(t, err)
			reading.Add(1)
			go func() {
				time.Sleep(10 * time.Second)
				reading.Add(-1)
				_ = again.Close()
			}()
			return refused("generic_update", "3"), nil
		})}
		_, err := do(t, transport, http.MethodPatch, "x")
		require.NoError(t, err)
		require.Equal(t, 2, tries)
	})
}

// holding is a limiter that lets requests through at once, or, if a refusal
// holds them, as soon as the hold ends.
type holding struct {
	mu    sync.Mutex
	until map[client.Bucket]time.Time
}

func (l *holding) Wait(ctx context.Context, bucket client.Bucket) error {
	for {
		l.mu.Lock()
		delay := time.Until(l.until[bucket])
		l.mu.Unlock()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if delay <= 0 {
			return nil
		}
		if deadline, ok := ctx.Deadline(); ok && delay > time.Until(deadline) {
			return &client.WaitError{Bucket: bucket, Delay: delay}
		}
		select {
		case <-time.After(delay):
		case <-ctx.Done():
		}
	}
}

func (l *holding) Observe(_ context.Context, bucket client.Bucket, seen client.Observation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until == nil {
		l.until = map[client.Bucket]time.Time{}
	}
	if until := time.Now().Add(seen.Hold); until.After(l.until[bucket]) {
		l.until[bucket] = until
	}
}

// asked is a limiter that gives preset answers, and records what it observes.
type asked struct {
	answers []error
	waits   int
	rates   []int
}

func (l *asked) Wait(ctx context.Context, _ client.Bucket) error {
	if l.waits++; l.waits <= len(l.answers) {
		return l.answers[l.waits-1]
	}
	<-ctx.Done()
	return context.Cause(ctx)
}

func (l *asked) Observe(_ context.Context, _ client.Bucket, seen client.Observation) {
	rate, hold := seen.Rate, seen.Hold
	l.rates = append(l.rates, rate, int(hold.Milliseconds()))
}

func TestTransport_MaxWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int32
		start := time.Now()
		transport := &client.Transport{Base: statuses(&count, 429), Limiter: &asked{answers: []error{nil}}, MaxWait: time.Second}
		resp, err := transport.RoundTrip(request(t, "https://api.pluralkit.me/"))
		require.NoError(t, err, "a wait that becomes too long ends with the last response")
		require.Equal(t, 429, resp.StatusCode)
		require.EqualValues(t, 1, count.Load())
		require.Equal(t, time.Second, time.Since(start))

		start = time.Now()
		transport = &client.Transport{Base: statuses(&count, 200), Limiter: &asked{}, MaxWait: time.Second}
		_, err = do(t, transport, http.MethodGet, "")
		require.ErrorIs(t, err, context.DeadlineExceeded, "without a response, with an error")
		require.ErrorContains(t, err, "not sent to api.pluralkit.me/generic_get: its turn comes later than MaxWait allows")
		require.True(t, os.IsTimeout(err))
		require.Equal(t, time.Second, time.Since(start))
		require.EqualValues(t, 1, count.Load())
	})
}

// A request that was never sent fails with the error of the limiter. A request
// that was refused gets its 429.
func TestTransport_LimiterFails(t *testing.T) {
	broken := errors.New("no connection to the store")
	var count atomic.Int32
	_, err := do(t, &client.Transport{Base: statuses(&count, 429), Limiter: &asked{answers: []error{broken}}}, http.MethodGet, "")
	require.ErrorIs(t, err, broken)
	require.False(t, os.IsTimeout(err))
	require.Zero(t, count.Load())

	resp, err := do(t, &client.Transport{Base: statuses(&count, 429), Limiter: &asked{answers: []error{nil, broken}}}, http.MethodGet, "")
	require.NoError(t, err)
	require.ErrorIs(t, client.Check(resp), pkerr.TooManyRequests)
	require.EqualValues(t, 1, count.Load())
}

func TestTransport_GetBodyFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		req := request(t, "https://api.pluralkit.me/")
		req.Method, req.Body = http.MethodPatch, io.NopCloser(strings.NewReader("x"))
		req.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("lost") }
		var count atomic.Int32
		resp, err := (&client.Transport{Base: statuses(&count, 429)}).RoundTrip(req)
		require.NoError(t, err)
		require.ErrorIs(t, client.Check(resp), pkerr.TooManyRequests)
		require.EqualValues(t, 1, count.Load())
	})
}

func TestTransport_EndsWithContextWhileBodyIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPatch, "https://api.pluralkit.me/", strings.NewReader("x"))
		require.NoError(t, err)
		start := time.Now()
		limiter := &asked{answers: []error{nil}}
		_, err = (&client.Transport{Limiter: limiter, Base: roundTrip(func(*http.Request) (*http.Response, error) {
			return refused("generic_update", "3"), nil // and never closes the body
		})}).RoundTrip(req)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(start))
		require.Equal(t, 1, limiter.waits, "no turn is taken before the body can be sent")
	})
}

func TestTransport_Observes(t *testing.T) {
	limiter := &asked{answers: []error{nil, nil, nil, nil}}
	responses := []*http.Response{response(200, ""), refused("generic_get", "10"), response(500, ""), response(429, `{"retry_after":5}`)}
	responses[2].Header.Set("X-RateLimit-Limit", "7")
	transport := &client.Transport{MaxAttempts: 1, Limiter: limiter, Base: roundTrip(func(*http.Request) (*http.Response, error) {
		resp := responses[0]
		responses = responses[1:]
		return resp, nil
	})}
	for range 4 {
		_, err := transport.RoundTrip(request(t, "https://api.pluralkit.me/"))
		require.NoError(t, err)
	}
	require.Equal(t, []int{10, 200, 7, 0, 0, 100, 0, 105}, limiter.rates,
		"rate and hold of each response that says either, and again if the body asks for longer than its header")
}

func TestTransport_CloseIdleConnections(t *testing.T) {
	base := &idle{}
	(&http.Client{Transport: &client.Transport{Base: base}}).CloseIdleConnections()
	require.True(t, base.closed)
	(&client.Transport{Base: roundTrip(nil)}).CloseIdleConnections()
}

type idle struct {
	roundTrip

	closed bool
}

func (i *idle) CloseIdleConnections() { i.closed = true }
