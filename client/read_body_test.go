package client_test

import (
	"context"
	"io"
	"net/http"
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

// stuckBody is a body that never comes. Its Read ends when it is closed, or
// only with the test.
type stuckBody struct {
	begin string
	end   <-chan struct{}

	once   sync.Once
	closed chan struct{}
}

func newStuckBody(begin string, end <-chan struct{}) *stuckBody {
	return &stuckBody{begin: begin, end: end, closed: make(chan struct{})}
}

func (b *stuckBody) Read(p []byte) (int, error) {
	if b.begin != "" {
		n := copy(p, b.begin)
		b.begin = b.begin[n:]
		return n, nil
	}
	if b.end == nil {
		<-b.closed
	} else {
		<-b.end
	}
	return 0, io.ErrClosedPipe
}

func (b *stuckBody) Close() error {
	b.once.Do(func() { close(b.closed) })
	return nil
}

// slowClose is a body whose Close ends with the test.
type slowClose struct {
	io.Reader

	end <-chan struct{}
}

func (b slowClose) Close() error {
	<-b.end
	return nil
}

// late is a body that comes after a while.
type late struct {
	io.Reader

	after time.Duration
}

func (b *late) Read(p []byte) (int, error) {
	time.Sleep(b.after)
	b.after = 0
	return b.Reader.Read(p)
}

// observed is a limiter that lets everything through, and notes what it
// observes.
type observed struct {
	mu    sync.Mutex
	start time.Time
	holds []hold
}

type hold struct{ at, hold time.Duration }

func (*observed) Wait(ctx context.Context, _ client.Bucket) error { return ctx.Err() }

func (l *observed) Observe(_ context.Context, _ client.Bucket, seen client.Observation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.holds = append(l.holds, hold{time.Since(l.start), seen.Hold})
}

// A refusal whose body never comes holds its bucket at once, and gives the
// request back in the end.
func TestTransport_BodyNeverComes(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		retryAfter string
		maxWait    time.Duration
		ends       bool // Read ends when the body is closed
		holds      []hold
		took       time.Duration
	}{
		"a Retry-After header":                        {"2", 0, true, []hold{{0, 200 * ms}, {25 * ms, 2100 * ms}}, 5 * time.Second},
		"no Retry-After header":                       {"", 0, true, []hold{{0, 200 * ms}}, 5 * time.Second},
		"a Retry-After longer than MaxWait":           {"2", time.Second, true, []hold{{0, 200 * ms}, {25 * ms, 500 * ms}}, time.Second},
		"a body that cannot be closed":                {"2", 0, false, []hold{{0, 200 * ms}, {25 * ms, 2100 * ms}}, 5 * time.Second},
		"a body that cannot be closed before MaxWait": {"", time.Second, false, []hold{{0, 200 * ms}}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var end chan struct{}
				if !c.ends {
					end = make(chan struct{})
					defer close(end)
				}
				body := newStuckBody(`{"message":"429: too ma`, end)
				limiter := &observed{start: time.Now()}
				transport := &client.Transport{Limiter: limiter, MaxAttempts: 1, MaxWait: c.maxWait, Base: roundTrip(func(*http.Request) (*http.Response, error) {
					resp := refused("generic_get", "10")
					resp.Body = body
					if c.retryAfter != "" {
						resp.Header.Set("Retry-After", c.retryAfter)
					}
					return resp, nil
				})}
				resp, err := transport.RoundTrip(request(t, "https://api.pluralkit.me/v2/members/abcde"))
				require.NoError(t, err)
				require.Equal(t, c.took, time.Since(limiter.start))
				require.Equal(t, c.holds, limiter.holds)
				synctest.Wait()
				select {
				case <-body.closed:
				default:
					t.Fatal("the body was not closed")
				}

				read, err := io.ReadAll(resp.Body)
				require.ErrorContains(t, err, "did not come in time")
				require.Equal(t, `{"message":"429: too ma`, string(read), "what was received is kept")
				require.ErrorIs(t, client.Check(resp), pkerr.TooManyRequests)
			})
		})
	}
}

// Other requests wait at once for as long as the header of a refusal says.
func TestTransport_HoldsBeforeBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int32
		transport := &client.Transport{Limiter: &holding{}, Base: roundTrip(func(*http.Request) (*http.Response, error) {
			if count.Add(1) > 1 {
				return response(200, ""), nil
			}
			resp := refused("generic_get", "10")
			resp.Body = newStuckBody("", nil)
			resp.Header.Set("Retry-After", "2")
			return resp, nil
		})}
		var group sync.WaitGroup
		start := time.Now()
		group.Go(func() {
			_, err := do(t, transport, http.MethodGet, "")
			require.NoError(t, err)
			require.Equal(t, 5*time.Second, time.Since(start), "it is sent again")
		})
		synctest.Wait()
		group.Go(func() {
			_, err := do(t, transport, http.MethodGet, "")
			require.NoError(t, err)
			require.Equal(t, 2125*time.Millisecond, time.Since(start))
		})
		group.Wait()
	})
}

// A late body counts if it asks for a longer wait.
func TestTransport_LateBody(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		header map[string]string
		body   string
		after  time.Duration
		holds  []hold
	}{
		"a prompt body, shorter than Retry-After": {map[string]string{"Retry-After": "1"}, `{"retry_after":19}`, 0, []hold{{0, 100 * ms}, {0, 119 * ms}}},
		"a late body, shorter than Retry-After":   {map[string]string{"Retry-After": "1"}, `{"retry_after":19}`, 100 * ms, []hold{{0, 100 * ms}, {25 * ms, 1100 * ms}}},
		"a late body, longer than Retry-After":    {map[string]string{"Retry-After": "1"}, `{"retry_after":5000}`, 100 * ms, []hold{{0, 100 * ms}, {25 * ms, 1100 * ms}, {100 * ms, 5100 * ms}}},
		"a prompt body, longer than Retry-After":  {map[string]string{"Retry-After": "1"}, `{"retry_after":5000}`, 0, []hold{{0, 100 * ms}, {0, 5100 * ms}}},
		"no hint":                                 {nil, `Too many requests`, 0, []hold{{0, 100 * ms}, {0, time.Second}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limiter := &observed{start: time.Now()}
				transport := &client.Transport{Limiter: limiter, MaxAttempts: 1, Base: roundTrip(func(*http.Request) (*http.Response, error) {
					resp := response(429, "")
					resp.Body = io.NopCloser(&late{strings.NewReader(c.body), c.after})
					for key, value := range c.header {
						resp.Header.Set(key, value)
					}
					return resp, nil
				})}
				resp, err := transport.RoundTrip(request(t, "https://api.pluralkit.me/v2/members/abcde"))
				require.NoError(t, err)
				require.Equal(t, c.after, time.Since(limiter.start))
				require.Equal(t, c.holds, limiter.holds)
				read, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				require.Equal(t, c.body, string(read))
			})
		})
	}
}

// The context ends while the body of a refusal is read.
func TestTransport_EndsWithContextWhileBodyIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := (&client.Transport{Base: roundTrip(func(*http.Request) (*http.Response, error) {
			resp := refused("generic_get", "10")
			resp.Body = newStuckBody("", nil)
			return resp, nil
		})}).RoundTrip(request(t, "https://api.pluralkit.me/").WithContext(ctx))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, pkerr.TooManyRequests)
		require.Equal(t, time.Second, time.Since(start))
	})
}

// A body that cannot be closed does not delay the request.
func TestTransport_BodyThatIsNotClosed(t *testing.T) {
	for name, size := range map[string]int{"a short one": 10, "a long one": 100 << 10} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				end := make(chan struct{})
				defer close(end)
				var count atomic.Int32
				transport := &client.Transport{Base: roundTrip(func(*http.Request) (*http.Response, error) {
					if count.Add(1) > 1 {
						return response(200, ""), nil
					}
					resp := refused("generic_get", "10")
					resp.Body = slowClose{strings.NewReader(strings.Repeat("x", size)), end}
					return resp, nil
				})}
				start := time.Now()
				resp, err := do(t, transport, http.MethodGet, "")
				require.NoError(t, err)
				require.Equal(t, 200, resp.StatusCode)
				require.Less(t, time.Since(start), 6*time.Second)
			})
		})
	}
}

// MaxWait also bounds a GetBody that does not return, and the wait for a
// request body that Base does not close.
func TestTransport_RequestBodyNeverComes(t *testing.T) {
	t.Run("GetBody", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			end := make(chan struct{})
			body := &closing{Reader: strings.NewReader("x")}
			req := request(t, "https://api.pluralkit.me/")
			req.Method, req.Body = http.MethodPatch, io.NopCloser(strings.NewReader("x"))
			req.GetBody = func() (io.ReadCloser, error) {
				<-end
				return body, nil
			}
			var count atomic.Int32
			start := time.Now()
			resp, err := (&client.Transport{Base: statuses(&count, 429), MaxWait: 10 * time.Second}).RoundTrip(req)
			require.NoError(t, err)
			require.ErrorIs(t, client.Check(resp), pkerr.TooManyRequests)
			require.Equal(t, 10*time.Second, time.Since(start))
			close(end)
			synctest.Wait()
			require.True(t, body.closed, "a body that comes too late is closed")
		})
	})
	t.Run("Close", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			resp, err := do(t, &client.Transport{MaxWait: 10 * time.Second, Base: roundTrip(func(*http.Request) (*http.Response, error) {
				return refused("generic_update", "3"), nil // and never closes the body
			})}, http.MethodPatch, "x")
			require.NoError(t, err)
			require.ErrorIs(t, client.Check(resp), pkerr.TooManyRequests)
			require.Equal(t, 10*time.Second, time.Since(start))
		})
	})
}

// A refusal over a real connection that stalls is given up, and so is the
// connection.
func TestTransport_BodyStallsOnNetwork(t *testing.T) {
	gone := make(chan struct{})
	address, httpClient := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"message":`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(gone)
	})
	transport := rewritten{address, &client.Transport{Base: httpClient.Transport, MaxWait: 100 * time.Millisecond}}
	resp, err := do(t, transport, http.MethodGet, "")
	require.NoError(t, err)
	require.ErrorIs(t, client.Check(resp), pkerr.TooManyRequests)
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Fatal("the connection is still there")
	}
}
