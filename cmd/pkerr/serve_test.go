package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	library "github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
)

// serving is a run of pkerr serve.
type serving struct {
	cmd    *exec.Cmd
	url    string
	said   string
	stderr *bytes.Buffer
	rest   io.Reader
}

func serve(t *testing.T, args ...string) *serving {
	t.Helper()
	s := &serving{cmd: command(t, nil, append([]string{"serve"}, args...)...), stderr: new(bytes.Buffer)}
	stdout, err := s.cmd.StdoutPipe()
	require.NoError(t, err)
	s.cmd.Stderr = s.stderr
	require.NoError(t, s.cmd.Start())
	lines := bufio.NewReader(stdout)
	for !strings.Contains(s.said, "Ctrl-C") {
		line, err := lines.ReadString('\n')
		require.NoError(t, err, "%s%s", s.said, s.stderr)
		s.said += line
	}
	s.rest = lines
	s.url = regexp.MustCompile(`http://\S+`).FindString(s.said)
	return s
}

// stop sends a signal, and requires that the command ends well, and has said no more.
func (s *serving) stop(t *testing.T, signal os.Signal) {
	t.Helper()
	if runtime.GOOS == "windows" {
		require.NoError(t, s.cmd.Process.Kill()) // which has no signals
		return
	}
	require.NoError(t, s.cmd.Process.Signal(signal))
	rest, err := io.ReadAll(s.rest)
	require.NoError(t, err)
	require.NoError(t, s.cmd.Wait())
	require.Empty(t, string(rest))
	require.Empty(t, s.stderr.String())
}

// get returns the response to a request, with its body read.
func get(t *testing.T, method, url string, header http.Header) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	require.NoError(t, err)
	maps.Copy(req.Header, header)
	resp, err := (&http.Transport{DisableKeepAlives: true, DisableCompression: true}).RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, string(body)
}

func TestServe(t *testing.T) {
	s := serve(t)
	defer s.stop(t, os.Interrupt)
	require.Equal(t, "A fake of PluralKit's API is at "+s.url+"\n\n  curl -i "+s.url+"/codes/20003\n  curl "+s.url+"\n\nCtrl-C stops it.\n", s.said)

	t.Run("codes", func(t *testing.T) {
		for c := range library.Codes() {
			id := strconv.FormatInt(c.Number(), 10)
			if c.Number() == 0 {
				id = strconv.Itoa(c.Status())
			}
			for _, path := range []string{id, c.Name(), c.String()} {
				resp, body := get(t, http.MethodPost, s.url+"/codes/"+path, nil)
				require.Equal(t, c, library.CodeOf(client.Check(resp)), path)
				require.NotContains(t, body, "{member")
				require.NotContains(t, body, "{group")
			}
		}
		resp, _ := get(t, "GET", s.url+"/codes/20011/404", nil)
		require.Equal(t, library.MakeCode(20011, 404), library.CodeOf(client.Check(resp)))
		resp, _ = get(t, "GET", s.url+"/codes/30009", nil)
		ref, ok := library.Ref(client.Check(resp))
		require.True(t, ok)
		require.Equal(t, "abcde", ref)
		resp, _ = get(t, "GET", s.url+"/codes/40001", nil)
		require.Len(t, library.FieldErrors(client.Check(resp)), 2)
		resp, _ = get(t, "GET", s.url+"/codes/429", nil)
		limited := client.Check(resp)
		wait, ok := library.RetryAfter(limited)
		require.True(t, ok)
		require.Positive(t, wait)
		require.ErrorContains(t, limited, "scope generic_get")
		resp, body := get(t, http.MethodHead, s.url+"/codes/404", nil)
		require.Equal(t, 404, resp.StatusCode)
		require.Empty(t, body)
		for _, path := range []string{"/codes/nope", "/codes/200", "/codes/20011", "/codes/20003/abc", "/corpus/nope", "/codes/1/999"} {
			resp, body := get(t, "GET", s.url+path, nil)
			require.Equal(t, 404, resp.StatusCode, path)
			require.Contains(t, body, "pkerr serve: no such route; /co", path)
		}
	})

	t.Run("corpus", func(t *testing.T) {
		count := 0
		for id, want := range pkerrtest.Responses() {
			wantBody, err := io.ReadAll(want.Body)
			require.NoError(t, err)
			got, body := get(t, "GET", s.url+"/corpus/"+id, nil)
			require.Equal(t, want.StatusCode, got.StatusCode, id)
			require.Equal(t, string(wantBody), body, id)
			for key, values := range want.Header {
				require.Equal(t, values, got.Header[key], "%s: %s", id, key)
			}
			if want.Header["Content-Type"] == nil {
				require.Empty(t, got.Header["Content-Type"], id)
			}
			count++
		}
		require.Greater(t, count, 150)
	})

	t.Run("index", func(t *testing.T) {
		var all struct {
			Routes []struct {
				Path   string
				Status int
			}
		}
		resp, body := get(t, "GET", s.url, http.Header{"Accept": {"application/json, */*;q=0.5"}})
		require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
		require.NoError(t, json.Unmarshal([]byte(body), &all))
		_, text := get(t, "GET", s.url+"/", nil)
		require.Equal(t, len(all.Routes), strings.Count(text, "\n"))
		for _, r := range all.Routes {
			require.Contains(t, text, strconv.Itoa(r.Status)+"  "+r.Path)
			if !strings.HasPrefix(r.Path, "/limited") {
				resp, _ := get(t, "GET", s.url+r.Path, nil)
				require.Equal(t, r.Status, resp.StatusCode, r.Path)
			}
		}
		_, codes := get(t, "GET", s.url+"/codes", nil)
		_, corpus := get(t, "GET", s.url+"/corpus/", nil)
		require.Equal(t, 39, strings.Count(codes, "/codes/"))
		require.Equal(t, strings.Count(text, "/corpus/"), strings.Count(corpus, "/corpus/"))
		require.Equal(t, strings.Count(corpus, "\n"), strings.Count(corpus, "/corpus/"))
	})

	t.Run("limiter", func(t *testing.T) {
		first, body := get(t, "GET", s.url+"/limited", nil)
		require.Equal(t, 200, first.StatusCode)
		require.JSONEq(t, `{"served":true}`, body)
		require.Equal(t, []string{"10", "generic_get"}, []string{first.Header.Get("X-Ratelimit-Limit"), first.Header.Get("X-Ratelimit-Scope")})
		refused := 0
		for range 12 {
			resp, _ := get(t, "PATCH", s.url+"/limited", nil)
			require.Equal(t, []string{"3", "generic_update"}, []string{resp.Header.Get("X-Ratelimit-Limit"), resp.Header.Get("X-Ratelimit-Scope")})
			if library.CodeOf(client.Check(resp)) == library.TooManyRequests {
				refused++
			}
		}
		require.Positive(t, refused)
		resp, _ := get(t, "GET", s.url+"/limited/@me", http.Header{"Authorization": {"token"}})
		require.Equal(t, "own_system_get", resp.Header.Get("X-Ratelimit-Scope"))
		resp, _ = get(t, "GET", s.url+"/limited/@me", nil)
		require.Equal(t, 401, resp.StatusCode)
		resp, _ = get(t, "GET", s.url+"/limited", http.Header{"X-Pluralkit-App": {"x"}})
		require.Equal(t, "20", resp.Header.Get("X-Ratelimit-Limit"))
	})

	t.Run("all else", func(t *testing.T) {
		for path, status := range map[string]int{"/v1/s": 410, "/x": 400, "/v2/members/abcde": 404} {
			resp, _ := get(t, "GET", s.url+path, nil)
			require.Equal(t, status, resp.StatusCode, path)
		}
	})
}

// A request that is larger than any of the API's is refused, and nobody else notices.
func TestServeLimitsRequests(t *testing.T) {
	s := serve(t)
	defer s.stop(t, os.Interrupt)
	post := func(size int) error {
		req := request(t, "POST", s.url+"/limited", strings.NewReader(strings.Repeat("1", size)))
		req.Header.Set("Content-Type", "application/json")
		resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		return client.Check(resp)
	}
	require.NoError(t, post(1<<20))
	require.Equal(t, library.ContentTooLarge, library.CodeOf(post(2<<20)))
	resp, _ := get(t, "GET", s.url+"/codes/20003", nil)
	require.Equal(t, 404, resp.StatusCode)
}

func request(t *testing.T, method, url string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	require.NoError(t, err)
	return req
}

// HEAD is answered as GET, without the body.
func TestServeHead(t *testing.T) {
	s := serve(t)
	defer s.stop(t, os.Interrupt)
	for _, path := range []string{"/", "/codes/20003", "/corpus/rl-get", "/limited", "/v2/members/abcde"} {
		whole, body := get(t, "GET", s.url+path, nil)
		head, none := get(t, "HEAD", s.url+path, nil)
		require.Equal(t, whole.StatusCode, head.StatusCode, path)
		require.Equal(t, whole.Header["Content-Type"], head.Header["Content-Type"], path)
		require.Empty(t, none, path)
		if body != "" {
			require.Equal(t, strconv.Itoa(len(body)), head.Header.Get("Content-Length"), path)
		}
	}
}

// Many at once are answered, each with its own.
func TestServeInParallel(t *testing.T) {
	s := serve(t)
	defer s.stop(t, os.Interrupt)
	var codes []library.Code
	for c := range library.Codes() {
		codes = append(codes, c, c, c, c)
	}
	got := make([]error, len(codes))
	var all sync.WaitGroup
	for i, c := range codes {
		all.Go(func() {
			resp, err := http.Get(s.url + "/codes/" + c.String())
			if err != nil {
				got[i] = err
				return
			}
			defer resp.Body.Close()
			got[i] = client.Check(resp)
		})
	}
	all.Wait()
	for i, c := range codes {
		require.Equal(t, c, library.CodeOf(got[i]), "%v", got[i])
	}
}

// Whoever is in the middle of a request is waited for, and not for long.
func TestServeStopsDuringARequest(t *testing.T) {
	s := serve(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	// Told to go on, it knows that it is being answered.
	_, err = io.WriteString(conn, "POST /limited HTTP/1.1\r\nHost: x\r\nUser-Agent: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
	require.NoError(t, err)
	answer := bufio.NewReader(conn)
	line, err := answer.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
	start := time.Now()
	answered := make(chan string, 1)
	go func() {
		time.Sleep(100 * time.Millisecond) // for it to be told to stop
		_, _ = io.WriteString(conn, "1234567890")
		_, _ = answer.ReadString('\n') // the end of the 100
		line, _ := answer.ReadString('\n')
		answered <- line
	}()
	s.stop(t, os.Interrupt)
	require.Equal(t, "HTTP/1.1 200 OK\r\n", <-answered)
	require.Less(t, time.Since(start), 20*time.Second)
}

func TestServeOnIPv6(t *testing.T) {
	listener, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		return // as where there is no IPv6
	}
	require.NoError(t, listener.Close())
	s := serve(t, "--addr", "[::1]:0")
	defer s.stop(t, os.Interrupt)
	require.True(t, strings.HasPrefix(s.url, "http://[::1]:"), s.url)
	resp, _ := get(t, "GET", s.url+"/codes/20003", nil)
	require.Equal(t, library.MemberNotFoundWithRef, library.CodeOf(client.Check(resp)))
}

func TestServeStops(t *testing.T) {
	s := serve(t, "--addr", "LOCALHOST:0")
	require.True(t, strings.HasPrefix(s.url, "http://127.0.0.1:"))
	_, _ = get(t, "GET", s.url, nil)
	// Who is connected and says nothing holds nobody up.
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	start := time.Now()
	s.stop(t, syscall.SIGTERM)
	require.Less(t, time.Since(start), 20*time.Second)
}

func TestServeOnAPortThatIsTaken(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	address := listener.Addr().String()
	r := pkerr(t, nil, "", "serve", "--addr", address)
	require.Equal(t, 2, r.status)
	require.Empty(t, r.stdout)
	require.Regexp(t, `^pkerr serve: nobody can listen on `+regexp.QuoteMeta(address)+`: .*\n  --addr 127\.0\.0\.1:0 takes a port that is free\n$`, r.stderr)
}

func TestServeOnNothingButTheLoopback(t *testing.T) {
	for _, address := range []string{
		"", ":8080", "8080", "0.0.0.0:0", "[::]:0", "192.168.0.1:0", "10.0.0.1:80", "example.com:80", "localhost", "127.0.0.1", "127.0.0.1:http",
		"127.0.0.1:65536", "127.0.0.1:-1", "[::ffff:8.8.8.8]:0", "127.0.0.1.example.com:0", "[fe80::1%lo]:0", "\x1b:0",
	} {
		r := pkerr(t, nil, "", "serve", "--addr", address)
		require.Equal(t, 2, r.status, address)
		require.Empty(t, r.stdout, address)
		require.Regexp(t, `^pkerr serve: --addr ".*"( is no address with a port| has no port from 0 to 65535| is not on the loopback, and others could reach it|: ".*" is no IP address)\n  it is `, r.stderr)
		requirePrintable(t, r.stderr)
	}
}
