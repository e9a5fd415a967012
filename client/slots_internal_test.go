package client

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	generic = Bucket{Host: "h", Scope: "generic_get"}
	own     = Bucket{Host: "h", Scope: "own_system_get", Owner: "o"}
)

// member returns a request of the kind to which mixed gives two scopes.
func member(id string) *slotRequest {
	return &slotRequest{route: route{host: "h", owner: "o", path: "/v2/members/" + id, read: true}, ownLimiter: true}
}

// mixed returns scopes that expect both scopes for a member.
func mixed() *scopes {
	s := new(scopes)
	learn(s, member("mine").route, "own_system_get")
	learn(s, member("theirs").route, "generic_get")
	s.spare = nil
	return s
}

// needs requires that r needs a slot of the bucket, with this many others
// ahead.
func needs(t *testing.T, s *scopes, r *slotRequest, bucket Bucket, ahead int) {
	t.Helper()
	ok, n := s.next(r)
	require.True(t, ok)
	require.Equal(t, ahead, n)
	require.Equal(t, bucket, r.bucket)
}

func ready(t *testing.T, s *scopes, r *slotRequest) {
	t.Helper()
	ok, _ := s.next(r)
	require.False(t, ok)
}

func TestSlots_One(t *testing.T) {
	var s scopes
	r := member("a")
	needs(t, &s, r, generic, 0)
	require.True(t, r.sure)
	s.grant(r, false)
	ready(t, &s, r)
}

// both grants r a slot of each bucket.
func both(t *testing.T, s *scopes, r *slotRequest) {
	t.Helper()
	for range 2 {
		ok, ahead := s.next(r)
		require.True(t, ok)
		require.Zero(t, ahead)
		s.grant(r, false)
	}
	ready(t, s, r)
}

// A request that may count towards either of two buckets needs a slot of both,
// and passes on the one that it has not used.
func TestSlots_Two(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mixed()
		a, b := member("a"), member("b")
		needs(t, s, a, generic, 0)
		require.False(t, a.sure)
		s.grant(a, false)
		needs(t, s, b, generic, 1)
		needs(t, s, a, own, 0)
		s.grant(a, false)
		ready(t, s, a)

		needs(t, s, b, generic, 0)
		require.False(t, s.takeSpare(b))
		s.grant(b, false)
		s.counted(a, "generic_get")
		require.Equal(t, generic, a.bucket)
		needs(t, s, b, own, 0)
		require.True(t, s.takeSpare(b))
		ready(t, s, b)
		require.Equal(t, []Bucket{generic, own}, b.slots[:b.granted])

		// The scope in the response is known from now on.
		needs(t, s, member("a"), generic, 0)
		require.Empty(t, s.waiting)
	})
}

// A request that has to wait for one bucket keeps no slot of the other.
func TestSlots_KeepsNoneDuringWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mixed()
		a := member("a")
		needs(t, s, a, generic, 0)
		s.grant(a, false)
		needs(t, s, a, own, 0)
		require.False(t, s.takeSpare(a))
		require.Zero(t, a.granted)
		s.grant(a, true)
		needs(t, s, a, generic, 0)
		require.True(t, s.takeSpare(a))
		ready(t, s, a)
	})
}

// If a response names no scope, the granted slots count as used.
func TestSlots_WithoutScope(t *testing.T) {
	s := mixed()
	a := member("a")
	both(t, s, a)
	s.counted(a, "")
	require.Zero(t, a.granted)
	require.Zero(t, s.spareOf(own).n)
	require.Zero(t, s.spareOf(generic).n)
}

// A slot that was not used is good only as long as the limiter counts it.
func TestSlots_Drain(t *testing.T) {
	write := func(id string) *slotRequest {
		r := member(id)
		r.route.read = false
		return r
	}
	for after, want := range map[time.Duration]bool{0: true, 10 * time.Millisecond: true, 100 * time.Millisecond: false, time.Hour: false, -time.Hour: false} {
		synctest.Test(t, func(t *testing.T) {
			s := new(scopes)
			learn(s, write("mine").route, "own_system_update")
			learn(s, write("theirs").route, "generic_update")
			a, b := write("a"), write("b")
			both(t, s, a)
			s.counted(a, "generic_update")
			if after < 0 { // as in another bubble
				is := s.spare[a.route.bucket("own_system_update")]
				is.asOf = time.Now().Add(-after)
				s.spare[a.route.bucket("own_system_update")] = is
			} else {
				time.Sleep(after)
			}
			s.next(b)
			s.grant(b, false)
			s.next(b)
			b.ownLimiter = false
			require.Equal(t, want, s.takeSpare(b))
		})
	}
}

// A refusal means that there are no spare slots.
func TestSlots_Refused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mixed()
		a := member("a")
		both(t, s, a)
		s.counted(a, "generic_get")
		require.InDelta(t, 1, s.spareOf(own).n, 1e-9)
		s.refused(own)
		require.Zero(t, s.spareOf(own).n)
	})
}

// A request that counted towards a bucket without a slot of it is made up for.
func TestSlots_Settle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s scopes
		a, b, c := member("a"), member("b"), member("c")
		needs(t, &s, a, generic, 0)
		s.grant(a, false)
		s.counted(a, "own_system_get")
		needs(t, &s, b, own, 0)
		require.False(t, b.sure)
		s.grant(b, false)
		needs(t, &s, b, own, 0)
		s.grant(b, false)
		ready(t, &s, b)
		needs(t, &s, c, own, 0)
		s.grant(c, false)
		ready(t, &s, c)

		s.counted(c, "generic_get")
		time.Sleep(200 * time.Millisecond)
		require.Zero(t, s.spareOf(generic).n, "the bucket has drained by itself")

		other := member("d")
		other.ownLimiter = false
		s.counted(other, "token2")
		require.Zero(t, s.spareOf(Bucket{Host: "h", Scope: "token2"}).n, "a limiter of others is not asked for more turns")
	})
}

// Waiting requests look again when what they need or can get has changed.
func TestSlots_Wake(t *testing.T) {
	woken := func(s *scopes, r *slotRequest) *bool {
		w := new(bool)
		if !s.wait(r, func() { *w = true }) {
			*w = true
		}
		return w
	}
	t.Run("another scope", func(t *testing.T) {
		var s scopes
		a, b := member("a"), member("b")
		other := &slotRequest{route: route{host: "h", owner: "o", path: "/v2/groups/a", read: true}}
		for _, r := range []*slotRequest{a, b, other} {
			s.next(r)
		}
		wokenB, wokenOther := woken(&s, b), woken(&s, other)
		s.counted(a, "generic_get")
		require.False(t, *wokenB, "the scope is the expected one")
		s.counted(a, "own_system_get")
		require.True(t, *wokenB)
		require.False(t, *wokenOther)
		s.stop(b)
		s.stop(other)
		require.Empty(t, s.waiting)
	})
	t.Run("between two looks", func(t *testing.T) {
		var s scopes
		a, b := member("a"), member("b")
		s.next(a)
		s.next(b)
		s.counted(a, "own_system_get")
		require.True(t, *woken(&s, b))
		require.Empty(t, s.waiting)
	})
	t.Run("first in line", func(t *testing.T) {
		s := mixed()
		a, b, c := member("a"), member("b"), member("c")
		for _, r := range []*slotRequest{a, b, c} {
			s.next(r)
		}
		wokenB, wokenC := woken(s, b), woken(s, c)
		s.leave(a)
		require.True(t, *wokenB)
		require.False(t, *wokenC)
	})
	t.Run("a spare slot", func(t *testing.T) {
		s := mixed()
		a, b := member("a"), member("b")
		both(t, s, a)
		needs(t, s, b, generic, 0)
		wokenB := woken(s, b)
		s.counted(a, "own_system_get")
		require.True(t, *wokenB)
	})
	t.Run("what another left", func(t *testing.T) {
		s := mixed()
		a, b := member("a"), member("b")
		s.next(a)
		s.grant(a, false)
		s.next(b)
		s.leave(a)
		require.Zero(t, a.granted)
		needs(t, s, b, generic, 0)
		require.True(t, s.takeSpare(b))
	})
}

// A kind has one scope again when the API has named no other for a long time.
func TestSlots_OneAgain(t *testing.T) {
	s := mixed()
	for i := range mixedRun {
		learn(s, member(fmt.Sprint(i)).route, "generic_get")
		_, other := s.expect(member("x").route)
		require.Equal(t, i < mixedRun-1, other != "")
	}
}

func TestLineDelay(t *testing.T) {
	require.Zero(t, lineDelay(generic, 10))
	require.Equal(t, 4500*time.Millisecond, lineDelay(generic, 100))
	require.Zero(t, lineDelay(Bucket{Scope: "other"}, 100), "the rate of the bucket is unknown")
}

// However many requests give up, and whenever, none is left behind, and the
// others proceed.
func TestSlots_GiveUpAtRandom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		sent := 0
		transport := &Transport{Limiter: &LocalLimiter{Pace: true}, Base: base(func(*http.Request) (*http.Response, error) {
			time.Sleep(30 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			sent++
			header := http.Header{}
			header.Set("X-RateLimit-Limit", "10")
			header.Set("X-RateLimit-Scope", []string{"generic_get", "own_system_get"}[rand.IntN(2)])
			return &http.Response{StatusCode: http.StatusOK, Header: header, Body: http.NoBody}, nil
		})}
		var group sync.WaitGroup
		for i := range 500 {
			group.Go(func() {
				time.Sleep(rand.N(20 * time.Second))
				ctx, cancel := context.WithTimeout(t.Context(), rand.N(5*time.Second))
				defer cancel()
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprint("https://h/v2/members/", i), nil)
				require.NoError(t, err)
				req.Header.Set("Authorization", "t")
				resp, err := transport.RoundTrip(req)
				if err == nil {
					require.NoError(t, resp.Body.Close())
				}
			})
		}
		group.Wait()
		require.Empty(t, transport.scopes.waiting)
		require.Greater(t, sent, 250, "of at most 400 in 20 seconds")
	})
}

// base is a RoundTripper that is a function.
type base func(*http.Request) (*http.Response, error)

func (f base) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
