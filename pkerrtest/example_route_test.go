// Plan 9 lacks the errors of package syscall that are used here.

//go:build !plan9

package pkerrtest_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest"
	"github.com/pkerr/pkerr/server"
)

// Script two refusals, a proxy's page, and from then on a success.
func ExampleServer_On() {
	api := pkerrtest.NewServer(new(testing.T))
	defer api.Close()
	api.On("PATCH /v2/members/{ref}").
		Reply(pkerr.TooManyRequests.WithRetryAfter(0).WithScope("generic_update")).Times(2).
		ReplyBytes(http.StatusBadGateway, http.Header{"Content-Type": {"text/html"}}, "<h1>Bad gateway</h1>").
		ReplyJSON(http.StatusOK, map[string]string{"id": "abcde", "name": "Alice"})

	for range 5 {
		fmt.Println(rename(api.Client(), api.URL, "abcde", "Alice"))
	}
	// Output:
	// PATCH /v2/members/abcde: 429: too many requests (scope generic_update, retry after 0s)
	// PATCH /v2/members/abcde: 429: too many requests (scope generic_update, retry after 0s)
	// PATCH /v2/members/abcde: 502: Bad Gateway
	// <nil>
	// <nil>
}

func ExampleRoute_ReplyJSON() {
	type member struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	api := pkerrtest.NewServer(new(testing.T))
	defer api.Close()
	api.On("GET /v2/systems/{ref}/members").ReplyJSON(http.StatusOK, []member{{"abcde", "Alice"}, {"fghij", "Bob"}})

	resp, err := api.Client().Get(api.URL + "/v2/systems/exmpl/members")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(resp.Status, resp.Header.Get("Content-Type"))
	fmt.Println(string(body))
	// Output:
	// 200 OK application/json
	// [{"id":"abcde","name":"Alice"},{"id":"fghij","name":"Bob"}]
}

// Test what a client does if the network fails.
func ExampleRoute_ReplyFault() {
	api := pkerrtest.NewServer(new(testing.T))
	defer api.Close()
	api.On("PATCH /v2/members/{ref}").
		ReplyFault(pkerrtest.FaultRefused).
		ReplyFault(pkerrtest.FaultReset).
		ReplyFault(pkerrtest.FaultEmpty).
		ReplyJSON(http.StatusOK, map[string]string{"id": "abcde"})

	for range 4 {
		switch err := rename(api.Client(), api.URL, "abcde", "Alice"); {
		case errors.Is(err, syscall.ECONNREFUSED):
			fmt.Println("It was not sent: try again.")
		case err != nil:
			fmt.Println("It may have been renamed: look first.")
		default:
			fmt.Println("It is renamed.")
		}
	}
	// Output:
	// It was not sent: try again.
	// It may have been renamed: look first.
	// It may have been renamed: look first.
	// It is renamed.
}

// Test a client that gives up on a slow server.
func ExampleRoute_Delay() {
	api := pkerrtest.NewServer(new(testing.T))
	defer api.Close()
	route := api.On("PATCH /v2/members/{ref}").
		Delay(time.Minute).
		ReplyJSON(http.StatusOK, map[string]string{"id": "abcde"})

	httpClient := api.Client()
	httpClient.Timeout = 10 * time.Millisecond
	var timeout interface{ Timeout() bool }
	err := rename(httpClient, api.URL, "abcde", "Alice")
	fmt.Println(errors.As(err, &timeout) && timeout.Timeout())

	route.Delay(0)
	fmt.Println(rename(api.Client(), api.URL, "abcde", "Alice"))
	// Output:
	// true
	// <nil>
}

// Check which requests a route has answered, and how.
func ExampleRoute_Requests() {
	api := pkerrtest.NewServer(new(testing.T))
	defer api.Close()
	route := api.On("PATCH /v2/members/{ref}").
		Reply(pkerr.InternalServerError).
		ReplyFault(pkerrtest.FaultTruncated)

	_ = rename(api.Client(), api.URL, "abcde", "Alice")
	_ = rename(api.Client(), api.URL, "abcde", "Bob")
	for _, r := range route.Requests() {
		fmt.Println(string(r.Body), r.Status, r.Aborted)
	}
	// Output:
	// {"name":"Alice"} 500 false
	// {"name":"Bob"} 0 true
}

// A panic after the response has started cuts it off, so that a client does not
// mistake the first half for the whole.
func ExampleRoute_ReplyHandler() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `[{"system":%q},`, r.PathValue("ref"))
		_ = http.NewResponseController(w).Flush()
		panic("too late for a 500")
	})
	quiet := server.WithLogger(slog.New(slog.DiscardHandler))

	api := pkerrtest.NewServer(new(testing.T))
	defer api.Close()
	route := api.On("GET /v2/systems/{ref}/members").ReplyHandler(server.Middleware(quiet)(handler))

	resp, err := api.Client().Get(api.URL + "/v2/systems/exmpl/members")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(string(body), err)
	fmt.Println(route.Requests()[0].Aborted)
	// Output:
	// [{"system":"exmpl"}, unexpected EOF
	// true
}
