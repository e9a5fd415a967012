package client

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScopesAreLearned(t *testing.T) {
	var s scopes
	r := route{host: "h", owner: "o", path: "/v2/members/a", method: "GET"}
	s.learn(r, "generic_get")
	require.Empty(t, s.seen, "what anybody would guess need not be remembered")
	require.Equal(t, Bucket{Host: "h", Scope: "generic_get"}, s.bucket(r))
	s.learn(r, "own_system_get")
	require.Equal(t, Bucket{Host: "h", Scope: "own_system_get", Owner: "o"}, s.bucket(r))
	s.learn(r, "")
	s.learn(r, strings.Repeat("x", maxScope+1))
	require.Equal(t, "own_system_get", s.bucket(r).Scope, "what is no scope teaches nothing")
	s.learn(r, "generic_get")
	require.Equal(t, Bucket{Host: "h", Scope: "generic_get"}, s.bucket(r), "the last word counts")
}

// What the API says of a path is expected of others like it, until it says something else of them.
func TestScopesAreExpectedOfWhatIsAlike(t *testing.T) {
	var s scopes
	at := func(owner, method, path string) route {
		return route{host: "h", owner: owner, path: path, method: method}
	}
	s.learn(at("o", "", "/v2/members/a"), "own_system_update")
	for r, want := range map[route]string{
		at("o", "", "/v2/members/b"):            "own_system_update",
		at("o", "", "/v2/members/b/groups"):     "own_system_update",
		at("o", "", "/v2/members"):              "own_system_update",
		at("o", "", "/v2/groups/b"):             "generic_update",
		at("o", "GET", "/v2/members/a"):         "generic_get",
		at("o", "HEAD", "/v2/members/a"):        "generic_get",
		at("x", "", "/v2/members/a"):            "generic_update",
		{owner: "o", path: "/v2/members/a"}:     "generic_update",
		at("o", "", "/v2/systems/@me"):          "own_system_update",
		at("o", "", "/v2/systems/@me/settings"): "own_system_update",
	} {
		require.Equal(t, want, s.bucket(r).Scope, "%+v", r)
	}

	s.learn(at("o", "", "/v2/members/theirs"), "generic_update")
	require.Equal(t, "generic_update", s.bucket(at("o", "", "/v2/members/c")).Scope, "what was said last counts")
	require.Equal(t, "own_system_update", s.bucket(at("o", "", "/v2/members/a")).Scope, "what was said of itself counts more")
	s.learn(at("o", "", "/v2/members/a"), "own_system_update")
	require.Equal(t, "generic_update", s.bucket(at("o", "", "/v2/members/theirs")).Scope)

	s.learn(at("o", "GET", "/v2/systems/@me"), "own_system_get")
	require.Equal(t, "generic_get", s.bucket(at("o", "GET", "/v2/systems/theirs")).Scope, "of @me it goes without saying")
	s.learn(at("o", "GET", "/v2/systems/theirs"), "token2")
	require.Equal(t, "own_system_get", s.bucket(at("o", "GET", "/v2/systems/@me/members")).Scope, "and @me is one's own, whatever is said of others")
	s.learn(at("o", "GET", "/v2/systems/@me"), "own_system_get")
	require.Equal(t, "token2", s.bucket(at("o", "GET", "/v2/systems/else")).Scope)

	s.learn(at("o", "", "/v2/members"), "token2")
	s.learn(at("o", "", "/v2/members/a"), "own_system_update")
	require.Equal(t, "token2", s.bucket(at("o", "", "/v2/members")).Scope, "a path is not all those below it")
}

func TestRouteOf(t *testing.T) {
	for method, want := range map[string]string{"GET": "GET", "HEAD": "HEAD", "OPTIONS": "GET", "PATCH": "", "POST": "", "DELETE": ""} {
		req, err := http.NewRequestWithContext(t.Context(), method, "https://h:1/v2/members/a?token=s3cr3t", http.NoBody)
		require.NoError(t, err)
		require.Equal(t, route{host: "h:1", path: "/v2/members/a", method: want}, routeOf(req))
		req.Header.Set("Authorization", "s3cr3t")
		require.NotContains(t, fmt.Sprintf("%#v", routeOf(req)), "s3cr3t")
		require.Len(t, routeOf(req).owner, 16)
	}
	require.Equal(t, route{}, routeOf(new(http.Request{Method: "POST"})))
}

// In all scopes but those of one's own system the API counts by IP address.
func TestBucketsOfOneAddress(t *testing.T) {
	for scope, owner := range map[string]string{"own_system_get": "o", "own_system_update": "o", "generic_get": "", "token2": "", "other": ""} {
		require.Equal(t, Bucket{Host: "h", Scope: scope, Owner: owner}, route{host: "h", owner: "o"}.bucket(scope))
	}
}

func TestScopesDoNotGrowWithoutEnd(t *testing.T) {
	var s scopes
	for i := range 3 * maxRoutes {
		s.learn(route{path: fmt.Sprint(i)}, "own_system_get")
		require.LessOrEqual(t, len(s.seen), maxRoutes)
	}
	full := len(s.seen)
	require.Equal(t, maxRoutes, full)
	s.learn(route{path: fmt.Sprint(3*maxRoutes - 1)}, "token2")
	require.Len(t, s.seen, full, "a route that is known takes no room")
}
