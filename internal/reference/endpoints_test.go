package reference_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
)

// senders is the table of endpoints by code, except for codes that follow from
// the path.
var senders = map[pkerr.Code][]string{
	pkerr.BadRequest: {
		"PATCH /systems/{s}",
		"GET /systems/{s}/guilds/{g}",
		"PATCH /systems/{s}/guilds/{g}",
		"GET /systems/{s}/autoproxy",
		"PATCH /systems/{s}/autoproxy",
		"PATCH /members/{m}",
		"POST /members/{m}/groups/add",
		"POST /members/{m}/groups/remove",
		"GET /members/{m}/guilds/{g}",
		"PATCH /members/{m}/guilds/{g}",
		"GET /systems/{s}/groups",
		"PATCH /groups/{g}",
		"POST /groups/{g}/members/add",
		"POST /groups/{g}/members/remove",
		"GET /systems/{s}/switches",
		"PATCH /systems/{s}/switches/{w}",
		"GET /messages/{id}",
	},
	pkerr.Forbidden: {
		"PATCH /systems/{s}",
		"PATCH /systems/{s}/settings",
		"GET /systems/{s}/guilds/{g}",
		"PATCH /systems/{s}/guilds/{g}",
		"GET /systems/{s}/autoproxy",
		"PATCH /systems/{s}/autoproxy",
		"POST /systems/{s}/switches",
		"PATCH /systems/{s}/switches/{w}",
		"PATCH /systems/{s}/switches/{w}/members",
		"DELETE /systems/{s}/switches/{w}",
	},
	pkerr.MemberNotFoundWithRef: {
		"POST /groups/{g}/members/add",
		"POST /groups/{g}/members/remove",
		"POST /groups/{g}/members/overwrite",
		"POST /systems/{s}/switches",
		"PATCH /systems/{s}/switches/{w}/members",
	},
	pkerr.GroupNotFound: {
		"POST /members/{m}/groups/add",
		"GET /groups/{g}",
		"GET /groups/{g}/oembed.json",
		"PATCH /groups/{g}",
		"DELETE /groups/{g}",
		"GET /groups/{g}/members",
		"POST /groups/{g}/members/add",
		"POST /groups/{g}/members/remove",
		"POST /groups/{g}/members/overwrite",
	},
	pkerr.GroupNotFoundWithRef: {
		"POST /members/{m}/groups/remove",
		"POST /members/{m}/groups/overwrite",
	},
	pkerr.MessageNotFound: {"GET /messages/{id}"},
	pkerr.SwitchNotFoundPublic: {
		"GET /systems/{s}/switches/{w}",
		"PATCH /systems/{s}/switches/{w}",
		"DELETE /systems/{s}/switches/{w}",
	},
	pkerr.SystemGuildNotFound: {
		"GET /systems/{s}/guilds/{g}",
		"PATCH /systems/{s}/guilds/{g}",
	},
	pkerr.MemberGuildNotFound: {
		"GET /members/{m}/guilds/{g}",
		"PATCH /members/{m}/guilds/{g}",
	},
	pkerr.UnauthorizedMemberList: {"GET /systems/{s}/members"},
	pkerr.UnauthorizedGroupList: {
		"GET /members/{m}/groups",
		"GET /systems/{s}/groups",
	},
	pkerr.UnauthorizedGroupMemberList: {"GET /groups/{g}/members"},
	pkerr.UnauthorizedCurrentFronters: {"GET /systems/{s}/fronters"},
	pkerr.UnauthorizedFrontHistory:    {"GET /systems/{s}/switches"},
	pkerr.NotOwnMember: {
		"PATCH /members/{m}",
		"DELETE /members/{m}",
		"POST /members/{m}/groups/add",
		"POST /members/{m}/groups/remove",
		"POST /members/{m}/groups/overwrite",
		"GET /members/{m}/guilds/{g}",
		"PATCH /members/{m}/guilds/{g}",
	},
	pkerr.NotOwnGroup: {
		"PATCH /groups/{g}",
		"DELETE /groups/{g}",
		"POST /groups/{g}/members/add",
		"POST /groups/{g}/members/remove",
		"POST /groups/{g}/members/overwrite",
	},
	pkerr.NotOwnMemberWithRef: {"PATCH /systems/{s}/switches/{w}/members"},
	pkerr.ModelParse: {
		"PATCH /systems/{s}",
		"PATCH /systems/{s}/settings",
		"PATCH /systems/{s}/guilds/{g}",
		"PATCH /systems/{s}/autoproxy",
		"POST /members",
		"PATCH /members/{m}",
		"PATCH /members/{m}/guilds/{g}",
		"POST /groups",
		"PATCH /groups/{g}",
		"PATCH /systems/{s}/switches/{w}",
	},
	pkerr.DuplicateMembersInList: {
		"POST /systems/{s}/switches",
		"PATCH /systems/{s}/switches/{w}/members",
	},
	pkerr.SameSwitchMembers: {
		"POST /systems/{s}/switches",
		"PATCH /systems/{s}/switches/{w}/members",
	},
	pkerr.SameSwitchTimestamp: {
		"POST /systems/{s}/switches",
		"PATCH /systems/{s}/switches/{w}",
	},
	pkerr.MemberLimitReached: {"POST /members"},
	pkerr.GroupLimitReached:  {"POST /groups"},
	pkerr.Unimplemented: {
		"GET /systems/{s}/autoproxy",
		"PATCH /systems/{s}/autoproxy",
	},
}

// fromPath reports whether an endpoint sends a code that depends only on its
// path and method.
func fromPath(e reference.Endpoint, c pkerr.Code) bool {
	switch c {
	case pkerr.Unauthorized:
		// A member's settings for a Discord server are never public.
		return onSystem(e) && !strings.HasSuffix(e.Path, ".json") || e.Method != http.MethodGet || strings.Contains(e.Path, "/guilds/")
	case pkerr.SystemNotFound:
		return onSystem(e)
	case pkerr.MemberNotFound:
		return strings.Contains(e.Path, "{m}")
	case pkerr.SwitchNotFound, pkerr.InternalServerError:
		return strings.Contains(e.Path, "{w}") // it is not known, or no UUID
	default:
		return false
	}
}

func onSystem(e reference.Endpoint) bool { return strings.HasPrefix(e.Path, "/systems/{s}") }

func TestSenders(t *testing.T) {
	for _, row := range readErrors(t) {
		var code reference.Code
		require.NoError(t, code.UnmarshalText([]byte(row.number+"/"+row.status)))
		c := pkerr.Code(code)
		want := slices.Sorted(slices.Values(senders[c]))
		if want == nil {
			for e := range reference.Endpoints() {
				if fromPath(e, c) {
					want = append(want, e.String())
				}
			}
			slices.Sort(want)
		}
		var got []string
		for e, answer := range reference.Senders(code) {
			got = append(got, e.String())
			require.Equal(t, code, answer.Code)
			require.Equal(t, c == pkerr.Unauthorized && onSystem(e), answer.OnlyMe, "%s %v", &e, c)
			require.True(t, e.Sends(code))
		}
		slices.Sort(got)
		require.Equal(t, want, got, "who sends %v %s", c, c.Name())

		// Exactly the codes that are sent today have a sender.
		e, _ := reference.Of(code)
		ruled := false
		for r := range reference.Rules() {
			ruled = ruled || r.Code == code
		}
		require.Equal(t, e.Sent.Today, ruled || len(got) > 0, row.name)
		if e.Sent.How == "from one endpoint" {
			require.Len(t, got, 1)
		}
	}
}

// endpoints is the form of a method and a path.
const endpoints = `^(GET|POST|PATCH|DELETE) (/[a-z]+|/\{(s|m|g|w|id)\})+(\.json)?$`

func TestEndpoints(t *testing.T) {
	seen := map[string]bool{}
	for e := range reference.Endpoints() {
		require.Regexp(t, endpoints, e.String())
		require.False(t, seen[e.String()], "%s is there once", &e)
		seen[e.String()] = true
		require.NotEmpty(t, e.Answers)
		for i, a := range e.Answers {
			require.NotContains(t, e.Answers[:i], a, "%s", &e)
		}
	}
	require.Len(t, seen, 39)
}

func TestSends(t *testing.T) {
	for _, test := range []struct {
		endpoint string
		code     pkerr.Code
		want     bool
	}{
		{"GET /members/{m}", pkerr.MemberNotFound, true},
		{"GET /members/{m}", pkerr.TooManyRequests, true},
		{"GET /members/{m}", pkerr.UnsupportedMediaType, false},
		{"PATCH /members/{m}", pkerr.UnsupportedMediaType, true},
		{"DELETE /members/{m}", pkerr.UnsupportedMediaType, false},
		{"POST /members", pkerr.UnsupportedMediaType, true},
		{"POST /members", pkerr.BadRequest, true},
		{"POST /members", pkerr.MemberNotFound, false},
		{"POST /members", pkerr.NotFound, false},
		{"POST /members", pkerr.ContentTooLarge, false},
	} {
		for e := range reference.Endpoints() {
			if e.String() == test.endpoint {
				require.Equal(t, test.want, e.Sends(reference.Code(test.code)), "%s %v", &e, test.code)
			}
		}
	}
}

func TestRules(t *testing.T) {
	all := slices.Collect(reference.Rules())
	for i, r := range all {
		require.NotEmpty(t, r.When)
		require.NotContains(t, all[:i], r)
		require.NotEmpty(t, pkerr.Code(r.Code).Name())
	}
	for _, c := range []reference.Code{429, 500, 400} {
		require.True(t, slices.ContainsFunc(all, func(r reference.Rule) bool {
			return r.Code == c && r.Where == reference.EveryEndpoint
		}), "every endpoint sends %v", c)
	}
	for _, c := range []reference.Code{415, 400} {
		require.True(t, slices.ContainsFunc(all, func(r reference.Rule) bool {
			return r.Code == c && r.Where == reference.EveryBody
		}), "every endpoint with a body sends %v", c)
	}

	w := reference.Proxies
	require.Error(t, w.UnmarshalText([]byte("everywhere")))
}
