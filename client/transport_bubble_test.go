package client_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/client"
)

// A Transport that has been used, and had requests waiting, still works in any
// other synctest bubble and outside of one. Nothing in it belongs to the bubble
// that used it first, or to that bubble's clock.
func TestTransport_SynctestBubbles(t *testing.T) {
	for _, pace := range []bool{false, true} {
		t.Run(fmt.Sprintf("pace %v", pace), func(t *testing.T) {
			var mu sync.Mutex
			sent := 0
			transport := &client.Transport{
				Limiter: &client.LocalLimiter{Pace: pace},
				Base: roundTrip(func(req *http.Request) (*http.Response, error) {
					if req.Body != nil {
						_ = req.Body.Close()
					}
					mu.Lock()
					defer mu.Unlock()
					sent++
					// Some requests of the kind are for the token's own system
					// and some are not.
					scope := []string{"generic_update", "own_system_update"}[sent/3%2]
					if sent%4 == 1 {
						return refused(scope, "100"), nil
					}
					resp := response(200, "")
					resp.Header.Set("X-RateLimit-Limit", "100")
					resp.Header.Set("X-RateLimit-Remaining", "50")
					resp.Header.Set("X-RateLimit-Scope", scope)
					return resp, nil
				}),
			}
			use := func(t *testing.T) {
				t.Helper()
				start := time.Now()
				var group sync.WaitGroup
				for i := range 20 {
					group.Go(func() {
						req := request(t, fmt.Sprint("https://api.pluralkit.me/v2/members/", i, start.UnixNano()))
						req.Method = http.MethodPatch
						req.Header.Set("Authorization", "t")
						resp, err := transport.RoundTrip(req)
						require.NoError(t, err)
						require.NoError(t, resp.Body.Close())
					})
				}
				// One request gives up while it waits.
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				defer cancel()
				req := request(t, "https://api.pluralkit.me/v2/members/x").WithContext(ctx)
				req.Method = http.MethodPatch
				_, _ = transport.RoundTrip(req)
				group.Wait()
				require.Less(t, time.Since(start), 10*time.Second)
			}
			use(t)
			synctest.Test(t, func(t *testing.T) { use(t) })
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Hour)
				use(t)
			})
			synctest.Test(t, func(t *testing.T) { use(t) })
			use(t)
		})
	}
}
