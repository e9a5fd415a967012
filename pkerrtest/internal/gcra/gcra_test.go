package gcra_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/pkerrtest/internal/gcra"
)

// start is any time but the zero one.
func start() time.Time { return time.Date(2026, time.August, 20, 12, 0, 0, 0, time.UTC) }

func served(remaining int) gcra.Verdict { return gcra.Verdict{Served: true, Remaining: remaining} }

func refused(retryAfter time.Duration) gcra.Verdict { return gcra.Verdict{RetryAfter: retryAfter} }

func TestTake(t *testing.T) {
	const ms = time.Millisecond
	type step struct {
		at   time.Duration
		want gcra.Verdict
	}
	for name, test := range map[string]struct {
		rate  int
		steps []step
	}{
		"10 a second": {10, []step{
			{0, served(9)}, {0, served(8)}, {0, served(7)}, {0, served(6)}, {0, served(5)},
			{0, served(4)}, {0, served(3)}, {0, served(2)}, {0, served(1)},
			{0, refused(0)},             // granted, booked and refused
			{0, refused(100 * ms)},      // not booked
			{1 * ms, refused(99 * ms)},  // nor this
			{99 * ms, refused(1 * ms)},  // nor this
			{100 * ms, refused(0)},      // booked again: who waits for retry_after alone has not waited for long enough
			{199 * ms, refused(1 * ms)}, // so there is still nothing
			{300 * ms, served(1)},       // and now there are two, of which one is served
			{300 * ms, refused(0)},
			{1300 * ms, served(9)}, // full again, an interval after the second
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
		"20 a second, the last of it": {20, []step{
			{0, served(19)}, {50 * ms, served(19)}, {75 * ms, served(18)}, {75 * ms, served(17)},
		}},
		"2 a second":            {2, []step{{0, served(1)}, {0, refused(0)}, {0, refused(500 * ms)}, {500 * ms, refused(0)}, {1500 * ms, served(1)}}},
		"1 a second is none":    {1, []step{{0, refused(0)}, {0, refused(time.Second)}, {time.Second, refused(0)}, {time.Hour, refused(0)}}},
		"7 is no part of 1e9":   {7, []step{{0, served(6)}, {0, served(5)}, {0, served(4)}, {0, served(3)}, {0, served(2)}, {0, served(1)}, {0, refused(0)}}},
		"as many as there are":  {1e9, []step{{0, served(1e9 - 1)}, {0, served(1e9 - 2)}}},
		"back in time, as ever": {10, []step{{0, served(9)}, {-200 * ms, served(6)}}},
	} {
		t.Run(name, func(t *testing.T) {
			var b gcra.Bucket
			for i, s := range test.steps {
				require.Equal(t, s.want, b.Take(start().Add(s.at), test.rate), "step %d, at %v", i, s.at)
			}
		})
	}
}

// What the real script was seen to do with clients that send at a steady pace, for ten seconds.
func TestGoingOverIsPunished(t *testing.T) {
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

// drain returns a bucket from which so many requests were taken, at once, and what the last one was told.
func drain(requests, rate int) (b gcra.Bucket, last gcra.Verdict) {
	for range requests {
		last = b.Take(start(), rate)
	}
	return b, last
}

func TestRetrying(t *testing.T) {
	for _, rate := range []int{3, 10, 20} {
		interval := time.Second / time.Duration(rate)
		for _, ms := range []int{5, 30, 80, 120, 200, 350} {
			roundTrip := time.Duration(ms) * time.Millisecond
			t.Run(fmt.Sprintf("%d a second, %v", rate, roundTrip), func(t *testing.T) {
				// Whoever waits for exactly retry_after, and is fast, never gets anything again.
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
					require.True(t, last.Served, "the time under way is the wait")
				}

				// Who was not booked waits one interval longer,
				b, last = drain(rate+1, rate)
				require.Positive(t, last.RetryAfter)
				require.True(t, b.Take(start().Add(last.RetryAfter+interval), rate).Served)

				// and who was booked, and told 0, waits two: one for each of the two requests that have to be there.
				b, _ = drain(rate, rate)
				require.Equal(t, refused(0), b.Take(start().Add(2*interval-time.Microsecond), rate))
				b, _ = drain(rate, rate)
				require.True(t, b.Take(start().Add(2*interval), rate).Served)
			})
		}
	}
}
