package client_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/pkerr/pkerr/client"
)

// documented is the body of an error as the API documents it, and as other
// clients decode it.
type documented struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Errors  map[string][]struct {
		Message      string `json:"message"`
		MaxLength    *int   `json:"max_length"`
		ActualLength *int   `json:"actual_length"`
	} `json:"errors"`
	RetryAfter *int   `json:"retry_after"`
	Scope      string `json:"scope"`
}

// bodies are a code, one with a reference, a rate limit, and three fields.
var bodies = []struct {
	name   string
	status int
	body   string
	allocs float64 // of Decode
}{
	{"A", 404, `{"message":"System not found.","code":20001}`, 1},
	{"B", 404, `{"message":"Member 'abcde' not found.","code":20003}`, 2},
	{"C", 429, `{"message":"429: too many requests","retry_after":19,"scope":"generic_get","code":0}`, 1},
	{"D", 400, `{"message":"Error parsing JSON model","code":40001,"errors":{` +
		`"name":[{"message":"Field name is too long.","actual_length":101,"max_length":100}],` +
		`"color":[{"message":"Field color is invalid."}],` +
		`"description":[{"message":"Field description is too long.","actual_length":1001,"max_length":1000}]}}`, 5},
}

// html is a proxy's page of 6 KiB.
var html = "<!DOCTYPE html>\n<html>" + strings.Repeat("<p>Bad gateway</p>\n", 323)[:6<<10-29] + "</html>"

// manyFields returns a body with n errors, each of its own key.
func manyFields(n int) string {
	var b strings.Builder
	b.WriteString(`{"message":"Error parsing JSON model","code":40001,"errors":{`)
	for i := range n {
		fmt.Fprintf(&b, `%s"description_templates[%d]":[{"message":"Field description_templates[%d] is too long.","actual_length":101,"max_length":100}]`, ","[:min(i, 1)], i, i)
	}
	return b.String() + `}}`
}

func usualHeader() http.Header {
	header := http.Header{}
	for key, value := range map[string]string{
		"Content-Type":                "application/json",
		"Date":                        "Sun, 22 Nov 2026 12:00:00 GMT",
		"Server":                      "Fly/a1b2c3d4 (2026-08-01)",
		"Via":                         "2 fly.io",
		"Fly-Request-Id":              "01JD0000000000000000000000-fra",
		"Access-Control-Allow-Origin": "*",
		"X-RateLimit-Limit":           "10",
		"X-RateLimit-Remaining":       "8",
		"X-RateLimit-Reset":           "1786982400",
		"X-RateLimit-Scope":           "generic_get",
	} {
		header.Set(key, value)
	}
	return header
}

func BenchmarkDecode(b *testing.B) {
	header := usualHeader()
	run := func(name string, status int, body []byte) {
		b.Run(name+"/impl=std", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var d documented
				if err := json.Unmarshal(body, &d); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/impl=pkerr", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if client.Decode(status, header, body) == nil {
					b.Fatal("no error")
				}
			}
		})
	}
	for _, c := range bodies {
		run("body="+c.name, c.status, []byte(c.body))
	}
	for _, n := range []int{200, 2000} {
		run(fmt.Sprintf("fields=%d", n), 400, []byte(manyFields(n)))
	}
}

// bodyOf is a body that can be reset, so that the benchmark measures no setup.
type bodyOf struct{ bytes.Reader }

func (*bodyOf) Close() error { return nil }

func BenchmarkCheck(b *testing.B) {
	run := func(name string, status int, content []byte) {
		body := &bodyOf{}
		resp := &http.Response{StatusCode: status, Header: usualHeader(), ContentLength: int64(len(content))}
		b.Run(name+"/impl=std", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				body.Reset(content)
				resp.Body = body
				read, err := io.ReadAll(resp.Body)
				if err != nil {
					b.Fatal(err)
				}
				var d documented
				if err := json.Unmarshal(read, &d); (err == nil) != (content[0] == '{') {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/impl=pkerr", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				body.Reset(content)
				resp.Body = body
				if client.Check(resp) == nil {
					b.Fatal("no error")
				}
			}
		})
	}
	for _, c := range bodies {
		run("body="+c.name, c.status, []byte(c.body))
	}
	run("body=html", 502, []byte(html))
}
