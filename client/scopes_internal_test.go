package client

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// learn makes s learn the scope that a response of the route named.
func learn(s *scopes, r route, scope string) { s.counted(&slotRequest{route: r}, scope) }

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
	learn(&s, r, "generic_get")
	require.Empty(t, s.seen, "a correct guess need not be remembered")
	require.Empty(t, s.kinds)
	require.Equal(t, Bucket{Host: "h", Scope: "generic_get"}, bucketOf(&s, r))
	learn(&s, r, "own_system_get")
	require.Equal(t, Bucket{Host: "h", Scope: "own_system_get", Owner: "o"}, bucketOf(&s, r))
	learn(&s, r, "")
	learn(&s, r, strings.Repeat("x", maxScope+1))
	require.Equal(t, "own_system_get", bucketOf(&s, r).Scope, "an unknown scope is ignored")
	learn(&s, r, "generic_get")
	require.Equal(t, Bucket{Host: "h", Scope: "generic_get"}, bucketOf(&s, r), "the last scope counts")
}

// The scope that the API names for a path is expected for similar paths, until
// the API names another for them.
func TestScopes_Kinds(t *testing.T) {
	var s scopes
	at := func(owner, method, path string) route {
		return route{host: "h", owner: owner, path: path, own: strings.Contains(path+"/", "/@me/"), read: isRead(method)}
	}
	learn(&s, at("o", "PATCH", "/v2/members/a"), "own_system_update")
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

	learn(&s, at("o", "PATCH", "/v2/members/theirs"), "generic_update")
	require.Equal(t, "generic_update", bucketOf(&s, at("o", "PATCH", "/v2/members/c")).Scope, "the last scope counts")
	require.Equal(t, "own_system_update", bucketOf(&s, at("o", "PATCH", "/v2/members/a")).Scope, "the scope of the path itself counts more")
	learn(&s, at("o", "PATCH", "/v2/members/a"), "own_system_update")
	require.Equal(t, "generic_update", bucketOf(&s, at("o", "PATCH", "/v2/members/theirs")).Scope)

	learn(&s, at("o", "GET", "/v2/systems/@me"), "own_system_get")
	require.Equal(t, "generic_get", bucketOf(&s, at("o", "GET", "/v2/systems/theirs")).Scope, "the scope of @me does not affect other paths")
	learn(&s, at("o", "GET", "/v2/systems/theirs"), "token2")
	require.Equal(t, "own_system_get", bucketOf(&s, at("o", "GET", "/v2/systems/@me/members")).Scope, "the scope of other paths does not affect @me")
	learn(&s, at("o", "GET", "/v2/systems/@me"), "own_system_get")
	require.Equal(t, "token2", bucketOf(&s, at("o", "GET", "/v2/systems/else")).Scope)

	learn(&s, at("o", "PATCH", "/v2/members"), "token2")
	learn(&s, at("o", "PATCH", "/v2/members/a"), "own_system_update")
	require.Equal(t, "token2", bucketOf(&s, at("o", "PATCH", "/v2/members")).Scope, "a path does not stand for those below it")
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

func TestScopes_Bounded(t *testing.T) {
	var s scopes
	for i := range 3 * maxRoutes {
		learn(&s, route{path: fmt.Sprint(i)}, "own_system_get")
		s.setSpare(Bucket{Owner: fmt.Sprint(i)}, spareSlots{})
		require.LessOrEqual(t, len(s.seen), maxRoutes)
		require.LessOrEqual(t, len(s.kinds), maxRoutes)
		require.LessOrEqual(t, len(s.spare), maxRoutes)
	}
	full := len(s.seen)
	require.Equal(t, maxRoutes, full)
	learn(&s, route{path: fmt.Sprint(3*maxRoutes - 1)}, "generic_get")
	require.Len(t, s.seen, full, "a known route takes no room")
}
