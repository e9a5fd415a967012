package pkerr_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pkerr/pkerr"
)

// A constant is itself an error: return it, wrap it, match it.
func ExampleCode() {
	load := func(ref string) error {
		return fmt.Errorf("load %s: %w", ref, pkerr.MemberNotFound)
	}

	err := load("abcde")
	fmt.Println(errors.Is(err, pkerr.MemberNotFound))
	fmt.Println(pkerr.MemberNotFound.Number(), pkerr.MemberNotFound.Status(), pkerr.MemberNotFound.Name())
	fmt.Println(pkerr.MemberNotFound.Message())
	// Output:
	// true
	// 20002 404 MemberNotFound
	// Member not found.
}

// Match one code, and the codes that refine it.
func ExampleCode_Is() {
	err := fmt.Errorf("add to group: %w", pkerr.MemberNotFound.WithRef("abcde"))

	fmt.Println(errors.Is(err, pkerr.MemberNotFoundWithRef)) // the code itself
	fmt.Println(errors.Is(err, pkerr.MemberNotFound))        // the code that it refines
	fmt.Println(errors.Is(err, pkerr.GroupNotFound))
	fmt.Println(errors.Is(pkerr.MemberNotFound, pkerr.MemberNotFoundWithRef)) // not the other way around
	// Output:
	// true
	// true
	// false
	// false
}

// Match a whole class of errors by its plain code.
func ExampleCode_Is_class() {
	for _, err := range []error{
		pkerr.SystemNotFound,
		pkerr.UnauthorizedMemberList,
		pkerr.MakeCode(0, 418),
		pkerr.MakeCode(0, 503),
	} {
		switch {
		case errors.Is(err, pkerr.NotFound):
			fmt.Println(err, "→ it is not there")
		case errors.Is(err, pkerr.Forbidden):
			fmt.Println(err, "→ not allowed")
		case errors.Is(err, pkerr.BadRequest):
			fmt.Println(err, "→ our mistake")
		case errors.Is(err, pkerr.InternalServerError):
			fmt.Println(err, "→ theirs")
		}
	}
	// Output:
	// 20001/404: System not found. → it is not there
	// 30001/403: Unauthorized to view member list → not allowed
	// status 418 → our mistake
	// status 503 → theirs
}

// Switch on the code. Two equal cases do not compile.
func ExampleCodeOf() {
	describe := func(err error) string {
		switch code := pkerr.CodeOf(err); code {
		case 0:
			return "not an error of the API"
		case pkerr.MessageNotFound:
			return "not proxied"
		case pkerr.SystemGuildNotFound, pkerr.MemberGuildNotFound:
			return "the defaults"
		default:
			return "code " + code.String()
		}
	}

	fmt.Println(describe(fmt.Errorf("look up: %w", pkerr.MessageNotFound)))
	fmt.Println(describe(pkerr.SystemGuildNotFound))
	fmt.Println(describe(pkerr.MakeCode(99999, 404)))
	fmt.Println(describe(errors.New("connection refused")))
	// Output:
	// not proxied
	// the defaults
	// code 99999/404
	// not an error of the API
}

// For errors.Is a plain code is a class. CodeOf returns the exact code.
func ExampleCodeOf_exact() {
	err := error(pkerr.MemberNotFound)

	fmt.Println(errors.Is(err, pkerr.NotFound))
	fmt.Println(pkerr.CodeOf(err) == pkerr.NotFound)
	// Output:
	// true
	// false
}

// Get the code of a wrapped error.
func ExampleCode_asType() {
	err := fmt.Errorf("load: %w", pkerr.GroupNotFound.WithRef("fghij"))

	if code, ok := errors.AsType[pkerr.Code](err); ok {
		fmt.Println(code.String(), "refines", code.Base().String())
	}
	// Output:
	// 20005/404 refines 20004/404
}

// A code that the API adds later works like any other.
func ExampleMakeCode() {
	err := fmt.Errorf("load: %w", pkerr.MakeCode(99999, 404))

	fmt.Println(errors.Is(err, pkerr.MakeCode(99999, 404)))
	fmt.Println(errors.Is(err, pkerr.NotFound))
	fmt.Printf("%q\n", pkerr.CodeOf(err).Name())
	fmt.Println(pkerr.MakeCode(20002, 404) == pkerr.MemberNotFound)
	// Output:
	// true
	// true
	// ""
	// true
}

// Ask whether this package knows a code.
func ExampleLookup() {
	if code, ok := pkerr.Lookup(20002, 404); ok {
		fmt.Println(code.Name(), "-", code.Message())
	}
	_, ok := pkerr.Lookup(99999, 404)
	fmt.Println(ok)
	// Output:
	// MemberNotFound - Member not found.
	// false
}

// Range over all codes that refine another one.
func ExampleCodes() {
	for code := range pkerr.Codes() {
		if code.Base() == pkerr.MemberNotFound {
			fmt.Println(code.Name(), "refines", code.Base().Name())
		}
	}
	// Output:
	// MemberNotFoundWithRef refines MemberNotFound
}

// A code prints like the error that it is. It never prints the packed integer.
func ExampleCode_Format() {
	fmt.Printf("%v\n", pkerr.MemberNotFound)
	fmt.Println(fmt.Errorf("get: %w", pkerr.MemberNotFound))
	fmt.Println(pkerr.MemberNotFound.String()) // the code alone
	fmt.Printf("%d\n", pkerr.MemberNotFound)   // the number alone
	fmt.Printf("%#v\n", pkerr.MemberNotFound)
	// Output:
	// 20002/404: Member not found.
	// get: 20002/404: Member not found.
	// 20002/404
	// 20002
	// pkerr.MemberNotFound
}

// A label for metrics must come from a bounded set, but a server can send any
// number. Use the class of an unknown code.
func ExampleCode_Class() {
	label := func(err error) string {
		code := pkerr.CodeOf(err)
		if code.Name() == "" {
			code = code.Class()
		}
		return code.String()
	}

	fmt.Println(label(pkerr.MemberNotFound))
	fmt.Println(label(pkerr.MakeCode(99999, 404)))
	fmt.Println(label(pkerr.MakeCode(0, 503)))
	// Output:
	// 20002/404
	// 0/404
	// 0/500
}

// A constant is a complete error, so errors.AsType finds an Error in it.
func ExampleCode_As() {
	err := fmt.Errorf("get: %w", pkerr.MemberNotFound)

	if e, ok := errors.AsType[*pkerr.Error](err); ok {
		fmt.Println(e.Response().Message)
	}
	// Output:
	// Member not found.
}

// Use codes as the keys of a map in JSON.
func ExampleCode_MarshalText() {
	seen := map[pkerr.Code]int{pkerr.MemberNotFound: 2, pkerr.TooManyRequests: 7}
	text, err := json.Marshal(seen)
	fmt.Println(string(text), err)

	var back map[pkerr.Code]int
	err = json.Unmarshal(text, &back)
	fmt.Println(back[pkerr.TooManyRequests], err)
	// Output:
	// {"0/429":7,"20002/404":2} <nil>
	// 7 <nil>
}

// Read a code from text.
func ExampleCode_UnmarshalText() {
	var code pkerr.Code
	fmt.Println(code.UnmarshalText([]byte("20003/404")), code.Name())
	fmt.Println(code.UnmarshalText([]byte("20003")))
	// Output:
	// <nil> MemberNotFoundWithRef
	// pkerr: "20003" is not a code: want a number and a status, such as "20003/404"
}
