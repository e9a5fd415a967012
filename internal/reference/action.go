package reference

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Action is what a caller should do about an error. Its text is the name of a
// constant of package pkerr in snake case: "check_ref" is pkerr.ActionCheckRef.
type Action string

// The actions, except pkerr.ActionUnknown.
const (
	// Retry is pkerr.ActionRetry.
	Retry Action = "retry"

	// Verify is pkerr.ActionVerify.
	Verify Action = "verify"

	// FixRequest is pkerr.ActionFixRequest.
	FixRequest Action = "fix_request"

	// CheckRef is pkerr.ActionCheckRef.
	CheckRef Action = "check_ref"

	// ChangeToken is pkerr.ActionChangeToken.
	ChangeToken Action = "change_token"

	// RespectPrivacy is pkerr.ActionRespectPrivacy.
	RespectPrivacy Action = "respect_privacy"

	// TreatAsSuccess is pkerr.ActionTreatAsSuccess.
	TreatAsSuccess Action = "treat_as_success"

	// TreatAsEmpty is pkerr.ActionTreatAsEmpty.
	TreatAsEmpty Action = "treat_as_empty"

	// MakeRoom is pkerr.ActionMakeRoom.
	MakeRoom Action = "make_room"

	// Report is pkerr.ActionReport.
	Report Action = "report"
)

// Actions iterates over the actions, in the order of the constants of package
// pkerr.
func Actions() iter.Seq[Action] {
	return slices.Values([]Action{
		Retry, Verify, FixRequest, CheckRef, ChangeToken, RespectPrivacy,
		TreatAsSuccess, TreatAsEmpty, MakeRoom, Report,
	})
}

// Words returns the action in a few words, such as "check the ID".
func (a Action) Words() string {
	switch a {
	case Retry:
		return "wait, then retry"
	case Verify:
		return "check whether it happened"
	case CheckRef:
		return "check the ID"
	case ChangeToken:
		return "use another token"
	case RespectPrivacy:
		return "respect the privacy"
	case TreatAsSuccess:
		return "treat it as success"
	case TreatAsEmpty:
		return "treat it as empty"
	case FixRequest:
		return "fix the request"
	case MakeRoom, Report:
	}
	return strings.ReplaceAll(string(a), "_", " ")
}

// UnmarshalText accepts only one of [Actions].
func (a *Action) UnmarshalText(text []byte) error { return oneOf(a, text, Actions()) }

// oneOf sets dst to text, if that is one of all.
func oneOf[T ~string](dst *T, text []byte, all iter.Seq[T]) error {
	for v := range all {
		if string(v) == string(text) {
			*dst = v
			return nil
		}
	}
	return fmt.Errorf("%q is not one of %q", text, slices.Collect(all))
}
