package pkerr

import (
	"strconv"
)

// An Action is what the caller of the API should do about an error. [ActionOf]
// returns it.
type Action int

// The actions.
const (
	// ActionUnknown means that the error is not one of the API's, or that
	// nothing is known about it.
	ActionUnknown Action = iota

	// ActionRetry means that the same request can be sent again, even if it is
	// a write: after a 429, or if it was never sent. RetryDelay in package
	// client returns how long to wait.
	ActionRetry

	// ActionVerify means that the request may have been carried out. Check
	// before you repeat a write.
	ActionVerify

	// ActionFixRequest means that the same request will never succeed.
	ActionFixRequest

	// ActionCheckRef means that the ID is mistyped, stale, or someone else's.
	ActionCheckRef

	// ActionChangeToken means that the token is missing, wrong, or another
	// system's.
	ActionChangeToken

	// ActionRespectPrivacy means that the owner made this private. Do not ask
	// again, and do not ask for another token.
	ActionRespectPrivacy

	// ActionTreatAsSuccess means that everything is already as the caller wants
	// it.
	ActionTreatAsSuccess

	// ActionTreatAsEmpty means that there is nothing there, or only the
	// defaults.
	ActionTreatAsEmpty

	// ActionMakeRoom means that the system has reached its limit of members or
	// groups.
	ActionMakeRoom

	// ActionReport means that the fault is most likely the API's. Report it if
	// the request is correct.
	ActionReport
)

// ActionOf returns what the caller should do about err, based on the code that
// [CodeOf] returns. A code without a constant gets the action of its
// [Code.Class]. The status 429 gets [ActionRetry], and 502, 503 and 504 get
// [ActionVerify], whatever their number. ActionOf returns [ActionUnknown] for
// nil and for an error that has no code.
func ActionOf(err error) Action {
	code := CodeOf(err)
	switch code.Status() {
	case 429: // a limiter refused it before anything was done
		return ActionRetry
	case 502, 503, 504: // a proxy's answer does not tell what the API did
		return ActionVerify
	}
	if e := code.entry(); e != nil {
		return e.action
	}
	if e := code.Class().entry(); e != nil {
		return e.action
	}
	return ActionUnknown
}

// String returns the name of the action in snake case, such as "check_ref". It
// returns "Action(99)" for a value that has no constant.
func (a Action) String() string {
	switch a {
	case ActionUnknown:
		return "unknown"
	case ActionRetry:
		return "retry"
	case ActionVerify:
		return "verify"
	case ActionFixRequest:
		return "fix_request"
	case ActionCheckRef:
		return "check_ref"
	case ActionChangeToken:
		return "change_token"
	case ActionRespectPrivacy:
		return "respect_privacy"
	case ActionTreatAsSuccess:
		return "treat_as_success"
	case ActionTreatAsEmpty:
		return "treat_as_empty"
	case ActionMakeRoom:
		return "make_room"
	case ActionReport:
		return "report"
	}
	return "Action(" + strconv.Itoa(int(a)) + ")"
}
