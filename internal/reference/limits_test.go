package reference_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/internal/reference"
)

func TestLimits(t *testing.T) {
	corpus := readCorpus(t)
	limits := reference.Limits()
	require.Len(t, limits.Limits, 3)
	for _, l := range limits.Limits {
		require.NotEmpty(t, l.Examples)
		for _, id := range l.Examples {
			r := corpus[id]
			require.Equal(t, 429, r.Status, id)
			require.Equal(t, l.Scope, r.Expect.Scope, id)
			require.Equal(t, strconv.Itoa(l.Rate), r.Headers["X-RateLimit-Limit"], id)
			require.Contains(t, []string{l.Scope, l.Own}, r.Headers["X-RateLimit-Scope"], id)
		}
	}
	for _, texts := range [][]reference.Text{limits.Counting, limits.Headers, limits.Quirk} {
		require.NotEmpty(t, texts)
		for _, text := range texts {
			require.Regexp(t, `^[A-Z].*\.$`, string(text))
		}
	}
}

func TestLimit(t *testing.T) {
	for rate, want := range map[int]time.Duration{10: 100 * time.Millisecond, 3: 334 * time.Millisecond, 20: 50 * time.Millisecond} {
		l := reference.Limit{Rate: rate}
		require.Equal(t, want, l.Interval())
		require.Equal(t, rate-1, l.Burst())
	}
}
