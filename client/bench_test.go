package client_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/pkerr/pkerr/client"
)

// documented is the body of an error as the API's page has it, and as clients of the API decode it today.
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

// bodies are what is measured: a plain code, one with a reference, a rate limit, and three fields.
var bodies = []struct {
	name   string
	status int
	body   string
	allocs float64 // of Decode
}{
	{"A", 404, `{"message":"System not found.","code":20001}`, 2},
	{"B", 404, `{"message":"Member 'abcde' not found.","code":20003}`, 3},
	{"C", 429, `{"message":"429: too many requests","retry_after":19,"scope":"generic_get","code":0}`, 2},
	{"D", 400, `{"message":"Error parsing JSON model","code":40001,"errors":{` +
		`"name":[{"message":"Field name is too long.","actual_length":101,"max_length":100}],` +
		`"color":[{"message":"Field color is invalid."}],` +
		`"description":[{"message":"Field description is too long.","actual_length":1001,"max_length":1000}]}}`, 6},
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
	for _, c := range bodies {
		body := []byte(c.body)
		b.Run("body="+c.name+"/impl=std", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var d documented
				if err := json.Unmarshal(body, &d); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("body="+c.name+"/impl=pkerr", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if client.Decode(c.status, header, body) == nil {
					b.Fatal("no error")
				}
			}
		})
	}
}

// bodyOf is a body that can be read again, so that the benchmark measures no setting up.
type bodyOf struct{ bytes.Reader }

func (*bodyOf) Close() error { return nil }

func BenchmarkCheck(b *testing.B) {
	for _, c := range bodies {
		content := []byte(c.body)
		body := &bodyOf{}
		resp := &http.Response{StatusCode: c.status, Header: usualHeader(), Body: body, ContentLength: int64(len(content))}
		b.Run("body="+c.name+"/impl=std", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				body.Reset(content)
				read, err := io.ReadAll(resp.Body)
				if err != nil {
					b.Fatal(err)
				}
				var d documented
				if err := json.Unmarshal(read, &d); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("body="+c.name+"/impl=pkerr", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				body.Reset(content)
				if client.Check(resp) == nil {
					b.Fatal("no error")
				}
			}
		})
	}
}
