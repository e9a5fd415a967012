package client_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/client"
)

// A refusal while requests are counted is due to others. The process makes room
// for them, and takes it back when they have stopped.
func TestLocalLimiter_MakesRoomAfterRefusals(t *testing.T) {
	for _, pace := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			l := &client.LocalLimiter{Pace: pace}
			gap := func() time.Duration {
				at := arrivals(t, l, reads, 3)
				return at[2] - at[1]
			}
			const hold = 200 * time.Millisecond
			refuse(t, l, hold)
			require.Equal(t, readGap, gap(), "the first refusal is due to the process itself")
			before := time.Now()
			time.Sleep(time.Nanosecond)
			refuse(t, l, hold)
			slower := gap()
			require.InDelta(t, 0.1316, slower.Seconds(), 0.002, "the process keeps 0.76 of its share")
			l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: -1, Hold: hold, Sent: before})
			require.InDelta(t, slower.Seconds(), gap().Seconds(), 0.004, "a request that was sent earlier changes nothing")
			for range 20 {
				time.Sleep(time.Nanosecond)
				refuse(t, l, hold)
				gap()
			}
			require.InDelta(t, 1.1, gap().Seconds(), 0.5, "the gap is bounded")

			for range 20 {
				now := gap()
				require.LessOrEqual(t, now, 1600*time.Millisecond)
				arrivals(t, l, reads, 100)
			}
			require.Equal(t, readGap, gap(), "the refusals have no effect any more")

			refuse(t, l, hold)
			require.Equal(t, readGap, gap(), "a single refusal does not slow down")

			refuse(t, l, hold)
			time.Sleep(time.Hour)
			refuse(t, l, hold)
			require.Equal(t, readGap, gap(), "after an hour a refusal counts as the first")
		})
	}
}

// Without Remaining, a refusal of a read counts within 40 seconds of another.
func TestLocalLimiter_SecondRefusal(t *testing.T) {
	for sent, want := range map[int]time.Duration{
		350: 132 * time.Millisecond,
		400: readGap,
	} {
		synctest.Test(t, func(t *testing.T) {
			l := &client.LocalLimiter{}
			refuse(t, l, time.Second)
			arrivals(t, l, reads, sent) // each takes 105 ms
			refuse(t, l, time.Second)
			at := arrivals(t, l, reads, 2)
			require.InDelta(t, want.Seconds(), (at[1] - at[0]).Seconds(), 0.004)
		})
	}
}

// In a small bucket, periods double, and a single refusal does not change them.
func TestLocalLimiter_PeriodsOfWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const each = 334 * time.Millisecond
		l := &client.LocalLimiter{}
		var periods []time.Duration
		for range 6 {
			seen := client.Observation{Rate: 3, Hold: time.Second, Sent: time.Now()}
			l.Observe(t.Context(), reads, seen)
			at := arrivals(t, l, reads, 2)
			periods = append(periods, at[1]-at[0])
		}
		require.True(t, slices.IsSorted(periods), "%v", periods)
		periods = slices.Compact(periods)
		require.Equal(t, []time.Duration{each * 20 / 19, 2 * each, 4 * each}, periods)
	})
}

// The share of a small bucket grows faster while requests find it full. A
// refused request does not.
func TestLocalLimiter_RefusalEndsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{Pace: true}
		for range 4 {
			l.Observe(t.Context(), reads, client.Observation{Rate: 3, Remaining: 2, Sent: time.Now()})
		}
		for _, hold := range []time.Duration{time.Second, time.Second, 8 * time.Second} {
			l.Observe(t.Context(), reads, client.Observation{Rate: 3, Hold: hold, Sent: time.Now()})
			time.Sleep(hold)
			arrivals(t, l, reads, 1)
		}
		require.Equal(t, 2*334*time.Millisecond, arrivals(t, l, reads, 1)[0])
	})
}

// Processes that were refused together do not come back together.
func TestLocalLimiter_RandomDelayAfterRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		back := map[time.Duration]bool{}
		for range 20 {
			l := &client.LocalLimiter{}
			refuse(t, l, 200*time.Millisecond)
			require.Equal(t, 200*time.Millisecond, arrivals(t, l, reads, 1)[0], "after one refusal the time is exact")
			refuse(t, l, 200*time.Millisecond)
			after := arrivals(t, l, reads, 1)[0] - 200*time.Millisecond
			const spacing = 132 * time.Millisecond // 0.76 of the rate
			require.GreaterOrEqual(t, after, spacing-time.Millisecond)
			require.Less(t, after, 2*spacing)
			back[after] = true
		}
		require.Greater(t, len(back), 10)
	})
}

// If less remains than the process's own requests explain, others use the
// bucket.
func TestLocalLimiter_OthersUseBucket(t *testing.T) {
	for _, pace := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			l := &client.LocalLimiter{Pace: pace}
			// after lets one request through, and returns how long the next one
			// waits after that response.
			after := func(remaining int) time.Duration {
				require.Zero(t, arrivals(t, l, reads, 1)[0])
				l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: remaining, Sent: time.Now()})
				wait := arrivals(t, l, reads, 1)[0]
				time.Sleep(30 * time.Second)
				return wait
			}
			require.Zero(t, after(9))
			require.Zero(t, after(-1), "Remaining is unknown")
			require.Zero(t, after(11), "Remaining exceeds the rate")
			require.Equal(t, 160*time.Millisecond, after(6).Round(10*time.Millisecond))
			require.Equal(t, 260*time.Millisecond, after(3).Round(10*time.Millisecond))
			require.Zero(t, after(9), "the others have stopped")
		})
	}
}

// A process does not slow down because of its own requests.
func TestLocalLimiter_OwnRequestsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &client.LocalLimiter{}
		for i := range 9 {
			require.Zero(t, arrivals(t, l, reads, 1)[0])
			l.Observe(t.Context(), reads, client.Observation{Rate: 10, Remaining: 9 - i, Sent: time.Now()})
		}
	})
}

// A process that is alone again takes the whole limit after a while.
func TestLocalLimiter_AloneAgain(t *testing.T) {
	for _, c := range []struct {
		rate      int
		remaining int
		gap       time.Duration
		took      time.Duration
	}{
		{10, 9, readGap, 20 * time.Second},
		{10, -1, readGap, 70 * time.Second},
		{3, 2, 334 * time.Millisecond * 20 / 19, 90 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := &client.LocalLimiter{}
			send := func() time.Duration {
				start := time.Now()
				require.NoError(t, l.Wait(t.Context(), reads))
				seen := client.Observation{Rate: c.rate, Remaining: c.remaining, Sent: time.Now()}
				l.Observe(t.Context(), reads, seen)
				return time.Since(start)
			}
			for range 30 {
				refused := client.Observation{Rate: c.rate, Hold: time.Second, Sent: time.Now()}
				l.Observe(t.Context(), reads, refused)
				send()
			}
			require.Greater(t, send(), 2*c.gap)
			for start := time.Now(); time.Since(start) < c.took; {
				send()
			}
			require.Equal(t, c.gap, send())
		})
	}
}
