package client_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/client"
)

func TestBucket_String(t *testing.T) {
	for want, b := range map[string]client.Bucket{
		"api.pluralkit.me/generic_get":                     {Host: "api.pluralkit.me", Scope: "generic_get"},
		"api.pluralkit.me/own_system_get/0123456789abcdef": {Host: "api.pluralkit.me", Scope: "own_system_get", Owner: "0123456789abcdef"},
		"/":           {},
		"//o":         {Owner: "o"},
		"a%2Fb/c%25d": {Host: "a/b", Scope: "c%d"},
		"[::1]:80/x":  {Host: "[::1]:80", Scope: "x"},
	} {
		require.Equal(t, want, b.String())
	}
}

// Two buckets have the same key only if they are equal.
func TestBucket_StringIsInjective(t *testing.T) {
	parts := []string{"", "a", "b", "/", "%", "a/b", "/a", "a/", "%2F", "%25", "%2", "2F", "a%2Fb", "//"}
	seen := map[string]client.Bucket{}
	for _, host := range parts {
		for _, scope := range parts {
			for _, owner := range parts {
				b := client.Bucket{Host: host, Scope: scope, Owner: owner}
				other, ok := seen[b.String()]
				require.False(t, ok, "%q: %#v and %#v", b.String(), b, other)
				seen[b.String()] = b
			}
		}
	}
}

func TestBucket_StringAllocations(t *testing.T) {
	own := client.Bucket{Host: "api.pluralkit.me", Scope: "own_system_get", Owner: "0123456789abcdef"}
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _ = reads.String() }), 1.0)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _ = own.String() }), 1.0)
}
