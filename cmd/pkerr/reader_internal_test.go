package main

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

// notFound is the body of most responses below.
const notFoundBody = `{"message":"Member not found.","code":20002}`

// The files are real output of tools, browsers and logs. The table says how
// decode should read each.
func TestReadResponse_Files(t *testing.T) {
	table, err := os.ReadFile(filepath.Join("testdata", "inputs.tsv"))
	require.NoError(t, err)
	tested := map[string]bool{}
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		want := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		input, err := os.ReadFile(filepath.Join("testdata", "inputs", want[0]+".txt"))
		require.NoError(t, err)
		tested[want[0]+".txt"] = true
		d, text, status := runDecode(t, string(input))
		got := []string{want[0], fmt.Sprint(status)}
		if status == exitUsage {
			got = append(got, strings.TrimPrefix(strings.Split(text, "\n")[0], "pkerr decode: "))
		} else {
			for _, v := range []any{d.Status, d.Code, d.Method, d.Path, d.Certainty, d.Source, d.Body.Kind, d.Front} {
				got = append(got, fmt.Sprint(v))
			}
		}
		require.Equal(t, want, got)
	}
	files, err := os.ReadDir(filepath.Join("testdata", "inputs"))
	require.NoError(t, err)
	for _, f := range files {
		require.True(t, tested[f.Name()], "%s is not in the table", f.Name())
	}
}

// inUTF16 returns text in UTF-16.
func inUTF16(text string, bigEndian bool) string {
	var out []byte
	for _, u := range utf16.Encode([]rune(text)) {
		if bigEndian {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return string(out)
}

func gzipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.String()
}

// xxd returns what the tool xxd prints.
func xxd(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i += 16 {
		row := text[i:min(i+16, len(text))]
		var pairs strings.Builder
		for j := 0; j < len(row); j += 2 {
			pairs.WriteString(hex.EncodeToString([]byte(row[j:min(j+2, len(row))])) + " ")
		}
		fmt.Fprintf(&out, "%08x: %-40s %s\n", i, pairs.String(), strings.Map(func(r rune) rune {
			if r < ' ' {
				return '.'
			}
			return r
		}, row))
	}
	return out.String()
}

// A response is found whatever surrounds it.
func TestReadResponse_Found(t *testing.T) {
	head := "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 44\r\n\r\n"
	escaped := `{\"message\":\"Member not found.\",\"code\":20002}`
	for name, input := range map[string]string{
		"plain":                    head + notFoundBody,
		"lf":                       strings.ReplaceAll(head, "\r", "") + notFoundBody,
		"crcrlf":                   strings.ReplaceAll(head, "\r\n", "\r\r\n") + notFoundBody,
		"http/2":                   "HTTP/2 404 \r\ncontent-type: application/json\r\n\r\n" + notFoundBody,
		"http/3":                   "HTTP/3 404\r\n\r\n" + notFoundBody,
		"status line alone":        "HTTP/2 404\n\n" + notFoundBody,
		"no empty line":            "HTTP/1.1 404 Not Found\nContent-Type: application/json\nContent-Length: 44\n" + notFoundBody,
		"no headers, no line":      "HTTP/1.1 404 Not Found\n" + notFoundBody,
		"doubled":                  strings.ReplaceAll(head, "\r\n", "\n\n") + notFoundBody,
		"leading lines":            "\r\n\n\n" + head + notFoundBody,
		"byte order mark":          "\uFEFF" + head + notFoundBody,
		"two marks":                "\uFEFF\uFEFF" + head + notFoundBody,
		"utf-16":                   "\xff\xfe" + inUTF16(head+notFoundBody, false),
		"utf-16, no mark":          inUTF16(head+notFoundBody, false),
		"utf-16, big":              "\xfe\xff" + inUTF16(head+notFoundBody, true),
		"utf-16, big, no mark":     inUTF16(head+notFoundBody, true),
		"gzip":                     gzipped(head + notFoundBody),
		"gzip body":                strings.ReplaceAll(head, "Length: 44", "Encoding: gzip") + gzipped(notFoundBody),
		"gzip in chunks":           "HTTP/1.1 404 x\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n" + chunk(gzipped(notFoundBody)) + "0\r\n\r\n",
		"unpacked already":         strings.ReplaceAll(head, "Length: 44", "Encoding: gzip") + notFoundBody,
		"chunks":                   "HTTP/1.1 404 x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(notFoundBody[:20]) + chunk(notFoundBody[20:]) + "0\r\n\r\n",
		"chunks, lf":               "HTTP/1.1 404 x\nTransfer-Encoding: chunked\n\n" + strings.ReplaceAll(chunk(notFoundBody), "\r", "") + "0\n\n",
		"chunks that break off":    "HTTP/1.1 404 x\r\n\r\n" + chunk(notFoundBody),
		"chunks with an extension": "HTTP/1.1 404 x\r\n\r\n2c;x=y\r\n" + notFoundBody + "\r\n0\r\n\r\n",
		"chunks without a label":   "HTTP/1.1 404 x\n\n2C\n" + notFoundBody + "\n0\n\n",
		"bold headers":             strings.ReplaceAll(head, "Content-Type", "\x1b[1mContent-Type\x1b[0m") + notFoundBody,
		"colours":                  "\x1b[34mHTTP\x1b[39;49;00m/\x1b[34m1.1\x1b[39;49;00m \x1b[34m404\x1b[39;49;00m \x1b[36mNot Found\x1b[39;49;00m\n\n" + notFoundBody,
		"carets":                   "^[[34mHTTP/1.1^[[0m 404 Not Found\n\n" + notFoundBody,
		"lost escapes":             "[34mHTTP/1.1[0m 404 Not Found\n\n" + notFoundBody,
		"window title":             "\x1b]0;title\x07" + head + notFoundBody,
		"hyperlink":                "\x1b]8;;https://x\x1b\\" + head + notFoundBody,
		"100":                      "HTTP/1.1 100 Continue\r\n\r\n" + head + notFoundBody,
		"103":                      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + head + notFoundBody,
		"redirect":                 "HTTP/1.1 301 Moved\r\nLocation: x\r\nContent-Length: 10\r\n\r\n" + head + notFoundBody,
		"digest":                   "HTTP/1.1 401 x\r\nWWW-Authenticate: Digest\r\nContent-Length: 9\r\n\r\n" + head + notFoundBody,
		"proxy":                    "HTTP/1.1 200 Connection established\r\nProxy-Agent: x\r\n\r\n" + head + notFoundBody,
		"proxy, chunked":           "HTTP/1.1 200 CONNECT OK\r\nTransfer-Encoding: chunked\r\n\r\n" + head + notFoundBody,
		"proxy, labelled":          "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nVia: x\r\n\r\n" + head + notFoundBody,
		"proxy, then no line":      "HTTP/1.1 200 OK\r\n" + head + notFoundBody,
		"success before":           "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" + head + notFoundBody,
		"retried":                  "HTTP/1.1 503 x\r\nContent-Type: text/html\r\n\r\n<html>busy</html>\n" + head + notFoundBody,
		"request before":           "GET /v2/members/zzzzz HTTP/1.1\nAccept: */*\nHost: api.example.com\n\n\n" + head + notFoundBody,
		"request with a body":      "POST /v2/x HTTP/1.1\nHost: x\n\n{\"message\":\"hi\",\"code\":20001}\n\n\n" + head + notFoundBody,
		"prompt":                   "$ curl -i https://api.example.com/v2/members/zzzzz\nHTTP/2 404 \n\n" + notFoundBody,
		"prompt after":             head + notFoundBody + "user@host:~$ ",
		"no newline mark":          head + notFoundBody + "%\n",
		"fence":                    "```http\n" + head + notFoundBody + "\n```\n",
		"quoted in mail":           "> HTTP/2 404\n> content-type: application/json\n>\n> " + notFoundBody + "\n",
		"quoted twice":             "> > HTTP/2 404\n> > content-type: application/json\n> >\n> > " + notFoundBody + "\n",
		"indented":                 "    HTTP/2 404\n    content-type: application/json\n\n    " + notFoundBody + "\n",
		"tabs":                     "\tHTTP/2 404\n\tcontent-type: application/json\n\n\t" + notFoundBody + "\n",
		"gutter":                   "  | HTTP/2 404\n  | content-type: application/json\n  |\n  | " + notFoundBody + "\n",
		"containers":               "web_1  | HTTP/1.1 404 Not Found\nweb_1  | Content-Type: application/json\nweb_1  | \nweb_1  | " + notFoundBody + "\n",
		"times":                    "2026-01-01T00:00:00.1Z HTTP/1.1 404 Not Found\n2026-01-01T00:00:00.2Z X: y\n2026-01-01T00:00:00.3Z \n2026-01-01T00:00:00.4Z " + notFoundBody + "\n",
		"logged head":              "2026/01/01 00:00:00 HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n" + notFoundBody,
		"pseudo header":            ":status: 404\ncontent-type: application/json\n\n" + notFoundBody,
		"pseudo header, no colon":  ":status 404\ncontent-type: application/json\n\n" + notFoundBody,
		"xxd":                      xxd(head + notFoundBody),
		"hexdump":                  hex.Dump([]byte(head+notFoundBody)) + "0000006a\n",
		"trace":                    "* Trying\n> GET /v2/x HTTP/2\n> Host: a\n> \n< HTTP/2 404 \n< content-type: application/json\n< \n{ [44 bytes data]\n* Connection #0 left intact\n" + notFoundBody,
		"trace, body glued":        "< HTTP/2 404 \n< content-type: application/json\n< \n" + notFoundBody + "* Connection #0 to host x left intact\n",
		"trace with ids":           "10:00:00.000001 [0-0] > GET /v2/x HTTP/2\n10:00:00.000001 [0-0] < HTTP/2 404\n10:00:00.000001 [0-0] < x: y\n10:00:00.000001 [0-0] < \n" + notFoundBody,
		"trace before the body":    notFoundBody + "\n* x\n< HTTP/1.1 404 Not Found\n< Content-Type: application/json\n< \n",
		"trace from a page":        "&gt; GET /v2/x HTTP/2\n&gt; Host: a\n&gt; \n&lt; HTTP/2 404 \n&lt; content-type: application/json\n&lt; \n{ [44 bytes data]\n" + strings.ReplaceAll(notFoundBody, `"`, "&quot;") + "\n* Connection #0 left intact\n",
		"request in mail":          "> GET /v2/x HTTP/1.1\n> Host: a\n>\n> HTTP/1.1 404 Not Found\n> Content-Type: application/json\n>\n> " + notFoundBody + "\n",
		"trace of one head":        "< HTTP/1.1 404 Not Found\n< Content-Type: application/json\n<\n" + notFoundBody,
		"dump that ends at 64":     "<= Recv header, 66 bytes (0x42)\n0000: HTTP/1.1 404 " + strings.Repeat("x", 51) + "\n<= Recv header, 2 bytes (0x2)\n0000: \n<= Recv data, 44 bytes (0x2c)\n0000: " + notFoundBody + "\n",
		"go string":                `"HTTP/1.1 404 Not Found\r\nContent-Length: 44\r\n\r\n` + escaped + `"`,
		"go string in a log":       `2026/01/01 00:00:00 response "HTTP/1.1 404 Not Found\r\nContent-Length: 44\r\n\r\n` + escaped + `" seen`,
		"escaped, no quotes":       `HTTP/1.1 404 Not Found\r\nContent-Length: 44\r\n\r\n` + escaped,
		"bytes of a program":       `b'HTTP/1.1 404 Not Found\r\nContent-Length: 44\r\n\r\n` + notFoundBody + `'`,
		"json log of a dump":       `{"level":"debug","dump":"HTTP/1.1 404 Not Found\r\nContent-Length: 44\r\n\r\n` + escaped + `"}`,

		"body":                    notFoundBody,
		"pretty body":             "{\n    \"code\": 20002,\n    \"message\": \"Member not found.\"\n}\n",
		"coloured body":           "\x1b[1;39m{\"message\"\x1b[0m:\"Member not found.\",\"code\":20002}",
		"escaped body":            escaped,
		"quoted body":             `"` + escaped + `"`,
		"twice quoted body":       `"\"` + strings.ReplaceAll(escaped, `\`, `\\\`) + `\""`,
		"body in single quotes":   "'" + notFoundBody + "'",
		"body in a log":           "2026-01-01 ERROR lookup failed body=" + notFoundBody + " took=3ms",
		"body in html":            strings.ReplaceAll(notFoundBody, `"`, "&quot;"),
		"body from a chat":        strings.NewReplacer(`{"`, "{“", `":"`, "”:“", `","`, "”,“", `":2`, "”:2").Replace(notFoundBody),
		"body from a page":        strings.NewReplacer(":", ":\u00a0", ",", ",\u00a0").Replace(notFoundBody),
		"body of python":          "{'message': 'Member not found.', 'code': 20002}",
		"body of javascript":      "{ message: 'Member not found.', code: 20002 }",
		"body of ruby":            `{"message"=>"Member not found.", "code"=>20002}`,
		"body with a comma":       `{"message":"Member not found.","code":20002,}`,
		"body in a list":          "[" + notFoundBody + "]",
		"body in a list, twice":   "[[" + notFoundBody + "]]",
		"body inside":             `{"ok":false,"data":{"error":` + notFoundBody + `}}`,
		"wrapped body":            "{\"message\":\"Member\nnot found.\",\"code\":20002}",
		"body of two documents":   notFoundBody + notFoundBody,
		"body and status":         notFoundBody + "404",
		"body and status, line":   notFoundBody + "\n404\n",
		"body, status and time":   notFoundBody + "\n404 0.123\n",
		"status and body":         "404 " + notFoundBody,
		"reason and body":         "404 Not Found\n" + notFoundBody,
		"headers and body":        "content-type: application/json\nx-ratelimit-limit: 10\n\n" + notFoundBody,
		"go map":                  "map[code:20002 message:Member not found.]",
		"an error of the library": "lookup: GET /v2/members/zzzzz: 20002/404: Member not found. (request 01J)",
		"har of several":          `{"log":{"entries":[{"response":{"status":404,"headers":[],"content":{"text":"` + escaped + `"}}},{"response":{"status":404,"headers":[],"content":{"text":"<html>404</html>"}}}]}}`,
		"dump without an end":     strings.ReplaceAll(xxd(head+notFoundBody), "\n", "\nnot a row\n"),
		"chunks, then a prompt":   "HTTP/1.1 404 x\n\n" + strings.ReplaceAll(chunk(notFoundBody), "\r", "") + "0\n\nuser@host:~$ ",
		"doubled headers":         "HTTP/1.1 404 x\n\nDate: x\n\nServer: x\n\nCF-Ray: x\n\nVary: x\n\nVia: x\n\nETag: x\n\nAllow: GET\n\nLocation: x\n\nConnection: close\n\n\n" + notFoundBody,
		"a list in Markdown":      "* Request: GET /v2/members/zzzzz\n* Response: " + notFoundBody,
		"a list of a log":         "* status: 404\n* code: 20002",
		"a quotation and a list":  "> quoted: " + notFoundBody + "\n* note",
		"a pair in a list":        "* pkerr: member not found (20002/404)",
		"a diff":                  "+  HTTP/1.1 404 Not Found\n+  Content-Type: application/json\n+\n+{\n+  \"message\": \"Member not found.\",\n+  \"code\": 20002\n+}",
		"a prefix with semicolon": "10:00:00; HTTP/1.1 404 Not Found\n10:00:01; Content-Type: application/json\n10:00:01; \n10:00:01; " + notFoundBody,
		"a session of openssl":    "    0000 - 7d c3 00 00 00 00 00 00-00 00 00 00 00 00 00 00   }...............\n---\n" + head + notFoundBody,
		"a log after a success":   `{"level":"INFO","msg":"ok","status":200,"path":"/y"}` + "\n" + `{"level":"ERROR","msg":"pkerr: member not found (20002/404)"}`,
		"after what was sent":     `POST {"name":"x"} to /v2/members failed: ` + notFoundBody + ` in {"ms":3}`,
		"status before the text":  "404 see " + notFoundBody,
		"object of a program":     "Error: x\n    at y {\n  timings: { start: 1, error: undefined },\n  data: { message: 'Member not found.', code: 20002, errors: [Object] }\n}\n",
		"zerolog":                 `{"level":"error","error":"GET /v2/x: 20002/404: Member not found.","message":"lookup failed"}`,
		"lambda":                  `{"statusCode":404,"headers":{"content-type":"application/json"},"body":"` + escaped + `"}`,
		"status as text":          `{"status":"404 Not Found","headers":{},"body":` + notFoundBody + `}`,
		"base64":                  `{"status":404,"body":"eyJtZXNzYWdlIjoiTWVtYmVyIG5vdCBmb3VuZC4iLCJjb2RlIjoyMDAwMn0="}`,
	} {
		d, text, status := runDecode(t, input)
		require.Equal(t, exitAPIError, status, "%s: %s", name, text)
		require.Equal(t, "20002/404", d.Code, "%s: %s", name, text)
		require.Equal(t, 404, d.Status, name)
		require.Contains(t, []string{"certain", "likely", "guess"}, d.Certainty, name)
	}
}

// An object is read in the notation of any language, and as a page, a chat or
// an editor shows it.
func TestReadResponse_Notations(t *testing.T) {
	for _, input := range []string{
		`{'message': 'Member not found.', 'code': 20002, 'errors': None}`,
		`{ message: 'Member not found.', code: 20002, errors: undefined }`,
		`{ message: 'Member not found.', code: 20002, errors: [Object], other: [Array] }`,
		`{"message"=>"Member not found.", "code"=>20002, "errors"=>nil}`,
		`{"message":"Member not found.","code":20002,}`,
		"{\"message\":\"Member\n  not found.\",\"code\":20002}",
		"{\n  \"message\": \"Member not found.\", // see https://example.com\n  \"code\": 20002\n}",
		"  1 | {\n  2 |   \"message\": \"Member not found.\",\n  3 |   \"code\": 20002\n  4 | }\n",
		strings.NewReplacer(":", ":\u00a0", ",", ",\u00a0").Replace(notFoundBody),
		strings.NewReplacer(`{"`, "{“", `":"`, "”:„", `","`, "“,“", `":2`, "”:2").Replace(notFoundBody),
		strings.ReplaceAll(notFoundBody, `"`, "&quot;"), strings.ReplaceAll(notFoundBody, `"`, `\"`), strings.ReplaceAll(notFoundBody, `"`, `\x22`), strings.ReplaceAll(notFoundBody, `"`, `\u0022`),
	} {
		d, text, _ := runDecode(t, input)
		require.Equal(t, []string{"20002/404", "Member not found.", likely}, []string{d.Code, d.Message, d.Certainty}, "%s: %s", input, text)
	}
}

// A compressed body is not rewritten.
func TestPlainText_Compressed(t *testing.T) {
	const body = gzipMagic + "\r\n\x1b[1m> x\n* y\n"
	require.Equal(t, "HTTP/1.1 404 x\n\n"+body, string(plainText([]byte("HTTP/1.1 404 x\r\n\r\n"+body))))
}

// chunk returns data in the framing of the chunked encoding.
func chunk(data string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(data), data) }

// The request is read from any tool's output, without its query.
func TestReadResponse_Request(t *testing.T) {
	const url = "https://api.pluralkit.me/v2/members/zzzzz"
	for input, want := range map[string]string{
		"GET /v2/members/zzzzz?token=x HTTP/1.1\nHost: a\n\n":               "GET",
		"> PATCH /v2/members/zzzzz HTTP/2\n> \n":                            "PATCH",
		"CONNECT api:443 HTTP/1.1\n\nDELETE /v2/members/zzzzz HTTP/1.1\n\n": "DELETE",
		"GET http://127.0.0.1:8080/v2/members/zzzzz HTTP/1.1\n\n":           "GET",
		"GET " + url + "\n\n":                                                             "GET",
		"POST " + url + " HTTP/1.1\n\n":                                                   "POST",
		"$ curl -i " + url + "\n":                                                         "GET",
		"$ curl -i -X PATCH '" + url + "?x=y' -d '{}'\n":                                  "PATCH",
		"$ curl -i -XDELETE " + url + "\n":                                                "DELETE",
		"$ curl -i --request=PATCH " + url + "\n":                                         "PATCH",
		"$ curl -I " + url + "\n":                                                         "HEAD",
		"$ curl -i -d name=x " + url + "\n":                                               "POST",
		"$ http post " + url + "\n":                                                       "POST",
		"PS C:\\> iwr -Method Patch " + url + "\n":                                        "PATCH",
		"--2026-01-01 00:00:00--  " + url + "\n":                                          "GET",
		"Request URL: " + url + "\nRequest Method: POST\n":                                "POST",
		"Request URL\n" + url + "\nRequest Method\nPOST\n":                                "POST",
		`fetch("` + url + `", {"method": "PATCH"})` + "\n":                                "PATCH",
		":method: GET\n:path: /v2/members/zzzzz\n":                                        "GET",
		"* [HTTP/2] [1] [:method: GET]\n* [HTTP/2] [1] [:path: /v2/members/zzzzz]\n* x\n": "GET",
		"method=DELETE path=/v2/members/zzzzz\n":                                          "DELETE",
		"GET https://api.pluralkit.me/v2/systems/@me\n" + url + "\n":                      "GET",
		"for url '" + url + "'\nMore: https://example.com/docs/403\n":                     "GET",
		"\"PATCH /v2/members/zzzzz HTTP/2.0\" 404 44 \"https://example.com/edit\"\n":      "PATCH",
	} {
		d, _, _ := runDecode(t, input+"HTTP/1.1 404 Not Found\nContent-Type: application/json\n\n"+notFoundBody)
		require.Equal(t, want+" /v2/members/zzzzz", d.Method+" "+d.Path, "%q", input)
	}
	d, _, _ := runDecode(t, "HTTP/1.1 404 Not Found\n\n"+`{"message":"see https://example.com/x","code":20002}`)
	require.Empty(t, d.Path, "what the body says is not the request")
}

// If the body was left out of the input, it may have a code. Decode then
// reports only the status, and does not treat the body as empty.
func TestReadResponse_MissingBody(t *testing.T) {
	for _, input := range []string{
		"HTTP/1.1 404 Not Found\n\n" + notFoundBody + "\nHTTP/1.1 404 Not Found\nContent-Type: application/json\n\n",
		"HTTP/2 404 Not Found\ncontent-length: 44\ncontent-type: application/json\nx-ratelimit-limit: 10\nx-ratelimit-remaining: 9\n\n",
		"HTTP/1.1 404 Not Found\r\nContent-Length: 44\r\n\r\n", "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n",
		"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 404 Not Found\nContent-Length: 44",
		"HTTP/1.1 404 Not Found", "404", " 404 \n", "404 Not Found", "HTTP 404", "Status: 404",
		"HEAD /v2/x HTTP/1.0\n\nHTTP/1.1 404 Not Found\nServer: x\n\n", "$ curl -I https://x/v2/y\nHTTP/1.1 404 Not Found\nServer: x\n\n",
		"  HTTP/1.1 404 Not Found\n  Content-Type: application/json\n2026-01-01 00:00:00 ERROR 404: Not Found.\n\n",
		"curl: (22) The requested URL returned error: 404\n", "urllib.error.HTTPError: HTTP Error 404: Not Found",
		"Response status code does not indicate success: 404 (Not Found).", "The remote server returned an error: (404) Not Found.",
		"Request failed with status code 404", "<Response [404]>", "GET https://x/y 404 (Not Found)", "StatusCode : NotFound",
		`127.0.0.1 - - [26/Nov/2026] "GET /v2/x HTTP/1.1" 404 44`, "404 Client Error: Not Found for url: https://x/y",
		`{"code":404,"time_total":0.1}`, "404|https://x/y|0.000362|44\n", "404, message='Not Found', url=URL('https://x/y')\n", "404 error code: 1020",
		`{"err":{"message":"Request failed with status code 404","stack":"x","status":404},"msg":"lookup"}`,
		"HTTP/1.1 404 Not Found\nContent-Type: application/json\n\n404 Not Found\nSaving to: x.json\n", "{ statusCode: 404, trailers: {}, body: Readable {} }",
		`{"http_code":404,"method":"GET","url":"https://x/y"}`, `{"status":404,"headers":{"content-type":"application/json"}}`,
		`{"log":{"entries":[{"response":{"status":404,"headers":[],"content":{"size":44,"mimeType":"application/json"}}}]}}`,
		"content-type: application/json\nstatus: 404\n", "HTTP/1.1 404 Not Found\nContent-Type: application/json\nContent-Length: 44\n\nSaved to x.json\n",
	} {
		d, text, status := runDecode(t, input)
		require.Equal(t, exitAPIError, status, "%q: %s", input, text)
		require.Equal(t, 404, d.Status, "%q", input)
		require.Equal(t, kindMissing, d.Body.Kind, "%q", input)
		require.Empty(t, d.Code+d.Meaning+d.Action+d.Message, "%q", input)
		require.Equal(t, []codeName{{"0/404", "NotFound"}}, d.Matches, "%q", input)
		require.NotContains(t, text, "path", "%q", input)
		require.Contains(t, text, "its code is not known: only the status is.", "%q", input)
		require.Contains(t, text, "so use a GET", "%q", input)
	}

	// Nothing but a body tells whether the API itself refuses.
	for _, input := range []string{"HTTP/2 403\nserver: x\n\n", "HTTP/1.1 401 Unauthorized\r\n\r\n"} {
		d, text, _ := runDecode(t, input)
		require.Empty(t, d.Code+d.Meaning+d.Action, "%q", input)
		require.Contains(t, text, "its code is not known: only the status is.", "%q", input)
	}

	// These say that there is no body, or say nothing about it.
	for input, silent := range map[string]bool{
		"HTTP/2 404\ncontent-length: 0\n\n": false, "HTTP/2 404\ncontent-type: application/json\ncontent-length: 0\n\n": false,
		"HTTP/1.1 404 Not Found\nAccess-Control-Allow-Origin: *\n\n": true, "HTTP/1.1 404 Not Found\r\n\r\n": true,
	} {
		d, _, _ := runDecode(t, input)
		require.Equal(t, "0/404", d.Code, "%q", input)
		require.Contains(t, d.Notes[len(d.Notes)-1], "The path does not exist", "%q", input)
		require.Equal(t, silent, strings.Contains(d.Notes[0], "If the response had none"), "%q", input)
	}
}

// An error is never a success, and input that is not understood is neither.
func TestReadResponse_Success(t *testing.T) {
	for input, want := range map[string]int{
		"HTTP/1.1 200 OK\n\n{}": exitOK, "HTTP/2 204 \n\n": exitOK, "200": exitOK, "200 OK": exitOK, "level=info status=200 bytes=20002": exitOK, `1.2.3.4 "GET /v2/x HTTP/2.0" 200 20002`: exitOK, "HTTP 201": exitOK, "http_code: 200": exitOK,
		`{"id":"abcde","uuid":"x","description":"HTTP/1.1 500 x"}`: exitOK,
		`{"id":"abcde","name":"Alice"}`:                            exitOK, `{"id":"abcde","uuid":"x","name":"Alice","new_key":1}`: exitOK, `[{"id":"abcde","uuid":"x"}]`: exitOK, `[{"id":"abcde","uuid":"x"}]200`: exitOK, `{"id":"exmpl","name":"x"}200`: exitOK, "{}\n200\n": exitOK,
		`{"id":"1","timestamp":"2026-11-26T00:00:00Z","members":[]}`: exitOK, `{"id":"1","timestamp":"2026-11-26T00:00:00Z","original":"2"}`: exitOK,
		`{"log":{"entries":[{"response":{"status":200,"headers":[],"content":{}}}]}}`: exitOK,
		"HTTP/1.1 500 x\nContent-Length: 4\n\nbusyHTTP/1.1 200 OK\n\n{}":              exitAPIError, // no line break: not a status line
		"HTTP/1.1 500 x\nContent-Length: 5\n\nbusy\nHTTP/1.1 200 OK\n\n{}":            exitOK,
		"HTTP/1.1 500 x\nContent-Length: 4\n\nbusy\nHTTP/1.1 200 OK\n\n{}":            exitOK,
		"HTTP/1.1 500 x\nContent-Length: 0\n\nHTTP/1.1 200 OK\n\n{}":                  exitOK,
		"HTTP/1.1 503 x\n\n<html>busy</html>\nHTTP/1.1 200 OK\n\n{}":                  exitOK,
		"HTTP/1.1 503 x\n\n<html>busy</html>HTTP/1.1 200 OK\n\n{}":                    exitOK,
		"HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\n\n{}":                              exitOK,
		"HTTP/1.1 500 x\n\n{\"message\":\"x\"}HTTP/1.1 200 OK\n\n{}":                  exitOK,
		"HTTP/1.1 500 x\n\nGET /v2/y HTTP/1.0\n\nHTTP/1.1 200 OK\n\n{}":               exitOK,

		"HTTP/1.1 500 x\n\nHTTP/1.1 200 OK\n\n{}": exitAPIError, "HTTP/1.1 500 x\n\nsee\nHTTP/1.1 200 OK\n\n{}": exitAPIError,
		"HTTP/1.1 200 OK\nContent-Type: text/plain\n\nHTTP/1.1 500 x\n\n": exitAPIError,
		`{"message":"HTTP/1.1 200 OK\n\n{}","code":20003}`:                exitAPIError,
		`{"message":"x","code":0}200`:                                     exitAPIError, notFoundBody + "200": exitAPIError,
		`{"type":"about:blank","status":503,"detail":"upstream"}`: exitAPIError, `{"statusCode":404,"title":"x"}`: exitAPIError,
		`{"code":404,"time_total":0.1}`: exitAPIError, "<html>busy</html>\n503 text/html; charset=UTF-8 17\n": exitAPIError,
		`{"error":"x"}`: exitAPIError, `"gone"`: exitAPIError, "500": exitAPIError,

		"": exitUsage, " \n": exitUsage, "[]": exitUsage, "{}": exitUsage, "null": exitUsage, "7": exitUsage, "99": exitUsage, "1000": exitUsage, "true": exitUsage,
		`{"success":false,"errors":[{"code":10000,"message":"x"}],"result":null}`: exitUsage, `{"status":503}`: exitUsage, `{"errors":[]}`: exitUsage,
		`{"id":"abcde"}`: exitUsage, `{"id":"x","name":"y","status":503}`: exitUsage, `{"id":"x","name":"y","errors":[]}`: exitUsage, `[{"id":"x","name":"y"},{}]`: exitUsage,
		`{"id":"x","name":"x","errorMessage":"Task timed out"}`: exitUsage, `{"id":"1","created":1,"object":"error"}`: exitUsage, `{"id":"1","timestamp":"2026","reason":"blocked"}`: exitUsage,
		"HTTP/1.1 200 Connection established\r\nProxy-Agent: t/1\r\n\r\ncurl: (35) TLS connect error\n":                    exitUsage,
		"> CONNECT api.pluralkit.me:443 HTTP/1.1\n> Host: x\n>\n< HTTP/1.1 200 OK\n<\n* TLS connect error\ncurl: (35) x\n": exitUsage,
		"HTTP/1.1 200 Connection established\r\n\r\nHTTP/2 404 \r\ncontent-type: application/json\r\n\r\n" + notFoundBody:  exitAPIError,
		"<p>x</p>\n<pre>HTTP/1.1 200 OK</pre>": exitUsage, "<html><pre>HTTP/1.1 200 OK\nContent-Type: application/json\n\n{}</pre></body></html>": exitUsage,
		`{"level":"error","status":200,"path":"/x","msg":"decode failed"}`: exitUsage, `{"level":"info","status":200,"path":"/x","msg":"done"}`: exitOK,
		"http://localhost:12345/404": exitUsage,
		`{"log":{"entries":[]}}`:     exitUsage, `{"log":{"entries":[{"response":{"status":0}}]}}`: exitUsage, `{"msg":"HTTP/1.1 200 OK\n\n{}"}`: exitUsage,
		`{"code":200,"message":"OK"}`: exitUsage, `{"status":20000,"url":"https://x/y"}`: exitUsage, `{"code":200,"time_total":0.1}`: exitUsage,
		"error: Assert status code\n 2 | HTTP 200\n   |      ^^^ actual value is <404>\n": exitUsage, "level=ERROR msg=x other.status=200 err=boom": exitUsage,
		"curl: (28) Operation timed out after 5001 milliseconds\n200": exitUsage, "curl: (18) transfer closed with 9 bytes remaining to read\n200": exitUsage,
		"GET https://x/y \"HTTP/1.1 200 OK\"\nTraceback (most recent call last):\nhttpx.ReadTimeout: too slow\n": exitUsage,
		"plain text": exitUsage, `"quoted" text`: exitUsage, "<html>busy</html>": exitUsage, "\x00\x01": exitUsage, `{"message":"x`: exitUsage, "[1,": exitUsage, "took 200 ms": exitUsage,
		"curl: (6) Could not resolve host: api.pluralkit.me": exitUsage, "GET /v2/members/zzzzz HTTP/1.1\nHost: x\n\n": exitUsage,
		"curl https://api.pluralkit.me/v2/members/zzzzz": exitUsage, "content-type: application/json\ncontent-length: 44\n": exitUsage,
	} {
		_, text, status := runDecode(t, input)
		require.Equal(t, want, status, "%q: %s", input, text)
	}
}

// A page with the status of a success is not from the API, and decode says so.
func TestReadResponse_Page(t *testing.T) {
	_, text, status := runDecode(t, "HTTP/1.1 200 OK\nContent-Type: text/html\n\n<html>Sign in</html>")
	require.Equal(t, exitOK, status)
	require.Contains(t, text, "The body is an HTML page, not from the API.")

	_, text, status = runDecode(t, "I expected:\n\nHTTP/1.1 200 OK\n\nbut got\n\n"+notFoundBody)
	require.Equal(t, exitOK, status)
	require.Contains(t, text, "The body looks like an error, but the status is that of a success.")

	// A page that looks like a list of notes keeps its lines.
	d, _, _ := runDecode(t, "HTTP/1.1 502 Bad Gateway\nContent-Type: text/plain\n\n* upstream\n* failed")
	require.Equal(t, kindText, d.Body.Kind)
}

// A proxy or firewall in front of the API refuses for reasons of its own.
func TestReadResponse_Front(t *testing.T) {
	for input, want := range map[string]string{
		"HTTP/2 403\nserver: cloudflare\ncontent-type: text/plain\n\nerror code: 1020":                                             "Another token does not help",
		"HTTP/2 403\nserver: cloudflare\nerror code: 1020":                                                                         "Another token does not help",
		"HTTP/2 403\ncontent-type: text/html\n\n<!DOCTYPE html><html>Attention Required!</html>":                                   "Another token does not help",
		"HTTP/1.1 403 Forbidden\n\n{\"message\":\"Forbidden\"}":                                                                    "Another token does not help",
		"HTTP/1.1 403 Forbidden\ncontent-length: 0\n\n":                                                                            "Another token does not help",
		"HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Basic realm=\"staging\"\nContent-Type: text/html\n\n<html>401</html>":        `its own password (Basic realm="staging")`,
		"HTTP/1.1 401 Unauthorized\nContent-Type: text/html\n\n<html>401</html>":                                                   "Another API token does not help",
		"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\ncurl: (56) CONNECT failed\r\n": `its own password (Basic realm="x")`,
		"HTTP/2 429\nretry-after: 30\ncontent-type: text/plain\n\nerror code: 1015":                                                "limits the client or its network",
		"HTTP/2 429\n\n<html>Too Many Requests</html>":                                                                             "limits the client or its network",
		`{"code":403,"message":"Forbidden"}`:                                                                                       "Another token does not help",
		"HTTP/1.1 404 Not Found\nServer: nginx\n\n<html>404</html>":                                                                "what stands between",
	} {
		d, text, status := runDecode(t, input)
		require.Equal(t, exitAPIError, status, "%q", input)
		require.True(t, d.Front, "%q", input)
		require.Contains(t, d.Advice, want, "%q", input)
		require.Empty(t, d.Meaning+d.Action, "%q", input)
		require.NotContains(t, text, "Use that system's token", "%q", input)
		require.NotContains(t, text, "Ask the user for a new token", "%q", input)
	}
	d, _, _ := runDecode(t, "HTTP/2 429\nretry-after: 30\n\n<html></html>")
	require.EqualValues(t, 30_000, *d.RetryAfter)
	d, _, _ = runDecode(t, "HTTP/2 429\n\n<html></html>")
	require.Nil(t, d.RetryDelay, "the limit is not the API's")

	for _, input := range []string{
		`HTTP/1.1 401 x` + "\nWWW-Authenticate: Bearer\n\n" + `{"message":"401: Missing or invalid Authorization header","code":0}`,
		"HTTP/1.1 429 x\n\n" + `{"message":"429: too many requests","retry_after":19,"scope":"generic_get","code":0}`,
		"HTTP/1.1 403 x\nServer: cloudflare\n\n" + `{"message":"Unauthorized to view member list","code":30001}`,
		"HTTP/1.1 429 x\nRetry-After: 5\n\n", "HTTP/1.1 502 x\n\n<html>502</html>",
	} {
		d, _, _ := runDecode(t, input)
		require.False(t, d.Front, "%q", input)
	}
}

// Headers are found in every notation.
func TestReadResponse_Headers(t *testing.T) {
	for _, input := range []string{
		"HTTP/1.1 429 X\r\n\x1b[1mRetry-After\x1b[0m: 5\r\n\r\n", "HTTP/1.1 429 X\nretry-after:5\n\n", "HTTP/1.1 429 X\nRETRY-AFTER:  5 \n\n",
		"> GET /v2/x HTTP/1.1\n> Host: a\n>\n> HTTP/1.1 429 X\n> Retry-After: 5\n>\n", "HTTP/1.1 429 X\nA: 1\n b\n:\nd e: 1\nRetry-After: 5\n\n", "< HTTP/1.1 429 X\n< Retry-After: 5\n< \n",
		`{"status":429,"headers":{"Retry-After":"5"}}`, `{"status":429,"headers":{"retry-after":["5"]}}`,
		`{"status":429,"headers":[{"name":"Retry-After","value":"5"}]}`, `{"status":429,"headers":[{"key":"Retry-After","value":"5"}]}`,
		`{"status":429,"headers":"retry-after: 5\r\ncontent-type: application/json"}`,
	} {
		d, text, _ := runDecode(t, input)
		require.Equal(t, 429, d.Status, "%q", input)
		require.NotNil(t, d.RetryAfter, "%q: %s", input, text)
		require.EqualValues(t, 5000, *d.RetryAfter, "%q", input)
	}
	d, text, _ := runDecode(t, "HTTP/1.1 404 Not Found\r\nX-RateLimit-Limit: 10\r\n\r\n"+notFoundBody)
	require.Equal(t, rateLimit{10, -1, "", ""}, *d.RateLimit)
	require.Contains(t, text, "Rate limit\t10 a second\n")
}

// The keys of a document that describes a response have many names.
func TestResponseOf_Keys(t *testing.T) {
	for _, input := range []string{
		`{"%s":404,"url":"https://x/y"}`, `{"%s":404,"path":"/y","method":"GET"}`, `{"%s":"404 Not Found","request":{"url":"https://x/y"}}`,
		`{"%s":404,"config":{"url":"/y"}}`, `{"%s":404,"url_effective":"http://x/y"}`, `{"%s":404,"statusText":"Not Found"}`, `{"%s":404,"stack":"Error"}`,
	} {
		for _, key := range []string{"status", "statusCode", "status_code", "http_code", "httpStatus", "http-status", "response_code", "Status"} {
			d, text, _ := runDecode(t, fmt.Sprintf(input, key))
			require.Equal(t, 404, d.Status, "%s %s: %s", input, key, text)
			require.Equal(t, "document", d.Source, "%s %s", input, key)
		}
	}
	for _, headers := range []string{"headers", "header", "responseHeaders", "response_headers"} {
		for _, body := range []string{"body", "content", "data", "text", "responseText", "response_body"} {
			d, text, _ := runDecode(t, fmt.Sprintf(`{"status":429,"%s":{"retry-after":"5"},"%s":{"message":"429: too many requests","code":0}}`, headers, body))
			require.Equal(t, "0/429", d.Code, "%s %s: %s", headers, body, text)
			require.NotNil(t, d.RetryAfter, "%s %s: %s", headers, body, text)
		}
	}
	_, text, status := runDecode(t, `{"status":404,"message":"x","level":"error"}`)
	require.Equal(t, exitAPIError, status, text)
	require.NotContains(t, text, "document", "a body that contains its own status")
}

// If there are several responses, the last counts.
func TestReadResponse_Several(t *testing.T) {
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
			r := readResponse(fmt.Appendf(nil, format, test.status, test.header))
			require.Equal(t, 200, r.status, "%+v", test)
			require.Equal(t, "{}", string(r.body), "%+v", test)

			// Without the header that makes a client send another request, the
			// second response is the body of the first.
			r = readResponse(fmt.Appendf(nil, format, test.status, test.none))
			require.Equal(t, test.status, r.status, "%+v", test)
			require.Contains(t, string(r.body), "HTTP/2 20", "%+v", test)
		}
	}
}

func TestStatusLine(t *testing.T) {
	for version, want := range map[string]int{
		"HTTP/1.0": 404, "HTTP/1.1": 404, "HTTP/2": 404, "HTTP/2.0": 404, "HTTP/3": 404, "HTTP/3.0": 404,
		"HTTP/0.9": 0, "HTTP/1": 0, "HTTP/4": 0, "http/1.1": 0, "HTTPS/1.1": 0, "HTTP/": 0,
	} {
		for _, end := range []string{"", " ", " Not Found"} {
			require.Equal(t, want, readResponse([]byte(version+" 404"+end+"\r\n\r\n")).status, "%s%s", version, end)
		}
	}
	for _, line := range []string{
		"HTTP/1.1", "HTTP/1.1 abc", "HTTP/1.1 99 x", "HTTP/1.1 4040 x", "HTTP/1.1 099 x", "see HTTP/1.1 404 x", "it said HTTP/1.1 404",
		`he said "HTTP/1.1 404 x" again`,
	} {
		require.Zero(t, readResponse([]byte(line+"\n\n")).status, line)
	}
}

// A body in its proper place is kept byte for byte.
func TestReadResponse_Body(t *testing.T) {
	for input, want := range map[string]string{
		"HTTP/1.1 404 x\n\n{}\n":                             "{}\n",
		"HTTP/1.1 404 x\nA: 1\na: 2\n b\n:\nc\nd e: 1\n\nx":  "x",
		"HTTP/1.1 404\n\n\nx\n":                              "\nx\n",
		"HTTP/1.1 404 x\nContent-Length: 3\n\nabcuser@host$": "abc",
		"HTTP/1.1 404 x\nContent-Length: 9\n\nabc":           "abc",
		"HTTP/1.1 404 x\nContent-Length: x\n\nabc":           "abc",
		"HTTP/1.1 404 x\n\n<html>x</html>":                   "<html>x</html>",
		"HTTP/1.1 404 x\n\nzz\nno chunks":                    "zz\nno chunks",
		"HTTP/1.1 404 x\n\nabc\nno chunks":                   "abc\nno chunks",
		"HTTP/1.1 404 x\n\n\x1f\x8b\x08broken":               "\x1f\x8b\x08broken",
		"HTTP/1.1 404 x\n\n\x1f\x8b\x08\x00broken too":       "\x1f\x8b\x08\x00broken too",
	} {
		require.Equal(t, want, string(readResponse([]byte(input)).body), "%q", input)
	}
	require.Equal(t, http.Header{"A": {"1", "2"}}, readResponse([]byte("HTTP/1.1 404 x\nA: 1\na: 2\nA: 1\n b\n:\nc\nd e: 1\n\nx")).header)
}

// A long input is read up to the limit, and does not take long.
func TestReadResponse_Long(t *testing.T) {
	full := readResponse([]byte("HTTP/1.1 404 x\nA: b\n\n" + strings.Repeat("x", maxText/2)))
	require.Len(t, string(full.body), maxText/2)
	require.False(t, full.truncated)
	long := readResponse([]byte("HTTP/1.1 404 x\n\n" + strings.Repeat("x", maxText)))
	require.True(t, long.truncated)

	code, _ := json.Marshal(map[string]string{"x": strings.Repeat("x", maxText/2), "message": "Member not found."})
	d, _, _ := runDecode(t, "HTTP/1.1 404 x\n\n"+strings.Replace(string(code), "{", `{"code":20002,`, 1))
	require.Equal(t, "20002/404", d.Code, "however long the body is")

	for _, part := range []string{
		"{", "[", "{\"a\":", "\"", "HTTP/1.1 500 x\n\nHTTP/1.1 200 x\n\n", "HTTP/1.1 404 x\n", "x\n", "A: b\n", "\n \n", "\x1b[", "> ", "0000: 00 ", "2c\r\n", "<html>",
		"\\\"", "' : ", "HTTP/1.1 404 x\nA: b\nx\n \n", "https://a/b ", "20003 ", "Member '", "1: HTTP/1.1 404 x\n", "< HTTP/1.1 404 x\n",
	} {
		start := time.Now()
		readResponse([]byte(strings.Repeat(part, maxText/4/len(part))))
		require.Less(t, time.Since(start), time.Minute, "%q", part)
	}
}

// No input makes decode panic, or print anything that a terminal would obey.
func FuzzReadResponse(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "inputs", "*.txt"))
	require.NoError(f, err)
	for _, name := range files {
		input, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(input, 0)
	}
	for _, seed := range []string{
		"", "HTTP/1.1 404 x\n\nx", "\uFEFFHTTP/1.1 200 x\n:\n\n", `{"message":"404: Not Found","code":0,"retry_after":1}`, `{"title":"x","status":415}`,
		"<html>", "\xff\x00", "\xff\xfe\x00", "\x1f\x8b\x08", "0000: 41 ", "'{a:1}", "^[[0m", "1\r\nx\r\n0\r\n", "\x80HTTP/1.1 404",
	} {
		f.Add([]byte(seed), 404)
	}
	f.Fuzz(func(t *testing.T, input []byte, status int) {
		r := readResponse(input)
		require.True(t, r.status == 0 || r.status >= 100 && r.status <= 999)
		require.Contains(t, []string{"certain", "likely", "guess"}, r.certainty)
		if status < 100 || status > 999 {
			status = 0
		}
		d, err := diagnose(r, status, audience{})
		if err != nil {
			return
		}
		for _, s := range []screen{{}, {width: 40}} {
			out := s.render(execute("decode", d))
			require.NotContains(t, out, "\x1b")
			require.NotContains(t, out, "\u202e")
			require.NotContains(t, out, "can't evaluate")
		}
	})
}
