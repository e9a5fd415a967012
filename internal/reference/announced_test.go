package reference_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/internal/reference"
)

// Released codes and endpoints are no longer announced.
func TestAnnounced(t *testing.T) {
	released := map[string]bool{}
	for e := range reference.Endpoints() {
		released[e.String()] = true
	}
	known := map[reference.Code]bool{} // announced or released
	for e := range reference.Codes() {
		known[e.Code] = true
	}
	for a := range reference.Announced() {
		require.NotEmpty(t, a.Name)
		for _, c := range a.Codes {
			_, ok := reference.Of(c)
			require.False(t, ok, "%v has a row in codes.json", c)
			known[c] = true
		}
		for _, e := range a.Endpoints {
			require.Regexp(t, endpoints, e)
			require.False(t, released[e], "%s has a row in endpoints.json", e)
		}
		for _, note := range a.Notes {
			require.Regexp(t, sentences, string(note))
		}
	}
	for _, c := range []reference.Code{30010_403, 40010_400, 40011_400} {
		require.True(t, known[c], "%v is lost", c)
	}
}
