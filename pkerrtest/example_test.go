package pkerrtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
	"github.com/pkerr/pkerr/server"
)

// rename is code under test. It gives a member another name.
func rename(httpClient *http.Client, base, ref, name string) error {
	body, err := json.Marshal(map[string]string{"name": name})
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPatch, base+"/v2/members/"+ref, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "token")
	req.Header.Set("Content-Type", "application/json")
	resp, err := httpClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return client.Check(resp)
}

// A test of code that talks to the API.
func ExampleNewServer() {
	t := new(testing.T) // Yours is that of func TestRename(t *testing.T), and closes the server.

	api := pkerrtest.NewServer(t)
	api.On("PATCH /v2/members/{ref}").Reply(pkerr.NotOwnMember)
	defer api.Close()

	err := rename(api.Client(), api.URL, "abcde", "Alice")
	if !errors.Is(err, pkerr.NotOwnMember) { // or require.ErrorIs(t, err, pkerr.NotOwnMember)
		t.Error(err)
	}
	fmt.Println(err)
	for _, r := range api.Requests() {
		fmt.Println(r.Status, r.Method, r.Path, string(r.Body))
	}
	// Output:
	// PATCH /v2/members/abcde: 30006/403: Target member is not part of your system.
	// 403 PATCH /v2/members/abcde {"name":"Alice"}
}

// A script: two refusals, a fault, and from then on a success.
func ExampleServer_On() {
	api := pkerrtest.NewServer(new(testing.T)) // the t of your test
	defer api.Close()
	api.On("PATCH /v2/members/{ref}").
		Reply(pkerr.TooManyRequests.WithRetryAfter(0).WithScope("generic_update")).Times(2).
		ReplyBytes(http.StatusBadGateway, http.Header{"Content-Type": {"text/html"}}, "<h1>Bad gateway</h1>").
		ReplyBytes(http.StatusOK, nil, `{"id":"abcde","name":"Alice"}`)

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

// The rate limiter of the API, at two requests a second. One of every burst is lost: the second request is refused, and told
// that it need not wait.
func ExampleWithRateLimit() {
	api := pkerrtest.NewServer(new(testing.T), pkerrtest.WithRateLimit(pkerrtest.Rates{Update: 2})) // the t of your test
	defer api.Close()
	api.On("PATCH /v2/members/{ref}").ReplyBytes(http.StatusOK, nil, `{"id":"abcde"}`)

	for range 2 {
		fmt.Println(rename(api.Client(), api.URL, "abcde", "Alice"))
	}
	// Output:
	// <nil>
	// PATCH /v2/members/abcde: 429: too many requests (scope generic_update, retry after 0s)
}

// A test of a function that takes a response needs no server.
func ExampleResponse() {
	resp := pkerrtest.Response(pkerr.MemberNotFound.WithRef("abcde"))
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(resp.Status, err)
	fmt.Println(string(body))
	// Output:
	// 404 Not Found <nil>
	// {"message":"Member 'abcde' not found.","code":20003}
}

// A test of your own client: whatever comes, it should know the status. This one does not.
func ExampleResponses() {
	// The client under test believes that every error is JSON.
	type apiError struct {
		Code    int64  `json:"code"`
		Message string `json:"message"`
	}
	check := func(resp *http.Response) error {
		if resp.StatusCode < http.StatusBadRequest {
			return nil
		}
		var e apiError
		if err := json.NewDecoder(resp.Body).Decode(&e); err != nil {
			return fmt.Errorf("decoding the error: %w", err)
		}
		return fmt.Errorf("%w: %s", pkerr.MakeCode(e.Code, resp.StatusCode), e.Message)
	}

	for name, resp := range pkerrtest.Responses() {
		status := pkerr.MakeCode(0, resp.StatusCode)
		if err := check(resp); resp.StatusCode >= http.StatusBadRequest && !errors.Is(err, status) {
			fmt.Println(name, resp.Status)
			fmt.Println(err)
			break // In a test: t.Errorf, and on to the next.
		}
	}
	// Output:
	// rust-404-empty 404 Not Found
	// decoding the error: EOF
}

// What is wrong with which key, whatever the words for it.
func ExampleRequireFields() {
	t := new(testing.T) // yours

	var fields pkerr.Fields
	fields.TooLong("name", 100, 101)
	fields.Invalid("color")
	err := fmt.Errorf("renaming abcde: %w", fields.Err())

	pkerrtest.RequireFields(t, err, "color", "name")
	pkerrtest.RequireTooLong(t, err, "name", 100, 101)
	fmt.Println(t.Failed())
	// Output:
	// false
}

// A test of a server that answers as the API does: what a client makes of its answer says whether that is right.
func Example_server() {
	t := new(testing.T) // the t of your test
	handler := server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		var fields pkerr.Fields
		fields.TooLong("name", 100, 101)
		return fields.Err()
	})

	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodPatch, "/v2/members/abcde", http.NoBody))
	err := client.Check(w.Result())

	fmt.Println(errors.Is(err, pkerr.ModelParse)) // or require.ErrorIs(t, err, pkerr.ModelParse)
	pkerrtest.RequireFields(t, err, "name")
	fmt.Println(t.Failed())
	// Output:
	// true
	// false
}
