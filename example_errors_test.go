package pkerr_test

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pkerr/pkerr"
)

// Get the details of an error, however deeply it is wrapped.
func Example() {
	err := fmt.Errorf("add to group: %w", pkerr.MemberNotFound.WithRef("abcde"))

	if errors.Is(err, pkerr.NotFound) {
		ref, _ := pkerr.Ref(err)
		fmt.Printf("there is no %q\n", ref)
	}
	if wait, ok := pkerr.RetryAfter(err); ok {
		fmt.Println("try again in", wait)
	}
	for key, o := range pkerr.FieldErrors(err).All() {
		fmt.Println(key, o.Message)
	}
	fmt.Println(err)
	// Output:
	// there is no "abcde"
	// add to group: 20003/404: Member 'abcde' not found.
}

// Each builder returns a new error, so a shared one never changes.
func ExampleError() {
	base := pkerr.TooManyRequests.WithScope("generic_get")
	first := base.WithRetryAfter(19 * time.Millisecond)
	second := base.WithRetryAfter(100 * time.Millisecond)

	fmt.Println(base)
	fmt.Println(first)
	fmt.Println(second)
	// Output:
	// 429: too many requests (scope generic_get)
	// 429: too many requests (scope generic_get, retry after 19ms)
	// 429: too many requests (scope generic_get, retry after 100ms)
}

// Name the member. The code changes to the one with a reference.
func ExampleCode_WithRef() {
	err := pkerr.MemberNotFound.WithRef("abcde")
	fmt.Println(err)
	fmt.Println(err.Code.Name())
	// Output:
	// 20003/404: Member 'abcde' not found.
	// MemberNotFoundWithRef
}

// Find out which member of a list it was.
func ExampleRef() {
	err := fmt.Errorf("register switch: %w", pkerr.NotOwnMember.WithRef("abcde"))

	ref, ok := pkerr.Ref(err)
	fmt.Println(ref, ok)
	ref, ok = pkerr.Ref(pkerr.MemberNotFound) // without a reference
	fmt.Printf("%q %t\n", ref, ok)
	// Output:
	// abcde true
	// "" false
}

// Find out how long the API asked to wait. It can be 0.
func ExampleRetryAfter() {
	for _, err := range []error{
		fmt.Errorf("load: %w", pkerr.TooManyRequests.WithRetryAfter(19*time.Millisecond)),
		pkerr.TooManyRequests.WithRetryAfter(0),
		pkerr.TooManyRequests,
	} {
		wait, ok := pkerr.RetryAfter(err)
		fmt.Println(wait, ok)
	}
	// Output:
	// 19ms true
	// 0s true
	// 0s false
}

// Send a text of your own.
func ExampleCode_WithMessage() {
	err := pkerr.NotFound.WithMessage("There is no such route.")
	body, _ := err.MarshalJSON()
	fmt.Println(string(body))
	// Output:
	// {"message":"There is no such route.","code":0}
}

// The cause is for errors.Is and for the log. The client never sees it.
func ExampleCode_WithCause() {
	err := pkerr.InternalServerError.WithCause(fmt.Errorf("read members.db: %w", os.ErrPermission))

	fmt.Println(errors.Is(err, os.ErrPermission))
	fmt.Println("log: ", err)
	body, _ := err.MarshalJSON()
	fmt.Println("wire:", string(body))
	// Output:
	// true
	// log:  500: Internal Server Error: read members.db: permission denied
	// wire: {"message":"500: Internal Server Error","code":0}
}

// Untrusted text is printed as one line.
func ExampleError_Error() {
	fmt.Println(pkerr.NotFound.WithMessage("gone\n\x1b[2Jreally"))
	// Output:
	// 404: gone\n\x1b[2Jreally
}
