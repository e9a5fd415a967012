package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

func response(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

func request(t *testing.T, address string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	require.NoError(t, err)
	return req
}

// requireResponseError returns the ResponseError in the chain of err.
func requireResponseError(t *testing.T, err error) *client.ResponseError {
	t.Helper()
	e, ok := errors.AsType[*client.ResponseError](err)
	require.True(t, ok, "%v is not a ResponseError", err)
	return e
}

func TestCheck_Success(t *testing.T) {
	for status := 200; status <= 299; status++ {
		resp := &http.Response{StatusCode: status, Body: io.NopCloser(iotest.ErrReader(errors.New("read")))}
		require.NoError(t, client.Check(resp))
	}
	for _, status := range []int{0, 100, 199, 300, 301, 304, 400, 404, 500, 999} {
		require.Error(t, client.Check(response(status, "")))
	}
}

func TestCheck_NoResponse(t *testing.T) {
	require.ErrorContains(t, client.Check(nil), "no response")
	require.ErrorIs(t, client.Check(&http.Response{StatusCode: 404}), pkerr.NotFound, "made by hand, without a body")
	require.ErrorIs(t, client.Check(&http.Response{StatusCode: 404, Request: &http.Request{}}), pkerr.NotFound)
}

func TestCheck_MethodAndPath(t *testing.T) {
	resp := response(404, "")
	resp.Request = request(t, "https://user:pw@api.pluralkit.me/v2/members/a%2Fb%0A?limit=5#x")
	e := requireResponseError(t, client.Check(resp))
	require.Equal(t, "GET", e.Method)
	require.Equal(t, "GET", requireResponseError(t, client.Check(&http.Response{StatusCode: 404, Request: &http.Request{}})).Method, "an empty method is a GET")
	require.Equal(t, "/v2/members/a/b\n", e.Path, "as http.Request has it")
	resp.Request.URL = &url.URL{Scheme: "https", Host: "api.pluralkit.me"}
	require.Equal(t, "/", requireResponseError(t, client.Check(resp)).Path)

	resp.Request.URL = &url.URL{Opaque: "//user:pw@host/x"}
	require.Empty(t, requireResponseError(t, client.Check(resp)).Path)
}

func TestCheck_LongBody(t *testing.T) {
	const limit = 64 << 10
	object := func(length int) string {
		const before, after = `{"code":20001,"message":"`, `"}`
		return before + strings.Repeat("x", length-len(before)-len(after)) + after
	}
	for _, known := range []bool{true, false} {
		for _, length := range []int{100, 511, 512, 513, limit - 1, limit, limit + 1, 3 * limit} {
			for _, atOnce := range []bool{true, false} {
				resp := response(404, object(length))
				if !known {
					resp.ContentLength = -1
				}
				if atOnce {
					// Like net/http for a known length, this returns the end
					// with the last bytes.
					resp.Body = io.NopCloser(iotest.DataErrReader(resp.Body))
				}
				e := requireResponseError(t, client.Check(resp))
				require.Len(t, e.Body, min(length, limit))
				require.Equal(t, length > limit, e.Truncated)
				if length <= limit {
					require.ErrorIs(t, e, pkerr.SystemNotFound)
				} else {
					require.Equal(t, pkerr.NotFound, pkerr.CodeOf(e), "half an object is not decoded")
				}
			}
		}
	}
}

// A truncated text is not the message, because the rest may be HTML.
func TestCheck_TruncatedText(t *testing.T) {
	for limit, want := range map[int]string{4: "502: Bad Gateway", 5: "502: words"} {
		resp := response(502, "words")
		resp.Header.Set("Content-Type", "text/plain")
		require.Equal(t, want, client.Check(resp, client.WithBodyLimit(int64(limit))).Error())
	}
}

func TestCheck_NoBody(t *testing.T) {
	e := requireResponseError(t, client.Check(&http.Response{StatusCode: 404, Body: http.NoBody, ContentLength: 65000}))
	require.Zero(t, cap(e.Body))
	require.False(t, e.Truncated)
}

func TestCheck_NilOption(t *testing.T) {
	resp := response(404, `{"message":"System not found.","code":20001}`)
	require.ErrorIs(t, client.Check(resp, []client.Option{nil, nil}...), pkerr.SystemNotFound)
}

func TestWithBodyLimit(t *testing.T) {
	const body = `{"message":"System not found.","code":20001}`
	for limit, want := range map[int64]string{
		math.MaxInt64: body, int64(len(body)): body, int64(len(body)) - 1: body[:len(body)-1], 1: "{", 0: body, -1: body, math.MinInt64: body,
	} {
		for _, length := range []int64{-1, 0, int64(len(body)), math.MaxInt64} {
			resp := response(404, body)
			resp.ContentLength = length
			e := requireResponseError(t, client.Check(resp, client.WithBodyLimit(limit)))
			require.Equal(t, want, string(e.Body))
			require.Equal(t, want != body, e.Truncated)
			require.ErrorIs(t, e, pkerr.NotFound)
		}
	}
}

// endless is a body that never ends, and counts the bytes that are read.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

func TestCheck_EndlessBody(t *testing.T) {
	for _, length := range []int64{-1, 0, 5, math.MaxInt64} {
		body := &endless{}
		resp := &http.Response{StatusCode: 502, Body: io.NopCloser(body), ContentLength: length}
		e := requireResponseError(t, client.Check(resp))
		require.True(t, e.Truncated)
		require.Len(t, e.Body, 64<<10)
		require.Equal(t, 64<<10+1, body.read, "one byte more, to see whether it ends")
		require.NoError(t, resp.Body.Close())
		require.LessOrEqual(t, body.read, 64<<10+1+64<<10)
	}
}

func TestCheck_ReadError(t *testing.T) {
	broken := errors.New("broken")
	for name, body := range map[string]string{"half": `{"message":"System not found.","code":2`, "none": "", "whole": `{"message":"System not found.","code":20001}`} {
		t.Run(name, func(t *testing.T) {
			resp := response(404, "")
			resp.ContentLength = 45
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), iotest.ErrReader(broken)))
			e := requireResponseError(t, client.Check(resp))
			require.ErrorIs(t, e, broken)
			require.ErrorIs(t, e, pkerr.NotFound)
			require.Equal(t, name == "whole", errors.Is(e, pkerr.SystemNotFound))
			require.True(t, e.Truncated)
			require.Equal(t, body, string(e.Body))
			require.ErrorContains(t, e, "broken")
		})
	}
}

// serve starts a server, which stops with the test.
func serve(t *testing.T, handler http.HandlerFunc) (string, *http.Client) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL, server.Client()
}

func TestCheck_BrokenConnection(t *testing.T) {
	address, httpClient := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "45")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"message":"System not found.","code":2`)
	})
	resp, err := httpClient.Do(request(t, address+"/v2/systems/abcde"))
	require.NoError(t, err)
	defer resp.Body.Close()
	err = client.Check(resp)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorIs(t, err, pkerr.NotFound)
	require.NotErrorIs(t, err, pkerr.SystemNotFound)
}

func TestCheck_ContextDone(t *testing.T) {
	address, httpClient := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html>")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	resp, err := httpClient.Do(request(t, address).WithContext(ctx))
	require.NoError(t, err)
	defer resp.Body.Close()
	cancel()
	err = client.Check(resp)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, pkerr.InternalServerError)
	require.Equal(t, 502, requireResponseError(t, err).Status)
}

func TestCheck_ConnectionReuse(t *testing.T) {
	for name, c := range map[string]struct {
		length  int
		chunked bool
		reused  bool
	}{
		"usual":           {44, false, true},
		"chunked":         {44, true, true},
		"empty":           {0, false, true},
		"a page of HTML":  {6 << 10, true, true},
		"a little longer": {65 << 10, true, true},
		"twice as long":   {127 << 10, true, true},
		"much longer":     {4 << 20, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			address, httpClient := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if !c.chunked {
					w.Header().Set("Content-Length", fmt.Sprint(c.length))
				}
				w.WriteHeader(http.StatusNotFound)
				_, _ = io.WriteString(w, strings.Repeat("x", c.length))
			})
			reused := false
			trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused }}
			for range 2 {
				resp, err := httpClient.Do(request(t, address).WithContext(httptrace.WithClientTrace(t.Context(), trace)))
				require.NoError(t, err)
				require.ErrorIs(t, client.Check(resp), pkerr.NotFound)
				require.NoError(t, resp.Body.Close())
			}
			require.Equal(t, c.reused, reused)
		})
	}
}

// After Check a body can be read as before, whether Check has read all of it or
// not, and closing it closes the original.
func TestCheck_BodyCanBeReadAgain(t *testing.T) {
	const limit = 64 << 10
	lengths := []int{0, 1, 511, 512, 513, 8 << 10, limit - 1, limit, limit + 1, 3 * limit}
	for _, room := range []int{64, 88, 96, 320} {
		lengths = append(lengths, room-1, room, room+1)
	}
	for _, length := range lengths {
		want := strings.Repeat("0123456789", length/10+1)[:length]
		for _, announced := range []int64{-1, int64(length), 5, 95, 319} {
			for _, opts := range [][]client.Option{nil, {client.WithBodyLimit(1)}, {client.WithBodyLimit(100)}, {client.WithBodyLimit(math.MaxInt64)}} {
				original := &closeCounter{Reader: strings.NewReader(want)}
				resp := &http.Response{StatusCode: 404, Body: original, ContentLength: announced}
				first := client.Check(resp, opts...)
				for range 3 {
					again := client.Check(resp, opts...)
					require.Equal(t, first, again)
					requireResponseError(t, again).Body = nil
				}
				begin := make([]byte, min(length, 7))
				_, err := io.ReadFull(resp.Body, begin)
				require.NoError(t, err)
				rest, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				require.Equal(t, want, string(begin)+string(rest))
				require.Zero(t, original.closed)
				require.ErrorIs(t, resp.Body.Close(), errClosed, "the error of the original")
				require.Equal(t, 1, original.closed)
			}
		}
	}
}

var errClosed = errors.New("closed")

// closeCounter is a body that counts how often it is closed.
type closeCounter struct {
	io.Reader

	closed int
}

func (c *closeCounter) Close() error {
	c.closed++
	return errClosed
}

func TestCheck_BodyCanBeReadInPart(t *testing.T) {
	resp := response(404, "0123456789")
	require.Error(t, client.Check(resp, client.WithBodyLimit(4)))
	got, err := io.ReadAll(iotest.OneByteReader(resp.Body))
	require.NoError(t, err)
	require.Equal(t, "0123456789", string(got))
}

func TestCheck_BodyCanBeReadAfterClose(t *testing.T) {
	address, httpClient := serve(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "gone", http.StatusGone) })
	resp, err := httpClient.Do(request(t, address))
	require.NoError(t, err)
	want := client.Check(resp)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, want, client.Check(resp), "a RoundTripper may close a checked body")
	require.NoError(t, resp.Body.Close())
}

// The same read error follows the same bytes, however often the body is
// checked.
func TestCheck_ReadErrorTwice(t *testing.T) {
	for _, body := range []string{"", `{"message":"System not found.","code":20001}`, strings.Repeat("x", 1000)} {
		broken := errors.New("broken")
		resp := response(404, "")
		resp.ContentLength = -1
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), iotest.ErrReader(broken)))
		first := client.Check(resp)
		require.ErrorIs(t, first, broken)
		require.Equal(t, first, client.Check(resp))
		got, err := io.ReadAll(resp.Body)
		require.ErrorIs(t, err, broken)
		require.Equal(t, body, string(got))
	}
}

// Check does not report a read error after the limit.
func TestCheck_ReadErrorAfterTheLimit(t *testing.T) {
	resp := response(404, "")
	resp.Body = io.NopCloser(iotest.DataErrReader(io.MultiReader(strings.NewReader("01234"), iotest.ErrReader(errors.New("broken")))))
	first := client.Check(resp, client.WithBodyLimit(4))
	require.NotContains(t, first.Error(), "broken")
	require.Equal(t, first, client.Check(resp, client.WithBodyLimit(4)))
}

// checking is an http.RoundTripper that calls Check.
type checking struct{ http.RoundTripper }

func (c checking) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.RoundTripper.RoundTrip(req)
	if err == nil {
		_ = client.Check(resp)
	}
	return resp, err
}

func TestCheck_InRoundTripper(t *testing.T) {
	address, httpClient := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-RateLimit-Limit", "10")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"message":"429: too many requests","retry_after":900,"scope":"generic_get","code":0}`)
	})
	httpClient.Transport = checking{httpClient.Transport}
	resp, err := httpClient.Do(request(t, address))
	require.NoError(t, err)
	defer resp.Body.Close()
	err = client.Check(resp)
	require.ErrorIs(t, err, pkerr.TooManyRequests)
	delay, ok := client.RetryDelay(err)
	require.True(t, ok)
	require.Equal(t, time.Second, delay)
}

// hanging is a body that ends only when it is closed.
type hanging struct {
	io.Reader // the content before that

	reads  atomic.Int32
	closed chan struct{}
	once   sync.Once
}

func (h *hanging) Read(p []byte) (int, error) {
	if n, err := h.Reader.Read(p); err == nil {
		return n, nil
	}
	h.reads.Add(1)
	<-h.closed
	return 0, errClosed
}

func (h *hanging) Close() error {
	h.once.Do(func() { close(h.closed) })
	return nil
}

func TestCheck_CloseEndsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := &hanging{Reader: strings.NewReader("12"), closed: make(chan struct{})}
		resp := &http.Response{StatusCode: 502, Body: body}
		require.Error(t, client.Check(resp, client.WithBodyLimit(1)))
		ended := make(chan error, 1)
		go func() {
			_, err := io.ReadAll(resp.Body)
			ended <- err
		}()
		synctest.Wait()
		start := time.Now()
		require.NoError(t, resp.Body.Close())
		require.ErrorIs(t, <-ended, errClosed)
		require.Zero(t, time.Since(start))
		require.EqualValues(t, 1, body.reads.Load(), "Close does not read what is being read")
	})
}

// Close does not wait long for the rest of a body.
func TestCheck_CloseOfStalledBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := &hanging{Reader: strings.NewReader("12"), closed: make(chan struct{})}
		resp := &http.Response{StatusCode: 502, Body: body}
		require.Error(t, client.Check(resp, client.WithBodyLimit(1)))
		start := time.Now()
		require.NoError(t, resp.Body.Close())
		require.NoError(t, resp.Body.Close())
		require.Equal(t, 50*time.Millisecond, time.Since(start))
		require.EqualValues(t, 1, body.reads.Load())
	})
}

// The original is closed only once.
func TestCheck_CloseOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		original := &closeCounter{Reader: strings.NewReader("12")}
		resp := &http.Response{StatusCode: 502, Body: original}
		require.Error(t, client.Check(resp, client.WithBodyLimit(1)))
		require.ErrorIs(t, resp.Body.Close(), errClosed)
		time.Sleep(time.Minute)
		require.Equal(t, 1, original.closed)
	})
}

// A body that has ended is not read again.
func TestCheck_CloseOfBrokenBody(t *testing.T) {
	broken := &brokenBody{}
	resp := &http.Response{StatusCode: 502, Body: io.NopCloser(broken)}
	require.ErrorIs(t, client.Check(resp), io.ErrUnexpectedEOF)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 1, broken.reads)
}

// brokenBody counts how often it is read.
type brokenBody struct{ reads int }

func (b *brokenBody) Read([]byte) (int, error) {
	b.reads++
	return 0, io.ErrUnexpectedEOF
}

// After a 101 the body is the connection: reading it would wait for the server.
func TestCheck_SwitchingProtocols(t *testing.T) {
	body := struct {
		io.Reader
		io.WriteCloser
	}{Reader: iotest.ErrReader(errors.New("read"))}
	resp := &http.Response{StatusCode: 101, Body: body}
	e := requireResponseError(t, client.Check(resp))
	require.EqualError(t, e, "101: Switching Protocols")
	require.False(t, e.Truncated)
	require.Equal(t, body, resp.Body)
}

func TestCheck_Allocations(t *testing.T) {
	allocs := func(status int, content string, length int) float64 {
		body := &bodyOf{}
		resp := &http.Response{StatusCode: status, Header: usualHeader(), ContentLength: int64(length)}
		return testing.AllocsPerRun(100, func() {
			body.Reset([]byte(content))
			resp.Body = body
			_ = client.Check(resp)
		}) - 1 // that of the test itself
	}
	for _, c := range bodies {
		require.LessOrEqual(t, allocs(c.status, c.body, len(c.body)), c.allocs, c.name)
	}
	require.LessOrEqual(t, allocs(502, html, len(html)), 3.0)
	require.LessOrEqual(t, allocs(502, html, -1), 3.0, "of unknown length")
}
