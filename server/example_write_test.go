package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/server"
)

// A middleware cannot return an error, so it writes one.
func ExampleWrite() {
	authenticated := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "" {
				server.Write(w, r, pkerr.Unauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	show(authenticated(http.NotFoundHandler()), "GET", "/", "")
	// Output:
	// 401 {"message":"401: Missing or invalid Authorization header","code":0}
}

// A rate limit says how long to wait, in the body and in a header.
func ExampleWrite_rateLimit() {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/v2/members/abcde", http.NoBody)
	err := pkerr.TooManyRequests.WithRetryAfter(1200 * time.Millisecond).WithScope("generic_get")
	server.Write(w, r, err)
	fmt.Println(w.Code, w.Body)
	fmt.Println("Retry-After:", w.Header().Get("Retry-After"))
	// Output:
	// 429 {"message":"429: too many requests","retry_after":1200,"scope":"generic_get","code":0}
	// Retry-After: 2
}

// A proxy whose upstream cannot be reached answers as the API does. The reason
// is only logged.
func ExampleWrite_reverseProxy() {
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "127.0.0.1:0"})
	proxy.ErrorHandler = func(w http.ResponseWriter, r *http.Request, err error) {
		server.Write(w, r, pkerr.MakeCode(0, http.StatusBadGateway).WithCause(err))
	}
	show(server.Middleware(quiet())(proxy), "GET", "/v2/members/abcde", "")
	// Output:
	// 502 {"message":"502: Bad Gateway","code":0}
}

// A function for AWS Lambda, or a framework without a ResponseWriter, returns
// the response.
func ExampleRender() {
	type response struct { // as events.APIGatewayProxyResponse
		StatusCode        int
		MultiValueHeaders map[string][]string
		Body              string
	}
	handle := func(r *http.Request) response {
		err := pkerr.MemberNotFound.WithRef(r.URL.Query().Get("ref"))
		status, header, body := server.Render(r, err)
		return response{status, header, string(body)}
	}

	r := httptest.NewRequest("GET", "/member?ref=abcde", http.NoBody)
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(handle(r))
	// Output:
	// {
	//   "StatusCode": 404,
	//   "MultiValueHeaders": {
	//     "Content-Length": [
	//       "52"
	//     ],
	//     "Content-Type": [
	//       "application/json"
	//     ],
	//     "X-Content-Type-Options": [
	//       "nosniff"
	//     ]
	//   },
	//   "Body": "{\"message\":\"Member 'abcde' not found.\",\"code\":20003}"
	// }
}

// A stream that has started cannot send another status. It sends the error as
// its last event, and returns it to be logged.
func ExamplePublic() {
	handler := server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprint(w, "event: member\ndata: {\"id\":\"abcde\"}\n\n")

		err := fmt.Errorf("reading members: %w", errors.New("dial tcp 10.0.0.7: timeout"))
		data, _ := json.Marshal(server.Public(r.Context(), err))
		_, _ = fmt.Fprintf(w, "event: error\ndata: %s\n\n", data)
		return err
	})
	show(server.Middleware(quiet())(handler), "GET", "/v2/events", "")
	// Output:
	// 200 event: member
	// data: {"id":"abcde"}
	//
	// event: error
	// data: {"message":"500: Internal Server Error","code":0}
}

// The options of a socket are those of the context that NewContext returns.
func ExampleNewContext() {
	notFound := func(_ *http.Request, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return pkerr.MemberNotFound
		}
		return nil
	}
	ctx := server.NewContext(context.Background(), server.WithErrorMapper(notFound))

	answer, _ := json.Marshal(server.Public(ctx, fmt.Errorf("avatar: %w", os.ErrNotExist)))
	fmt.Println(string(answer))
	// Output:
	// {"message":"Member not found.","code":20002}
}

// The answer of another server is not passed on, unless the handler relays it.
func ExampleRelay() {
	upstream := httptest.NewServer(server.HandlerFunc(
		func(http.ResponseWriter, *http.Request) error { return pkerr.MemberNotFound }))
	defer upstream.Close()
	httpClient := upstream.Client()

	handler := server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		response, err := httpClient.Get(upstream.URL)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		err = client.Check(response)
		if r.URL.Path == "/relay" && errors.Is(err, pkerr.NotFound) {
			return server.Relay(err)
		}
		return err
	})

	quietly := server.Middleware(quiet())(handler)
	show(quietly, "GET", "/", "")
	show(quietly, "GET", "/relay", "")
	// Output:
	// 500 {"message":"500: Internal Server Error","code":0}
	// 404 {"message":"Member not found.","code":20002}
}
