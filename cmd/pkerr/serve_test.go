package main_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	library "github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/locale"
	"github.com/pkerr/pkerr/pkerrtest"
)

// A serving is a run of pkerr serve.
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

// stop sends a signal. It requires that the command exits with 0, and has
// printed only a line for each request.
func (s *serving) stop(t *testing.T, signal os.Signal) {
	t.Helper()
	if runtime.GOOS == "windows" {
		require.NoError(t, s.cmd.Process.Kill()) // Windows has no signals
		return
	}
	require.NoError(t, s.cmd.Process.Signal(signal))
	rest, err := io.ReadAll(s.rest)
	require.NoError(t, err)
	require.NoError(t, s.cmd.Wait())
	require.Empty(t, string(rest))
	for line := range strings.Lines(s.stderr.String()) {
		require.Regexp(t, `^\d\d:\d\d:\d\d [A-Z]+ /\S* \d{3}\n$`, line, "a line for each request, and nothing else")
	}
}

// get returns the response to a request, with its body read.
func get(t *testing.T, method, target string, header http.Header) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target, nil)
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
	require.Equal(t, "A fake of PluralKit's API is at "+s.url+"\n\n  curl -i "+s.url+"/as/20003/v2/members/abcde\n  open "+s.url+
		" in a browser for all codes\n\nCtrl-C stops it.\n", s.said)

	t.Run("codes", func(t *testing.T) {
		for c := range library.Codes() {
			id := strconv.FormatInt(c.Number(), 10)
			if c.Number() == 0 {
				id = strconv.Itoa(c.Status())
			}
			for _, path := range []string{
				"/codes/" + id, "/codes/" + c.Name(), "/codes/" + c.String(), "/as/" + id, "/as/" + id + "/v2/members/abcde", "/as/" + id + "//v2//members/abcde", "/as/" + c.Name() + "/v2/x/y/z?q=1",
				"/as/" + strings.ReplaceAll(c.String(), "/", "_") + "/v2/systems/@me",
			} {
				resp, body := get(t, http.MethodPost, s.url+path, nil)
				require.Equal(t, c, library.CodeOf(client.Check(resp)), path)
				require.NotContains(t, body, "{member")
				require.NotContains(t, body, "{group")
			}
		}
		resp, _ := get(t, "GET", s.url+"/codes/20991/404", nil)
		require.Equal(t, library.MakeCode(20991, 404), library.CodeOf(client.Check(resp)))
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
		for _, path := range []string{"/codes/nope", "/codes/200", "/codes/20991", "/codes/20003/abc", "/codes/1/999", "/as/nope/v2/x", "/as/200/v2/x"} {
			resp, body := get(t, "GET", s.url+path, nil)
			require.Equal(t, 404, resp.StatusCode, path)
			require.Equal(t, "pkerr serve: no such code; / lists all\n", body, path)
		}
		for path, status := range map[string]int{"/corpus/nope": 404, "/corpus/": 200} {
			resp, body := get(t, "GET", s.url+path, nil)
			require.Equal(t, status, resp.StatusCode, path)
			require.Contains(t, body, "\n  /corpus/rl-get\n", path)
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

// A request that is larger than any of the API's is refused.
func TestServe_LargeRequest(t *testing.T) {
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

	req := request(t, "POST", s.url+"/", strings.NewReader("response="+strings.Repeat("1", 2<<20)))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	page, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	require.NoError(t, err)
	defer page.Body.Close()
	body, err := io.ReadAll(page.Body)
	require.NoError(t, err)
	require.Contains(t, string(body), "Not understood: the response has more than 1 MB.")
}

func request(t *testing.T, method, target string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target, body)
	require.NoError(t, err)
	return req
}

// A HEAD is answered like a GET, without the body.
func TestServe_Head(t *testing.T) {
	s := serve(t)
	defer s.stop(t, os.Interrupt)
	for _, path := range []string{"/", "/codes/20003", "/as/20003/v2/members/abcde", "/corpus/rl-get", "/limited", "/v2/members/abcde"} {
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

// Many concurrent requests are answered, each with its own code.
func TestServe_Parallel(t *testing.T) {
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

// The server waits for a request that is being answered, but not for long.
func TestServe_StopsDuringRequest(t *testing.T) {
	s := serve(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	// The "100 Continue" shows that the request is being answered.
	_, err = io.WriteString(conn, "POST /limited HTTP/1.1\r\nHost: x\r\nUser-Agent: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
	require.NoError(t, err)
	answer := bufio.NewReader(conn)
	line, err := answer.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
	start := time.Now()
	answered := make(chan string, 1)
	go func() {
		time.Sleep(100 * time.Millisecond) // until the server has the signal
		_, _ = io.WriteString(conn, "1234567890")
		_, _ = answer.ReadString('\n') // the end of the 100
		line, _ := answer.ReadString('\n')
		answered <- line
	}()
	s.stop(t, os.Interrupt)
	require.Equal(t, "HTTP/1.1 200 OK\r\n", <-answered)
	require.Less(t, time.Since(start), 20*time.Second)
}

func TestServe_IPv6(t *testing.T) {
	listener, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		return // there is no IPv6
	}
	require.NoError(t, listener.Close())
	s := serve(t, "--addr", "[::1]:0")
	defer s.stop(t, os.Interrupt)
	require.True(t, strings.HasPrefix(s.url, "http://[::1]:"), s.url)
	resp, _ := get(t, "GET", s.url+"/codes/20003", nil)
	require.Equal(t, library.MemberNotFoundWithRef, library.CodeOf(client.Check(resp)))
}

func TestServe_Stops(t *testing.T) {
	s := serve(t, "--addr", "LOCALHOST:0")
	require.True(t, strings.HasPrefix(s.url, "http://127.0.0.1:"))
	_, _ = get(t, "GET", s.url, nil)
	// A silent connection does not delay the stop.
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	start := time.Now()
	s.stop(t, syscall.SIGTERM)
	require.Less(t, time.Since(start), 20*time.Second)
}

func TestServe_PortInUse(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	address := listener.Addr().String()
	r := pkerr(t, nil, "", "serve", "--addr", address)
	require.Equal(t, 2, r.status)
	require.Empty(t, r.stdout)
	require.Regexp(t, `^pkerr serve: cannot listen on `+regexp.QuoteMeta(address)+`: .*\n  --addr 127\.0\.0\.1:0 takes a free port\n$`, r.stderr)
}

func TestServe_LoopbackOnly(t *testing.T) {
	for _, address := range []string{
		"", ":8080", "8080", "0.0.0.0:0", "[::]:0", "192.168.0.1:0", "10.0.0.1:80", "example.com:80", "localhost", "127.0.0.1", "127.0.0.1:http",
		"127.0.0.1:65536", "127.0.0.1:-1", "[::ffff:8.8.8.8]:0", "127.0.0.1.example.com:0", "[fe80::1%lo]:0", "\x1b:0",
	} {
		r := pkerr(t, nil, "", "serve", "--addr", address)
		require.Equal(t, 2, r.status, address)
		require.Empty(t, r.stdout, address)
		require.Regexp(t, `^pkerr serve: --addr ".*"( is not an IP address and a port| is not a loopback address, so other machines could reach it)\n  use a loopback address and a port: `, r.stderr)
		requirePrintable(t, r.stderr)
	}
}

// Pages from any origin can read the answers, as with the API.
func TestServe_CORS(t *testing.T) {
	s := serve(t)
	defer s.stop(t, os.Interrupt)
	want := http.Header{
		"Access-Control-Allow-Origin": {"*"}, "Access-Control-Allow-Methods": {"*"}, "Access-Control-Allow-Credentials": {"true"},
		"Access-Control-Allow-Headers":  {"Content-Type, Authorization, sentry-trace, User-Agent"},
		"Access-Control-Expose-Headers": {"X-PluralKit-Version, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-RateLimit-Scope"},
		"Access-Control-Max-Age":        {"86400"},
	}
	for _, path := range []string{"/", "/codes/20003", "/codes/nope", "/as/429/v2/x", "/corpus/rl-get", "/corpus/ok-204-fronters", "/limited", "/v2/members/abcde", "/v1/s"} {
		for _, method := range []string{"GET", "POST", "HEAD", "OPTIONS"} {
			resp, body := get(t, method, s.url+path, http.Header{"Origin": {"https://example.com"}})
			for key, values := range want {
				require.Equal(t, values, resp.Header[key], "%s %s: %s", method, path, key)
			}
			if method == "OPTIONS" {
				require.Equal(t, 200, resp.StatusCode, path)
				require.Empty(t, body, path)
			}
		}
	}
}

// The caller can script what a route answers.
func TestServe_On(t *testing.T) {
	file := filepath.Join(t.TempDir(), "member.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"id":"abcde"}`), 0o600))
	s := serve(t, "--on", "GET /v2/members/{ref}=20002", "--on", "patch /v2/members/{ref} = 200 "+file, "--on", "DELETE /members/{m}=204", "--on", "/v2/x=TooManyRequests",
		"--on=GET /v2/systems/@me=200:"+file, "--on", "GET /healthz=20991/404", "--on", "GET /v2/y=503 "+file)
	defer s.stop(t, os.Interrupt)
	token := http.Header{"Authorization": {"x"}}
	for request, want := range map[string]string{
		"GET /v2/members/abcde":    `404 application/json {"message":"Member not found.","code":20002}`,
		"PATCH /v2/members/abcde":  `200 application/json {"id":"abcde"}`,
		"DELETE /v2/members/abcde": "204  ",
		"POST /v2/members/abcde":   "405  ",
		"GET /v2/x":                `429 application/json {"message":"429: too many requests","retry_after":19,"scope":"generic_get","code":0}`,
		"GET /v2/systems/@me":      `200 application/json {"id":"abcde"}`,
		"GET /healthz":             `404 application/json {"message":"404: Not Found","code":20991}`,
		"GET /v2/y":                `503 application/json {"id":"abcde"}`,
		"GET /v2/groups/abcde":     "404  ",
	} {
		method, path, _ := strings.Cut(request, " ")
		for range 15 { // there is no rate limit
			resp, body := get(t, method, s.url+path, token)
			require.Equal(t, want, strconv.Itoa(resp.StatusCode)+" "+resp.Header.Get("Content-Type")+" "+body, request)
		}
	}
	resp, _ := get(t, "GET", s.url+"/v2/systems/@me", nil)
	require.Equal(t, 401, resp.StatusCode, "without a token")

	for on, why := range map[string]string{
		"GET /v2/x=20003 " + file: "a file needs a status", "GET /v2/x=204 no-such-file": "cannot read the file",
		"/as/x=500": `answers "/as/x" itself`, "GET /=404": `answers "/" itself`, "/limited=404": `answers "/limited" itself`,
	} {
		require.Contains(t, pkerr(t, nil, "", "serve", "--on", on).stderr, why)
	}
	for _, on := range []string{"", "x", "GET /v2/x", "GET /v2/x=", "GET=20002", "GET /v2/x=nope", "GET /v2/x=99", "GET /v2/x=100", "GET /v2/x=0", "/{=404", "GET  /v2/{a}/{a}=404", "/v2/x=200 no-such-file", "\x1b=404"} {
		r := pkerr(t, nil, "", "serve", "--on", on)
		require.Equal(t, 2, r.status, on)
		require.Empty(t, r.stdout, on)
		require.Regexp(t, `^pkerr serve: --on ".*": .+\n  use a route and a code, such as `, r.stderr)
		requirePrintable(t, r.stderr)
	}
	r := pkerr(t, nil, "", "serve", "--on", "GET /v2/{a}/x=404", "--on", "GET /v2/y/{b}=404")
	require.Equal(t, 2, r.status, "patterns that are at odds")
	require.Contains(t, r.stderr, "conflicts with pattern")
	require.NotContains(t, r.stderr, ".go:", "where the command was built")
}

// Each request is logged on one line, without secrets or anything that a
// terminal would obey.
func TestServe_Log(t *testing.T) {
	s := serve(t)
	_, _ = get(t, "GET", s.url+"/as/20003/v2/members/abcde?token=secret", http.Header{"Authorization": {"secret"}})
	_, _ = get(t, "POST", s.url+"/v2/%1b%0a%e2%80%ae", nil)
	_, _ = get(t, "GET", s.url+"/", nil)
	s.stop(t, os.Interrupt)
	if runtime.GOOS == "windows" {
		return
	}
	lines := strings.Split(strings.TrimSpace(s.stderr.String()), "\n")
	require.Len(t, lines, 3)
	require.Regexp(t, ` GET /as/20003/v2/members/abcde 404$`, lines[0])
	require.Regexp(t, ` POST /v2/\\x1b\\n\\u202e 404$`, lines[1])
	require.Regexp(t, ` GET / 200$`, lines[2])
	require.NotContains(t, s.stderr.String(), "secret")
}

// The page works without JavaScript: it has all codes, searches, shows any
// language, and decodes what is pasted.
func TestServe_Page(t *testing.T) {
	s := serve(t)
	defer s.stop(t, os.Interrupt)
	resp, page := get(t, "GET", s.url+"/", http.Header{"Accept": {"text/html"}})
	require.Equal(t, 200, resp.StatusCode)
	require.Equal(t, "text/html; charset=utf-8", resp.Header.Get("Content-Type"))
	require.Contains(t, resp.Header.Get("Content-Security-Policy"), "default-src 'none'")
	require.NotRegexp(t, `(src|href)="(https?:)?//`, regexp.MustCompile(`https://github\.com/pkerr/\S+`).ReplaceAllString(page, ""), "nothing comes from elsewhere")
	for c := range library.Codes() {
		id := strconv.FormatInt(c.Number(), 10)
		if c.Number() == 0 {
			id = strconv.Itoa(c.Status())
		}
		article := regexp.MustCompile(`(?s)<article id="` + id + `".*?</article>`).FindString(page)
		require.Contains(t, article, c.Name())
		require.NotContains(t, strings.SplitN(article, ">", 2)[0], "hidden")
		require.Contains(t, article, "curl -i "+s.url+"/as/"+id+"/v2/members/abcde")
		require.Contains(t, article, "HTTP/1.1 "+strconv.Itoa(c.Status())+" ")
		require.Contains(t, article, `class="advice">`)
		require.NotContains(t, article, "`")
	}
	require.Contains(t, page, "mentions an <code>error</code> key.")
	for _, tag := range locale.Languages() {
		require.Contains(t, page, `<option value="`+tag.String()+`"`)
	}
	total := len(slices.Collect(library.Codes()))
	require.Contains(t, page, fmt.Sprintf("%d of %[1]d codes", total))

	_, page = get(t, "GET", s.url+"/?lang=de&q=NOT+FOUND.&endpoint=GET+/members/{m}", nil)
	require.Contains(t, page, fmt.Sprintf("1 of %d codes", total))
	require.Contains(t, page, `<option value="de" selected>`)
	require.Contains(t, page, `<option selected>GET /members/{m}</option>`)
	require.Contains(t, page, `lang="de">Dieses Mitglied wurde nicht gefunden.`)
	require.Equal(t, total-1, strings.Count(page, `" hidden>`))

	for pasted, want := range map[string]string{
		"HTTP/1.1 404 Not Found\n\n{\"message\":\"Member 'abcde' not found.\",\"code\":20003}": "<h2>20003/404 MemberNotFoundWithRef</h2>",
		"200":  "<h2>A success response: 200</h2>",
		"":     "<div id=\"decoded\" role=\"status\">\n\n\n</div>",
		"what": "<p>Not understood: the input is text, not JSON, and does not show its status.</p>",
		"HTTP/1.1 404 x\n\n{\"message\":\"<script>alert(1)</script>\",\"code\":20001}": "<dd>&lt;script&gt;alert(1)&lt;/script&gt;</dd>",
		"</textarea><script>alert(1)</script>":                                         "&lt;/textarea&gt;&lt;script&gt;",
	} {
		resp, err := http.PostForm(s.url+"/", url.Values{"response": {pasted}, "lang": {"fr"}})
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, 200, resp.StatusCode)
		require.Contains(t, string(body), want, pasted)
		require.NotContains(t, string(body), "<script>alert")
		require.Contains(t, string(body), `<option value="fr" selected>`)
	}
	for _, query := range []string{"?lang=tlh", "?lang=<script>", "?q=<script>alert(1)</script>", "?endpoint=nope"} {
		resp, body := get(t, "GET", s.url+"/"+url.PathEscape("")+query, nil)
		require.Equal(t, 200, resp.StatusCode, query)
		require.NotContains(t, body, "<script>alert", query)
	}
}
