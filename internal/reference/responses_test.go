package reference_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/internal/reference"
)

func TestUncodedResponses(t *testing.T) {
	corpus := readCorpus(t)
	count := 0
	for u := range reference.UncodedResponses() {
		count++
		for _, text := range []reference.Text{u.When, u.Advice} {
			require.Regexp(t, `^[A-Z].*\.$`, string(text))
		}
		require.NotEmpty(t, u.Body)
		require.Equal(t, u.Origin == reference.Outdated, u.Until != "", "%s", u.When)
		if u.Until != "" {
			_, err := time.Parse(time.DateOnly, u.Until)
			require.NoError(t, err)
		}

		// There are examples, which match and have no code.
		require.Equal(t, len(u.Statuses) > 0, len(u.Examples) > 0, "%s", u.When)
		for _, id := range u.Examples {
			r, ok := corpus[id]
			require.True(t, ok, id)
			require.Contains(t, u.Statuses, r.Status, id)
			require.Zero(t, r.Expect.Code, id)
		}
	}
	require.Greater(t, count, 10)

	o := reference.Proxy
	require.Error(t, o.UnmarshalText([]byte("somebody")))
}
