package pkerr_test

import (
	"errors"
	"fmt"

	"github.com/pkerr/pkerr"
)

// Decide what to do about an error without a list of codes.
func ExampleActionOf() {
	handle := func(err error) string {
		switch pkerr.ActionOf(err) {
		case pkerr.ActionTreatAsSuccess:
			return "nothing to do"
		case pkerr.ActionTreatAsEmpty:
			return "done: there is nothing"
		case pkerr.ActionRetry:
			return "try again later"
		case pkerr.ActionVerify:
			return "look whether it happened, then try again"
		case pkerr.ActionRespectPrivacy:
			return "say that it is private"
		case pkerr.ActionChangeToken:
			return "ask the user for another token"
		case pkerr.ActionCheckRef:
			return "ask for another ID"
		case pkerr.ActionMakeRoom:
			return "ask the user to delete some"
		case pkerr.ActionFixRequest, pkerr.ActionReport:
			return "report a bug"
		default:
			return "fail"
		}
	}

	fmt.Println(handle(fmt.Errorf("switch: %w", pkerr.SameSwitchMembers)))
	fmt.Println(handle(pkerr.UnauthorizedMemberList)) // a 403 for which no token helps
	fmt.Println(handle(pkerr.Forbidden))
	fmt.Println(handle(pkerr.MakeCode(0, 502)))
	fmt.Println(handle(pkerr.MakeCode(29999, 404))) // unknown, treated like any 404
	fmt.Println(handle(errors.New("connection refused")))
	// Output:
	// nothing to do
	// say that it is private
	// ask the user for another token
	// look whether it happened, then try again
	// ask for another ID
	// fail
}
