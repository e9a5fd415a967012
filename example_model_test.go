package pkerr_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pkerr/pkerr"
)

// Write the body that a client receives.
func ExampleError_MarshalJSON() {
	var fields pkerr.Fields
	fields.TooLong("name", 100, 103)
	for _, err := range []*pkerr.Error{
		pkerr.MemberNotFound.WithRef("abcde"),
		pkerr.TooManyRequests.WithRetryAfter(19 * time.Millisecond).WithScope("generic_get"),
		pkerr.ModelParse.WithFields(fields),
	} {
		body, _ := err.MarshalJSON()
		fmt.Println(string(body))
	}
	// Output:
	// {"message":"Member 'abcde' not found.","code":20003}
	// {"message":"429: too many requests","retry_after":19,"scope":"generic_get","code":0}
	// {"message":"Error parsing JSON model","code":40001,"errors":{"name":[{"message":"Field name is too long.","actual_length":103,"max_length":100}]}}
}

// Read the documented model of a body. A nil pointer means that the key is
// absent.
func ExampleError_Response() {
	r := pkerr.TooManyRequests.WithRetryAfter(1500 * time.Microsecond).Response()
	fmt.Println(r.Code, r.Message, *r.RetryAfter) // whole milliseconds, rounded up
	r = pkerr.SystemNotFound.WithMessage("No such system.").Response()
	fmt.Println(r.Code, r.Message, r.RetryAfter == nil)
	// Output:
	// 0 429: too many requests 2
	// 20001 No such system. true
}

// Turn a body that was not received over HTTP into an error.
func ExampleResponse_Err() {
	var r pkerr.Response
	if err := json.Unmarshal([]byte(`{"message":"Member 'abcde' not found.","code":20003}`), &r); err != nil {
		fmt.Println(err)
		return
	}
	err := r.Err(404) // the status is not in the body
	fmt.Println(err)
	fmt.Println(errors.Is(err, pkerr.MemberNotFound))
	// Output:
	// 20003/404: Member 'abcde' not found.
	// true
}
