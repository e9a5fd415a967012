package pkerr_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
)

// actions maps each action to its constants.
var actions = map[pkerr.Action][]pkerr.Code{
	pkerr.ActionRetry:          {pkerr.TooManyRequests},
	pkerr.ActionTreatAsSuccess: {pkerr.SameSwitchMembers},
	pkerr.ActionTreatAsEmpty:   {pkerr.MessageNotFound, pkerr.SystemGuildNotFound, pkerr.MemberGuildNotFound},
	pkerr.ActionMakeRoom:       {pkerr.MemberLimitReached, pkerr.GroupLimitReached},
	pkerr.ActionChangeToken:    {pkerr.Unauthorized, pkerr.Forbidden},
	pkerr.ActionReport:         {pkerr.InternalServerError},
	pkerr.ActionRespectPrivacy: {
		pkerr.UnauthorizedMemberList, pkerr.UnauthorizedGroupList, pkerr.UnauthorizedGroupMemberList,
		pkerr.UnauthorizedCurrentFronters, pkerr.UnauthorizedFrontHistory,
	},
	pkerr.ActionCheckRef: {
		pkerr.NotFound, pkerr.SystemNotFound, pkerr.MemberNotFound, pkerr.MemberNotFoundWithRef, pkerr.GroupNotFound,
		pkerr.GroupNotFoundWithRef, pkerr.SwitchNotFound, pkerr.SwitchNotFoundPublic,
		pkerr.NotOwnMember, pkerr.NotOwnGroup, pkerr.NotOwnMemberWithRef, pkerr.NotOwnGroupWithRef,
	},
	pkerr.ActionFixRequest: {
		pkerr.BadRequest, pkerr.MethodNotAllowed, pkerr.Gone, pkerr.ContentTooLarge, pkerr.UnsupportedMediaType,
		pkerr.ModelParse, pkerr.MissingAutoproxyMember, pkerr.DuplicateMembersInList, pkerr.SameSwitchTimestamp,
		pkerr.InvalidSwitchID, pkerr.PatchLatchMember, pkerr.Unimplemented,
	},
}

func TestActionOf(t *testing.T) {
	want := map[pkerr.Code]pkerr.Action{}
	for action, codes := range actions {
		for _, c := range codes {
			want[c] = action
		}
	}
	require.GreaterOrEqual(t, len(want), 39)
	for c := range pkerr.Codes() {
		require.NotEqual(t, pkerr.ActionUnknown, pkerr.ActionOf(c), "%v", c)
		if _, pinned := want[c]; !pinned {
			continue // a code that was added later
		}
		for _, err := range []error{c, c.WithMessage("m"), fmt.Errorf("a: %w", c), errors.Join(io.EOF, c.WithCause(pkerr.NotFound))} {
			require.Equal(t, want[c], pkerr.ActionOf(err), "%v", err)
		}
		delete(want, c)
	}
	require.Empty(t, want)
}

func TestActionOf_UnknownCode(t *testing.T) {
	for code, want := range map[pkerr.Code]pkerr.Action{
		99999_400: pkerr.ActionFixRequest,
		99999_401: pkerr.ActionChangeToken,
		39999_403: pkerr.ActionChangeToken,
		99999_404: pkerr.ActionCheckRef,
		99999_418: pkerr.ActionFixRequest,
		99999_429: pkerr.ActionRetry,
		99999_500: pkerr.ActionReport,
		99999_503: pkerr.ActionVerify,
		20002_410: pkerr.ActionCheckRef, // a known number with another status
		20002_503: pkerr.ActionVerify,
		40004_429: pkerr.ActionRetry, // whatever its number, it was refused
		418:       pkerr.ActionFixRequest,
		502:       pkerr.ActionVerify,
		503:       pkerr.ActionVerify,
		504:       pkerr.ActionVerify,
		505:       pkerr.ActionReport,
		302:       pkerr.ActionUnknown,
		200:       pkerr.ActionUnknown,
		-1:        pkerr.ActionUnknown,
	} {
		require.Equal(t, want, pkerr.ActionOf(code), "%v", code)
	}
	for _, err := range []error{nil, io.EOF, context.Canceled, pkerr.Code(0), &pkerr.Error{Message: "m"}, (*pkerr.Error)(nil)} {
		require.Equal(t, pkerr.ActionUnknown, pkerr.ActionOf(err), "%v", err)
	}
}

func TestAction_String(t *testing.T) {
	seen := map[string]bool{}
	for a := pkerr.ActionUnknown; a <= pkerr.ActionReport; a++ {
		require.Regexp(t, `^[a-z]+(_[a-z]+)*$`, a.String())
		require.False(t, seen[a.String()], "%v", a)
		seen[a.String()] = true
	}
	require.Len(t, seen, 11)
	require.Equal(t, "Action(-1)", pkerr.Action(-1).String())
	require.Equal(t, "Action(11)", (pkerr.ActionReport + 1).String())
}
