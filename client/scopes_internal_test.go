package client

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScopesAreLearnedAndForgotten(t *testing.T) {
	var s scopes
	r := route{host: "h", owner: "o", path: "/v2/members/a", read: true}
	require.Equal(t, Bucket{Host: "h", Scope: "generic_get"}, s.bucket(r))
	s.learn(r, "own_system_get")
	require.Equal(t, Bucket{Host: "h", Scope: "own_system_get", Owner: "o"}, s.bucket(r))
	s.learn(r, "")
	s.learn(r, strings.Repeat("x", maxScope+1))
	require.Equal(t, "own_system_get", s.bucket(r).Scope, "what is no scope teaches nothing")
	s.learn(r, "generic_get")
	require.Equal(t, "generic_get", s.bucket(r).Scope)
	require.Empty(t, s.seen, "what anybody would guess need not be remembered")
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
