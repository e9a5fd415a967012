package pkerrtest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest"
)

// At two requests per second, the second request of a burst is refused with a
// wait of 0.
func ExampleWithRateLimit() {
	api := pkerrtest.NewServer(new(testing.T), pkerrtest.WithRateLimit(pkerrtest.Rates{Update: 2}))
	defer api.Close()
	api.On("PATCH /v2/members/{ref}").ReplyJSON(http.StatusOK, map[string]string{"id": "abcde"})

	for range 2 {
		fmt.Println(rename(api.Client(), api.URL, "abcde", "Alice"))
	}
	// Output:
	// <nil>
	// PATCH /v2/members/abcde: 429: too many requests (scope generic_update, retry after 0s)
}

// Requests for a token's own members count for its system, all others for the
// address of the client.
func ExampleWithSystem() {
	api := pkerrtest.NewServer(new(testing.T),
		pkerrtest.WithRateLimit(pkerrtest.Rates{}), pkerrtest.WithSystem("token", "exmpl", "abcde"))
	defer api.Close()
	api.On("GET /v2/members/{ref}").ReplyJSON(http.StatusOK, map[string]string{"name": "Alice"})

	for _, ref := range []string{"abcde", "vwxyz"} {
		req, err := http.NewRequest(http.MethodGet, api.URL+"/v2/members/"+ref, http.NoBody)
		if err != nil {
			fmt.Println(err)
			return
		}
		req.Header.Set("Authorization", "token")
		resp, err := api.Client().Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = resp.Body.Close()
		fmt.Println(ref, resp.Header.Get("X-RateLimit-Scope"))
	}
	// Output:
	// abcde own_system_get
	// vwxyz generic_get
}

// Any client can reach a server on the loopback interface.
func ExampleWithTCP() {
	api := pkerrtest.NewServer(new(testing.T), pkerrtest.WithTCP())
	defer api.Close()
	api.On("GET /v2/members/{ref}").Reply(pkerr.MemberNotFound)

	resp, err := http.Get(api.URL + "/v2/members/abcde")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
	// Output:
	// 404 Not Found
}
