package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

// answer starts an API that gives every request the same response.
func answer(status int, header map[string]string, body string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for key, value := range header {
			w.Header().Set(key, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
}

// get sends a GET request and returns its error, if any.
func get(httpClient *http.Client, url string) error {
	resp, err := httpClient.Get(url)
	if err != nil {
		return err // no response
	}
	defer resp.Body.Close()
	return client.Check(resp)
}

// Find out what went wrong.
func ExampleCheck() {
	api := answer(404, nil, `{"message":"Member not found.","code":20002}`)
	defer api.Close()

	err := get(api.Client(), api.URL+"/v2/members/abcde")

	fmt.Println(err)
	fmt.Println("this error:", errors.Is(err, pkerr.MemberNotFound))
	fmt.Println("any 404:   ", errors.Is(err, pkerr.NotFound))
	// Output:
	// GET /v2/members/abcde: 20002/404: Member not found.
	// this error: true
	// any 404:    true
}

// An HTML page from a proxy is an error like any other.
func ExampleCheck_proxy() {
	api := answer(502, map[string]string{"Content-Type": "text/html", "Fly-Request-Id": "01JD0000-fra"}, "<html><h1>502 Bad Gateway</h1></html>")
	defer api.Close()

	err := get(api.Client(), api.URL+"/v2/members/abcde")

	fmt.Println(err)
	fmt.Println("any 5xx:", errors.Is(err, pkerr.InternalServerError))
	// Output:
	// GET /v2/members/abcde: 502: Bad Gateway (request 01JD0000-fra)
	// any 5xx: true
}

// A code that this library does not know still matches its class.
func ExampleCheck_unknownCode() {
	api := answer(403, nil, `{"message":"This endpoint requires an active PluralKit Premium subscription","code":39999}`)
	defer api.Close()

	err := get(api.Client(), api.URL+"/v2/premium")

	code := pkerr.CodeOf(err)
	fmt.Println(code.Number(), code.Status(), "known:", code.Name() != "")
	fmt.Println("any 403:", errors.Is(err, pkerr.Forbidden))
	fmt.Println("this one:", errors.Is(err, pkerr.MakeCode(39999, 403)))
	// Output:
	// 39999 403 known: false
	// any 403: true
	// this one: true
}

// Show what is wrong with each field of a form.
func ExampleCheck_fields() {
	api := answer(400, nil, `{"message":"Error parsing JSON model","code":40001,"errors":{"name":[{"message":"Field name is too long.","actual_length":101,"max_length":100}]}}`)
	defer api.Close()

	err := get(api.Client(), api.URL+"/v2/members/abcde")

	for _, o := range pkerr.FieldErrors(err)["name"] {
		fmt.Println(o.Message, *o.ActualLength, "of", *o.MaxLength)
	}
	// Output: Field name is too long. 101 of 100
}

// Find out how long to wait.
func ExampleCheck_rateLimit() {
	api := answer(429, map[string]string{"X-RateLimit-Limit": "10", "X-RateLimit-Scope": "generic_get"},
		`{"message":"429: too many requests","retry_after":19,"scope":"generic_get","code":0}`)
	defer api.Close()

	err := get(api.Client(), api.URL+"/v2/members/abcde")

	if delay, ok := client.RetryDelay(err); ok {
		fmt.Println("try again in", delay)
	}
	// Output: try again in 119ms
}

// Check a response in a RoundTripper, and again in its caller.
func ExampleCheck_twice() {
	api := answer(404, nil, `{"message":"Member not found.","code":20002}`)
	defer api.Close()
	resp, err := api.Client().Get(api.URL + "/v2/members/abcde")
	if err != nil {
		return
	}
	defer resp.Body.Close()

	fmt.Println(client.Check(resp))
	fmt.Println(client.Check(resp))
	body, _ := io.ReadAll(resp.Body)
	fmt.Printf("%s\n", body)
	// Output:
	// GET /v2/members/abcde: 20002/404: Member not found.
	// GET /v2/members/abcde: 20002/404: Member not found.
	// {"message":"Member not found.","code":20002}
}

// Read a key of the body that this library does not know.
func ExampleResponseError() {
	api := answer(415, map[string]string{"Content-Type": "application/problem+json"}, `{"title":"Unsupported Media Type","status":415,"traceId":"00-0af7"}`)
	defer api.Close()

	err := get(api.Client(), api.URL+"/v2/members/abcde")

	if e, ok := errors.AsType[*client.ResponseError](err); ok {
		fmt.Println(e.Method, e.Path, e.Status)
		fmt.Println(string(e.Body))
	}
	// Output:
	// GET /v2/members/abcde 415
	// {"title":"Unsupported Media Type","status":415,"traceId":"00-0af7"}
}

// Find out which limit the request counted towards, and how much of it is left.
func ExampleResponseError_RateLimit() {
	api := answer(404, map[string]string{"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "8", "X-RateLimit-Scope": "generic_get"},
		`{"message":"Member not found.","code":20002}`)
	defer api.Close()

	err := get(api.Client(), api.URL+"/v2/members/abcde")

	if e, ok := errors.AsType[*client.ResponseError](err); ok {
		if limit, ok := e.RateLimit(); ok {
			fmt.Println(limit.Remaining, "of", limit.Limit, "left for", limit.Scope)
		}
	}
	// Output: 8 of 10 left for generic_get
}

// Quote the request ID when you report a failure of the API.
func ExampleResponseError_RequestID() {
	api := answer(500, map[string]string{"Fly-Request-Id": "01JD0000-fra"}, `{"message":"500: Internal Server Error","code":0}`)
	defer api.Close()

	err := get(api.Client(), api.URL+"/v2/members/abcde")

	if e, ok := errors.AsType[*client.ResponseError](err); ok {
		fmt.Println("request", e.RequestID())
	}
	// Output: request 01JD0000-fra
}

// Store an error, and handle it later.
func ExampleResponseError_MarshalJSON() {
	header := http.Header{"Fly-Request-Id": {"01JD0000-fra"}, "Set-Cookie": {"secret"}}
	err := client.Decode(404, header, []byte(`{"message":"Member not found.","code":20002}`))

	stored, _ := json.Marshal(err)
	fmt.Printf("%s\n", stored)

	var e *client.ResponseError
	if err := json.Unmarshal(stored, &e); err != nil {
		return
	}
	fmt.Println(e)
	fmt.Println(errors.Is(e, pkerr.MemberNotFound))
	// Output:
	// {"status":404,"header":{"Fly-Request-Id":["01JD0000-fra"]},"body":"{\"message\":\"Member not found.\",\"code\":20002}"}
	// 20002/404: Member not found. (request 01JD0000-fra)
	// true
}

// Log an error with all that is known about its response.
func ExampleResponseError_LogValue() {
	err := client.Decode(404, nil, []byte(`{"message":"Member 'x\ny' not found.","code":20003}`))

	withoutTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime})).Error("lookup", "err", err)
	// Output: {"level":"ERROR","msg":"lookup","err":{"text":"20003/404: Member 'x\\ny' not found.","code":"20003/404","message":"Member 'x\\ny' not found.","status":404}}
}

// Decode a response whose body has already been read.
func ExampleDecode() {
	err := client.Decode(404, http.Header{}, []byte(`{"message":"System not found.","code":20001}`))

	fmt.Println(err)
	// Output: 20001/404: System not found.
}

// Keep more of a long body, or less.
func ExampleWithBodyLimit() {
	resp := &http.Response{StatusCode: 500, Body: io.NopCloser(strings.NewReader("a stack trace without end"))}
	defer resp.Body.Close()

	err := client.Check(resp, client.WithBodyLimit(7))

	if e, ok := errors.AsType[*client.ResponseError](err); ok {
		fmt.Printf("%q, truncated: %v\n", e.Body, e.Truncated)
	}
	// Output: "a stack", truncated: true
}
