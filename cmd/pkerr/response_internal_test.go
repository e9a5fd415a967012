package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseResponse(t *testing.T) {
	meter := "  % Total    % Received % Xferd  Average Speed" + strings.Repeat("   Time ", 3) + " Current\n" +
		"                                 Dload  Upload   Total   Spent    Left  Speed\n" +
		"\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0"
	const body = `{"message":"Member not found.","code":20002}`
	json := http.Header{"Content-Type": {"application/json"}}
	want := response{status: 404, header: json, body: []byte(body)}
	none := http.Header{}
	for input, want := range map[string]response{
		body:                                   {header: none, body: []byte(body)},
		"":                                     {header: none, body: []byte{}},
		"\uFEFF" + body:                        {header: none, body: []byte(body)},
		"\r\n\n" + body:                        {header: none, body: []byte("\r\n\n" + body)},
		"HTTP/":                                {header: none, body: []byte("HTTP/")},
		"HTTP/1.1":                             {header: none, body: []byte("HTTP/1.1")},
		"HTTP/1.1 abc\n\n":                     {header: none, body: []byte("HTTP/1.1 abc\n\n")},
		"HTTP/1.1 99 x\n\n":                    {header: none, body: []byte("HTTP/1.1 99 x\n\n")},
		"HTTP/1.1 4040 x\n\n":                  {header: none, body: []byte("HTTP/1.1 4040 x\n\n")},
		"HTTP/1.1 099 x\n\n":                   {header: none, body: []byte("HTTP/1.1 099 x\n\n")},
		"see HTTP/1.1 404 x\n\n":               {header: none, body: []byte("see HTTP/1.1 404 x\n\n")},
		"HTTP/2 404":                           {status: 404, header: none},
		"HTTP/1.1 404 Not Found\r\n":           {status: 404, header: none},
		"HTTP/1.1 404 Not Found\r\nAllow: GET": {status: 404, header: http.Header{"Allow": {"GET"}}},
		"HTTP/1.1 404\n\n\n":                   {status: 404, header: none, body: []byte("\n")},
		"HTTP/1.1 404 x\nA: 1\na: 2\n b\n:\nc\nd e: 1\n\nx": {status: 404, header: http.Header{"A": {"1", "2"}}, body: []byte("x")},

		"HTTP/1.0 404 Not Found\nContent-Type: application/json\n\n" + body:                                                                                                want,
		"HTTP/1.1 404 Not Found\r\ncontent-type:application/json\r\n\r\n" + body:                                                                                           want,
		"HTTP/2 404 \r\ncontent-type: application/json\r\n\r\n" + body:                                                                                                     want,
		"HTTP/3 404\r\ncontent-type: application/json \r\n\r\n" + body:                                                                                                     want,
		"\r\n\uFEFFHTTP/2 404\n\n" + body:                                                                                                                                  {header: none, body: []byte("\r\n\uFEFFHTTP/2 404\n\n" + body)},
		"\uFEFF\r\nHTTP/2 404\ncontent-type: application/json\n\n" + body:                                                                                                  want,
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 x\r\ncontent-type: application/json\r\n\r\n" + body:                                                                     want,
		"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/2 404\r\ncontent-type: application/json\r\n\r\n" + body:                                                           want,
		"HTTP/1.1 200 Connection established\r\nProxy-Agent: x\r\n\r\nHTTP/2 404 \r\ncontent-type: application/json\r\n\r\n" + body:                                        want,
		"HTTP/1.1 301 Moved\r\nLocation: x\r\nContent-Length: 10\r\n\r\nHTTP/1.1 302 x\r\nLocation: y\r\n\r\nHTTP/2 404 \r\ncontent-type: application/json\r\n\r\n" + body: want,
		"HTTP/1.1 407 x\r\nProxy-Authenticate: Basic\r\nContent-Length: 9\r\n\r\nHTTP/2 404 \r\ncontent-type: application/json\r\n\r\n" + body:                             want,
		"HTTP/1.1 401 x\r\nwww-authenticate: Digest\r\nContent-Length: 9\r\n\r\nHTTP/2 404 \r\ncontent-type: application/json\r\n\r\n" + body:                              want,
		"HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\nHTTP/2 404 \r\ncontent-type: application/json\r\n\r\n" + body:                                                          want,

		// How far curl is, which it also says where its output goes into a pipe.
		meter + "*   Trying 127.0.0.1:38123...\n> GET /v2/members/x HTTP/1.1\r\n> \r\n< HTTP/1.1 404 Not Found\r\n< Content-Type: application/json\r\n< \r\n{ [52 bytes data]\n\r100    52  100    52    0     0   7342      0 --:--:-- --:--:-- --:--:--  7428\n* Connection #0 to host 127.0.0.1 left intact\n" + body: {status: 404, header: json, body: []byte(body), method: "GET", path: "/v2/members/x"},
		meter + "\r100    52  100    52    0     0   7342      0 --:--:-- --:--:-- --:--:--  7428\nHTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n" + body:                                                                                                                                              want,
		"  % Total": {header: none, body: []byte("  % Total")},

		// The body of an error is not another response, whatever it looks like; nor is that of a success.
		"HTTP/1.1 500 x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}":                 {status: 500, header: none, body: []byte("HTTP/1.1 200 OK\r\n\r\n{}")},
		"HTTP/1.1 200 x\nContent-Type: text/plain\n\nHTTP/1.1 500 OK\n\n": {status: 200, header: http.Header{"Content-Type": {"text/plain"}}, body: []byte("HTTP/1.1 500 OK\n\n")},
		"HTTP/1.1 200 x\nContent-Length: 9\n\nHTTP/1.1 500 OK\n\n":        {status: 200, header: http.Header{"Content-Length": {"9"}}, body: []byte("HTTP/1.1 500 OK\n\n")},

		"* Trying 1.2.3.4:443...\n> GET /v2/members/x?token=y HTTP/2\r\n> Host: a\r\n> Authorization: secret\r\n> \r\n< HTTP/2 404 \r\n< content-type: application/json\r\n< \r\n{ [44 bytes data]\n" + body + "\n* Connection left intact\n": {status: 404, header: json, body: []byte(body + "\n"), method: "GET", path: "/v2/members/x"},
		"*   Trying\n< HTTP/1.1 200 Connection established\r\n< \r\n* Proxy\n> PATCH /x HTTP/1.1\n>\n} [3 bytes data]\n< HTTP/1.1 404 x\n< content-type: application/json\n<\n< not a header":                                                 {status: 404, header: json, body: []byte("< not a header"), method: "PATCH", path: "/x"},
		"* a list\n* in a text":  {header: none, body: []byte("* a list\n* in a text")},
		"> quoted\n< HTTP/ text": {header: none, body: []byte("> quoted\n< HTTP/ text")},
	} {
		got := parseResponse([]byte(input))
		if len(want.body) == 0 {
			require.Empty(t, got.body, input)
			got.body = want.body
		}
		require.Equal(t, want, got, "%q", input)
	}
}

// Another response follows where the header is by which curl sends another request; otherwise it is the body.
func TestParseOfSeveral(t *testing.T) {
	for _, test := range []struct {
		status       int
		header, none string
	}{
		{301, "Location: /x", "WWW-Authenticate: x"},
		{302, "Location: /x", "Proxy-Authenticate: x"},
		{303, "location: /x", "Locations: x"},
		{307, "Location: /x", "Server: x"},
		{308, "Location: /x", "Location: "},
		{401, "WWW-Authenticate: Digest", "Proxy-Authenticate: x"},
		{407, "Proxy-Authenticate: NTLM", "WWW-Authenticate: x"},
		{401, "www-authenticate: Digest", "Location: x"},
	} {
		for _, format := range []string{
			"HTTP/1.1 %d x\r\n%s\r\nContent-Length: 9\r\n\r\nHTTP/2 200 \r\n\r\n{}",
			"* x\r\n< HTTP/1.1 %d x\r\n< %s\r\n< Content-Length: 9\r\n< \r\n* again\r\n< HTTP/2 200 \r\n< \r\n{}",
		} {
			r := parseResponse(fmt.Appendf(nil, format, test.status, test.header))
			require.Equal(t, 200, r.status, "%+v", test)
			require.Equal(t, "{}", string(r.body), "%+v", test)

			r = parseResponse(fmt.Appendf(nil, format, test.status, test.none))
			require.Equal(t, test.status, r.status, "%+v", test)
			require.Equal(t, "HTTP/2 200 \r\n\r\n{}", string(r.body), "%+v", test)
		}
	}
}

func TestParseVersions(t *testing.T) {
	for version, want := range map[string]int{
		"HTTP/1.0": 404, "HTTP/1.1": 404, "HTTP/2": 404, "HTTP/2.0": 404, "HTTP/3": 404, "HTTP/3.0": 404,
		"HTTP/0.9": 0, "HTTP/1": 0, "HTTP/4": 0, "http/1.1": 0, "HTTPS/1.1": 0, "HTTP/": 0,
	} {
		for _, end := range []string{"", " ", " Not Found"} {
			require.Equal(t, want, parseResponse([]byte(version+" 404"+end+"\r\n\r\n")).status, "%s%s", version, end)
		}
	}
}

func TestParseOfWhatIsTooLong(t *testing.T) {
	head := "HTTP/1.1 404 x\nA: b\n\n"
	full := parseResponse([]byte(head + strings.Repeat("x", maxBody)))
	require.Len(t, full.body, maxBody)
	require.False(t, full.truncated)

	long := parseResponse([]byte(head + strings.Repeat("x", maxBody+1)))
	require.Len(t, long.body, maxBody)
	require.True(t, long.truncated)
	require.False(t, long.endless)

	endless := parseResponse([]byte("HTTP/1.1 404 x\n" + strings.Repeat("A: b\n", maxHead/5+1)))
	require.Equal(t, 404, endless.status)
	require.Empty(t, endless.body)
	require.True(t, endless.truncated)
	require.True(t, endless.endless)
}

// Whatever comes, nothing breaks, and the body is a piece of the input.
func FuzzParseResponse(f *testing.F) {
	for _, seed := range []string{
		"", "HTTP/2 404 \r\ncontent-type: application/json\r\n\r\n{}", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 x\n\nx",
		"* x\n> GET / HTTP/1.1\n< HTTP/1.1 200 OK\n< A: b\n<\n{}", "\uFEFFHTTP/1.1 200 x\n:\n\n", `{"message":"404: Not Found","code":0,"retry_after":1}`,
		`{"title":"x","status":415}`, "<html>", "\xff\x00",
	} {
		f.Add([]byte(seed), 0)
		f.Add([]byte(seed), 404)
	}
	f.Fuzz(func(t *testing.T, input []byte, status int) {
		r := parseResponse(input)
		require.True(t, r.status == 0 || r.status >= 100 && r.status <= 999)
		require.LessOrEqual(t, len(r.body), maxBody)
		if r.method == "" {
			require.True(t, bytes.Contains(input, r.body) || bytes.HasPrefix(input, []byte("* ")) || bytes.ContainsAny(input[:1], "<>"))
		}
		if status < 100 || status > 999 {
			status = 0
		}
		v, err := judge(&r, status, reader{})
		if err != nil {
			return
		}
		p := new(page)
		p.verdict(v)
		require.NotContains(t, p.String(), "\x1b")
		require.NotContains(t, p.String(), "\u202e")
	})
}
