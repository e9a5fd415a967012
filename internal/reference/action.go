package reference

import (
	"fmt"
	"iter"
	"slices"
)

// Action is what a caller does about an error, as a few words that follow «to»: "fix the request".
type Action string

// All that there is to do about an error of the API.
const (
	// TreatAsSuccess: what the caller wanted is so already.
	TreatAsSuccess Action = "treat it as success"

	// TreatAsAnswer: nothing went wrong, and this is what the API has to say.
	TreatAsAnswer Action = "treat it as an answer"

	// RetryLater: the same request passes after a while.
	RetryLater Action = "retry later"

	// CheckReference: what the caller named is not there, or not where it was looked for.
	CheckReference Action = "check the reference"

	// FixRequest: the same request will never pass.
	FixRequest Action = "fix the request"

	// AskForToken: it passes with a token, or with that of another system.
	AskForToken Action = "ask for a token"

	// Respect: somebody wants it so.
	Respect Action = "respect it"

	// MakeRoom: the system has as many as it may have.
	MakeRoom Action = "make room"

	// Report: the fault is most likely the API's; but look at the request first.
	Report Action = "check, then report"
)

// Actions iterates over all of them, from the least trouble to the most.
func Actions() iter.Seq[Action] {
	return slices.Values([]Action{
		TreatAsSuccess, TreatAsAnswer, RetryLater, CheckReference, FixRequest, AskForToken, Respect, MakeRoom, Report,
	})
}

// UnmarshalText reads one of the actions, and nothing else.
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
