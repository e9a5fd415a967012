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
	"testing"
	"testing/iotest"

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

// requireResponseError returns the ResponseError that err is.
func requireResponseError(t *testing.T, err error) *client.ResponseError {
	t.Helper()
	e, ok := errors.AsType[*client.ResponseError](err)
	require.True(t, ok, "%v is no ResponseError", err)
	return e
}

func TestSuccessIsNoErrorAndItsBodyIsNotRead(t *testing.T) {
	for status := 200; status <= 299; status++ {
		resp := &http.Response{StatusCode: status, Body: io.NopCloser(iotest.ErrReader(errors.New("read")))}
		require.NoError(t, client.Check(resp))
	}
	for _, status := range []int{0, 100, 199, 300, 301, 304, 400, 404, 500, 999} {
		require.Error(t, client.Check(response(status, "")))
	}
}

func TestNoResponseIsAnError(t *testing.T) {
	require.ErrorContains(t, client.Check(nil), "no response")
	require.ErrorIs(t, client.Check(&http.Response{StatusCode: 404}), pkerr.NotFound, "a response that was made by hand, without a body")
	require.ErrorIs(t, client.Check(&http.Response{StatusCode: 404, Request: &http.Request{}}), pkerr.NotFound)
}

func TestMethodAndPath(t *testing.T) {
	resp := response(404, "")
	resp.Request = request(t, "https://user:pw@api.pluralkit.me/v2/members/a%2Fb%0A?limit=5#x")
	e := requireResponseError(t, client.Check(resp))
	require.Equal(t, "GET", e.Method)
	require.Equal(t, "GET", requireResponseError(t, client.Check(&http.Response{StatusCode: 404, Request: &http.Request{}})).Method, "as net/http spells it, too")
	require.Equal(t, "/v2/members/a/b\n", e.Path, "as http.Request has it")

	resp.Request.URL = &url.URL{Opaque: "//user:pw@host/x"}
	require.Empty(t, requireResponseError(t, client.Check(resp)).Path)
}

func TestLongBodiesAreCut(t *testing.T) {
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
					// As net/http does where it knows the length, this tells the end with the last bytes.
					resp.Body = io.NopCloser(iotest.DataErrReader(resp.Body))
				}
				e := requireResponseError(t, client.Check(resp))
				require.Len(t, e.Body, min(length, limit))
				require.Equal(t, length > limit, e.Truncated)
				if length <= limit {
					require.ErrorIs(t, e, pkerr.SystemNotFound)
				} else {
					require.Equal(t, pkerr.NotFound, pkerr.CodeOf(e), "half an object is not read")
				}
			}
		}
	}
}

// Half a text is no text for people: what is missing may turn it into a page of HTML.
func TestACutTextIsNoMessage(t *testing.T) {
	for limit, want := range map[int]string{4: "502: Bad Gateway", 5: "502: words"} {
		resp := response(502, "words")
		resp.Header.Set("Content-Type", "text/plain")
		require.Equal(t, want, client.Check(resp, client.WithBodyLimit(int64(limit))).Error())
	}
}

func TestABodyThatIsNoneTakesNoRoom(t *testing.T) {
	e := requireResponseError(t, client.Check(&http.Response{StatusCode: 404, Body: http.NoBody, ContentLength: 65000}))
	require.Zero(t, cap(e.Body))
	require.False(t, e.Truncated)
}

func TestTheZeroOptionChangesNothing(t *testing.T) {
	resp := response(404, `{"message":"System not found.","code":20001}`)
	require.ErrorIs(t, client.Check(resp, nil, nil), pkerr.SystemNotFound)
}

func TestWithBodyLimit(t *testing.T) {
	const body = `{"message":"System not found.","code":20001}`
	for limit, want := range map[int]string{
		math.MaxInt: body, len(body): body, len(body) - 1: body[:len(body)-1], 1: "{", 0: body, -1: "", math.MinInt: "",
	} {
		for _, length := range []int64{-1, 0, int64(len(body)), math.MaxInt64} {
			resp := response(404, body)
			resp.ContentLength = length
			e := requireResponseError(t, client.Check(resp, client.WithBodyLimit(int64(limit))))
			require.Equal(t, want, string(e.Body))
			require.Equal(t, want != body, e.Truncated)
			require.ErrorIs(t, e, pkerr.NotFound)
		}
	}
}

// endless is a body that never ends, and counts what is read of it.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

func TestAnEndlessBodyIsGivenUp(t *testing.T) {
	for _, length := range []int64{-1, 0, 5, math.MaxInt64} {
		body := &endless{}
		e := requireResponseError(t, client.Check(&http.Response{StatusCode: 502, Body: io.NopCloser(body), ContentLength: length}))
		require.True(t, e.Truncated)
		require.Len(t, e.Body, 64<<10)
		require.LessOrEqual(t, body.read, 256<<10)
	}
}

func TestAReadErrorIsKeptBesideTheStatus(t *testing.T) {
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

func TestAConnectionThatBreaksOff(t *testing.T) {
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

func TestReadingEndsWithTheContext(t *testing.T) {
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

func TestTheConnectionIsUsedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		length  int
		chunked bool
		reused  bool
	}{
		"a usual body":              {44, false, true},
		"a chunked one":             {44, true, true},
		"none":                      {0, false, true},
		"a page of HTML":            {6 << 10, true, true},
		"one a little too long":     {65 << 10, true, true},
		"one that is much too long": {4 << 20, false, false},
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

func TestCheckAllocatesNoMoreThanDecode(t *testing.T) {
	for _, c := range bodies {
		body := &bodyOf{}
		resp := &http.Response{StatusCode: c.status, Header: usualHeader(), Body: body, ContentLength: int64(len(c.body))}
		allocs := testing.AllocsPerRun(100, func() {
			body.Reset([]byte(c.body))
			_ = client.Check(resp)
		})
		require.LessOrEqual(t, allocs, c.allocs+1, "%s: one allocation is the test's own", c.name)
	}
}
