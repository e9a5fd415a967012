package locale_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/locale"
)

func TestRetryAfter(t *testing.T) {
	tests := []struct {
		d    time.Duration
		want string
	}{
		{math.MinInt64, "Try again in 1 second."},
		{-time.Second, "Try again in 1 second."},
		{0, "Try again in 1 second."},
		{1, "Try again in 1 second."},
		{time.Second, "Try again in 1 second."},
		{time.Second + 1, "Try again in 2 seconds."},
		{59 * time.Second, "Try again in 59 seconds."},
		{59*time.Second + 1, "Try again in 1 minute."},
		{time.Minute, "Try again in 1 minute."},
		{time.Minute + 1, "Try again in 2 minutes."},
		{59 * time.Minute, "Try again in 59 minutes."},
		{59*time.Minute + 1, "Try again in 1 hour."},
		{time.Hour, "Try again in 1 hour."},
		{time.Hour + 1, "Try again in 2 hours."},
		{1000 * time.Hour, "Try again in 1,000 hours."},
		{math.MaxInt64, "Try again in 2,562,048 hours."},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, locale.For("en").RetryAfter(tt.d), "%v", tt.d)
	}
}

func TestRetryAfter_Plurals(t *testing.T) {
	seconds := func(preference string, n int) string {
		return locale.For(preference).RetryAfter(time.Duration(n) * time.Second)
	}
	require.Contains(t, seconds("pl", 1), "1 sekundę")
	require.Contains(t, seconds("pl", 2), "2 sekundy")
	require.Contains(t, seconds("pl", 5), "5 sekund.")
	require.Contains(t, seconds("pl", 22), "22 sekundy")
	require.Contains(t, seconds("ru", 21), "21 секунду")
	require.Contains(t, seconds("ru", 11), "11 секунд.")
	require.Contains(t, seconds("cs", 4), "4 sekundy")
	require.Contains(t, seconds("ja", 1), "1秒")
}
