package gcra_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/pkerrtest/internal/gcra"
)

// start is an arbitrary time.
func start() time.Time { return time.Date(2026, time.August, 20, 12, 0, 0, 0, time.UTC) }

func served(remaining int) gcra.Decision { return gcra.Decision{Served: true, Remaining: remaining} }

func refused(retryAfter time.Duration) gcra.Decision { return gcra.Decision{RetryAfter: retryAfter} }

func TestTake(t *testing.T) {
	const ms = time.Millisecond
	type step struct {
		at   time.Duration
		want gcra.Decision
	}
	for name, test := range map[string]struct {
		rate  int
		steps []step
	}{
		"10 a second": {10, []step{
			{0, served(9)}, {0, served(8)}, {0, served(7)}, {0, served(6)}, {0, served(5)},
			{0, served(4)}, {0, served(3)}, {0, served(2)}, {0, served(1)},
			{0, refused(0)},             // counted and refused
			{0, refused(100 * ms)},      // not counted
			{1 * ms, refused(99 * ms)},  // not counted
			{99 * ms, refused(1 * ms)},  // not counted
			{100 * ms, refused(0)},      // counted again: retry_after is too short
			{199 * ms, refused(1 * ms)}, // not one interval yet
			{300 * ms, served(1)},       // two intervals: one request is served
			{300 * ms, refused(0)},
			{1300 * ms, served(9)}, // full again after one interval more than a second
		}},
		"3 a second": {3, []step{
			{0, served(2)},
			{0, served(1)},
			{0, refused(0)},
			{0, refused(333_333_332)}, // 334 ms on the wire
			{333 * ms, refused(333_332)},
			{334 * ms, refused(0)},
			{time.Hour, served(2)},
		}},
		"20 a second": {20, []step{
			{0, served(19)}, {50 * ms, served(19)}, {75 * ms, served(18)}, {75 * ms, served(17)},
		}},
		"2 a second":                {2, []step{{0, served(1)}, {0, refused(0)}, {0, refused(500 * ms)}, {500 * ms, refused(0)}, {1500 * ms, served(1)}}},
		"1 a second serves nothing": {1, []step{{0, refused(0)}, {0, refused(time.Second)}, {time.Second, refused(0)}, {time.Hour, refused(0)}}},
		"7 does not divide 1e9":     {7, []step{{0, served(6)}, {0, served(5)}, {0, served(4)}, {0, served(3)}, {0, served(2)}, {0, served(1)}, {0, refused(0)}}},
		"the largest rate":          {1e9, []step{{0, served(1e9 - 1)}, {0, served(1e9 - 2)}}},
		"back in time":              {10, []step{{0, served(9)}, {-200 * ms, served(6)}}},
	} {
		t.Run(name, func(t *testing.T) {
			var b gcra.Bucket
			for i, s := range test.steps {
				require.Equal(t, s.want, b.Take(start().Add(s.at), test.rate), "step %d, at %v", i, s.at)
			}
		})
	}
}

// The share of a steady stream that the real script served in ten seconds.
func TestTake_SteadyPace(t *testing.T) {
	for _, test := range []struct {
		rate    int
		offered float64
		want    float64
	}{
		{10, 12, 4.9}, {3, 3.5, 0.8}, {10, 9.5, 9.5}, {3, 2.8, 2.8},
	} {
		t.Run(fmt.Sprintf("%v at %d", test.offered, test.rate), func(t *testing.T) {
			const seconds = 10
			var b gcra.Bucket
			through := 0
			for i := range int(test.offered * seconds) {
				at := time.Duration(float64(i) / test.offered * float64(time.Second))
				if b.Take(start().Add(at), test.rate).Served {
					through++
				}
			}
			require.InDelta(t, test.want, float64(through)/seconds, 1e-9)
		})
	}
}

// drain returns a bucket after a burst of requests, and the decision about the
// last one.
func drain(requests, rate int) (b gcra.Bucket, last gcra.Decision) {
	for range requests {
		last = b.Take(start(), rate)
	}
	return b, last
}

func TestTake_Retry(t *testing.T) {
	for _, rate := range []int{3, 10, 20} {
		interval := time.Second / time.Duration(rate)
		for _, ms := range []int{5, 30, 80, 120, 200, 350} {
			roundTrip := time.Duration(ms) * time.Millisecond
			t.Run(fmt.Sprintf("%d a second, %v", rate, roundTrip), func(t *testing.T) {
				// A fast client that waits for exactly retry_after is never
				// served again.
				b, last := drain(rate, rate)
				require.Equal(t, refused(0), last)
				now, refusals := start(), 0
				for ; !last.Served && refusals < 25; refusals++ {
					now = now.Add(last.RetryAfter + roundTrip)
					last = b.Take(now, rate)
				}
				if roundTrip < interval {
					require.False(t, last.Served)
				} else {
					require.True(t, last.Served, "the round trip is a long enough wait")
				}

				// A request that was not counted has to wait one interval
				// longer.
				b, last = drain(rate+1, rate)
				require.Positive(t, last.RetryAfter)
				require.True(t, b.Take(start().Add(last.RetryAfter+interval), rate).Served)

				// A request that was counted, with a wait of 0, has to wait two
				// intervals.
				b, _ = drain(rate, rate)
				require.Equal(t, refused(0), b.Take(start().Add(2*interval-time.Microsecond), rate))
				b, _ = drain(rate, rate)
				require.True(t, b.Take(start().Add(2*interval), rate).Served)
			})
		}
	}
}
