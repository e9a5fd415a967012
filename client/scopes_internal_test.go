package client

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// told teaches s the scope that a response of the route named.
func told(s *scopes, r route, scope string) { s.counted(&slotRequest{route: r}, scope) }

// bucketOf returns the bucket for which a request of the route waits first.
func bucketOf(s *scopes, r route) Bucket {
	request := &slotRequest{route: r}
	s.next(request)
	s.leave(request)
	return request.bucket
}

func TestScopes_Learn(t *testing.T) {
	var s scopes
	r := route{host: "h", owner: "o", path: "/v2/members/a", read: true}
	told(&s, r, "generic_get")
	require.Empty(t, s.seen, "a correct guess need not be remembered")
	require.Empty(t, s.kinds)
	require.Equal(t, Bucket{Host: "h", Scope: "generic_get"}, bucketOf(&s, r))
	told(&s, r, "own_system_get")
	require.Equal(t, Bucket{Host: "h", Scope: "own_system_get", Owner: "o"}, bucketOf(&s, r))
	told(&s, r, "")
	told(&s, r, strings.Repeat("x", maxScope+1))
	require.Equal(t, "own_system_get", bucketOf(&s, r).Scope, "what is no scope teaches nothing")
	told(&s, r, "generic_get")
	require.Equal(t, Bucket{Host: "h", Scope: "generic_get"}, bucketOf(&s, r), "the last word counts")
}

// The scope that the API names for a path is expected for similar paths, until
// the API names another for them.
func TestScopes_Kinds(t *testing.T) {
	var s scopes
	at := func(owner, method, path string) route {
		return route{host: "h", owner: owner, path: path, own: strings.Contains(path+"/", "/@me/"), read: isRead(method)}
	}
	told(&s, at("o", "PATCH", "/v2/members/a"), "own_system_update")
	for r, want := range map[route]string{
		at("o", "PATCH", "/v2/members/b"):            "own_system_update",
		at("o", "PATCH", "/v2/members/b/groups"):     "own_system_update",
		at("o", "PATCH", "/v2/members"):              "own_system_update",
		at("o", "PATCH", "/v2/groups/b"):             "generic_update",
		at("o", "GET", "/v2/members/a"):              "generic_get",
		at("o", "HEAD", "/v2/members/a"):             "own_system_update",
		at("x", "PATCH", "/v2/members/a"):            "generic_update",
		{owner: "o", path: "/v2/members/a"}:          "generic_update",
		at("o", "PATCH", "/v2/systems/@me"):          "own_system_update",
		at("o", "PATCH", "/v2/systems/@me/settings"): "own_system_update",
	} {
		require.Equal(t, want, bucketOf(&s, r).Scope, "%+v", r)
	}

	told(&s, at("o", "PATCH", "/v2/members/theirs"), "generic_update")
	require.Equal(t, "generic_update", bucketOf(&s, at("o", "PATCH", "/v2/members/c")).Scope, "what was said last counts")
	require.Equal(t, "own_system_update", bucketOf(&s, at("o", "PATCH", "/v2/members/a")).Scope, "what was said of itself counts more")
	told(&s, at("o", "PATCH", "/v2/members/a"), "own_system_update")
	require.Equal(t, "generic_update", bucketOf(&s, at("o", "PATCH", "/v2/members/theirs")).Scope)

	told(&s, at("o", "GET", "/v2/systems/@me"), "own_system_get")
	require.Equal(t, "generic_get", bucketOf(&s, at("o", "GET", "/v2/systems/theirs")).Scope, "of @me it goes without saying")
	told(&s, at("o", "GET", "/v2/systems/theirs"), "token2")
	require.Equal(t, "own_system_get", bucketOf(&s, at("o", "GET", "/v2/systems/@me/members")).Scope, "and @me is one's own, whatever is said of others")
	told(&s, at("o", "GET", "/v2/systems/@me"), "own_system_get")
	require.Equal(t, "token2", bucketOf(&s, at("o", "GET", "/v2/systems/else")).Scope)

	told(&s, at("o", "PATCH", "/v2/members"), "token2")
	told(&s, at("o", "PATCH", "/v2/members/a"), "own_system_update")
	require.Equal(t, "token2", bucketOf(&s, at("o", "PATCH", "/v2/members")).Scope, "a path is not all those below it")
}

func TestRouteOf(t *testing.T) {
	for method, read := range map[string]bool{
		"GET": true, "": true, "HEAD": false, "OPTIONS": false, "PATCH": false, "POST": false, "DELETE": false,
	} {
		req, err := http.NewRequestWithContext(t.Context(), method, "https://h:1/v2/members/a?token=s3cr3t", http.NoBody)
		require.NoError(t, err)
		require.Equal(t, route{host: "h:1", path: "/v2/members/a", read: read}, routeOf(req), method)
		req.Header.Set("Authorization", "s3cr3t")
		require.NotContains(t, fmt.Sprintf("%#v", routeOf(req)), "s3cr3t")
		require.Len(t, routeOf(req).owner, 16)
	}
	require.Equal(t, route{}, routeOf(new(http.Request{Method: "POST"})))
}

// In all scopes except those of the token's own system, the API counts by IP
// address.
func TestRoute_Bucket(t *testing.T) {
	for scope, owner := range map[string]string{"own_system_get": "o", "own_system_update": "o", "generic_get": "", "token2": "", "other": ""} {
		require.Equal(t, Bucket{Host: "h", Scope: scope, Owner: owner}, route{host: "h", owner: "o"}.bucket(scope))
	}
}

func TestRoute_Kind(t *testing.T) {
	for path, want := range map[string]string{
		"/v2/members/abcde": "/v2/members", "/v2/members/abcde/groups": "/v2/members", "/v2/members": "/v2/members",
		"/v2/members/": "/v2/members", "/v2": "/v2", "/": "/", "": "",
	} {
		require.Equal(t, route{host: "h", path: want, all: true}, route{host: "h", path: path}.kind(), path)
	}
}

func TestScopes_DoNotGrowWithoutEnd(t *testing.T) {
	var s scopes
	for i := range 3 * maxRoutes {
		told(&s, route{path: fmt.Sprint(i)}, "own_system_get")
		s.setSpare(Bucket{Owner: fmt.Sprint(i)}, spareSlots{})
		require.LessOrEqual(t, len(s.seen), maxRoutes)
		require.LessOrEqual(t, len(s.kinds), maxRoutes)
		require.LessOrEqual(t, len(s.spare), maxRoutes)
	}
	full := len(s.seen)
	require.Equal(t, maxRoutes, full)
	told(&s, route{path: fmt.Sprint(3*maxRoutes - 1)}, "generic_get")
	require.Len(t, s.seen, full, "a route that is known takes no room")
}
