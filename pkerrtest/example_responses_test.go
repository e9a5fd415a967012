package pkerrtest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest"
)

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

// Test your own client: its errors should always have the status. This client's
// do not.
func ExampleResponses() {
	// The client under test assumes that every error is JSON.
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
			break // a test would call t.Errorf and continue
		}
	}
	// Output:
	// rust-404-empty 404 Not Found
	// decoding the error: EOF
}
