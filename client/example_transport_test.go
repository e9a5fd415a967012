package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/server"
)

// busy starts an API that refuses the first requests, and then has nothing to say.
func busy(refusals int) *httptest.Server {
	return httptest.NewServer(server.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		if refusals--; refusals >= 0 {
			return pkerr.TooManyRequests.WithRetryAfter(19 * time.Millisecond).WithScope("generic_get")
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}))
}

// How do I wait out rate limits without doing anything?
func ExampleTransport() {
	api := busy(2)
	defer api.Close()

	httpClient := &http.Client{Transport: &client.Transport{
		OnWait: func(_ *http.Request, wait client.Wait) {
			delay, err := wait.Delay, wait.Err
			fmt.Println("waiting", delay, "for", err)
		},
	}}
	resp, err := httpClient.Get(api.URL + "/v2/fronters")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, client.Check(resp))
	// Output:
	// waiting 119ms for GET /v2/fronters: 429: too many requests (scope generic_get, retry after 19ms)
	// waiting 119ms for GET /v2/fronters: 429: too many requests (scope generic_get, retry after 19ms)
	// 204 <nil>
}

// How do I stay below the limit in the first place?
func ExampleLocalLimiter() {
	api := busy(0)
	defer api.Close()

	httpClient := &http.Client{Transport: &client.Transport{Limiter: &client.LocalLimiter{Pace: true}}}
	start := time.Now()
	for range 7 {
		resp, err := httpClient.Get(api.URL + "/v2/fronters")
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = resp.Body.Close()
	}
	fmt.Println("five at once, two more after a tenth of a second each:", time.Since(start) > 200*time.Millisecond)
	// Output: five at once, two more after a tenth of a second each: true
}

// How do I retry by hand?
func ExampleRetryDelay() {
	api := busy(1)
	defer api.Close()

	get := func() error {
		resp, err := api.Client().Get(api.URL + "/v2/fronters")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		return client.Check(resp)
	}
	err := get()
	for range 3 {
		delay, ok := client.RetryDelay(err)
		if !ok {
			break // a success, or an error that waiting does not help
		}
		fmt.Println("waiting", delay)
		time.Sleep(delay)
		err = get()
	}
	fmt.Println(errors.Is(err, pkerr.TooManyRequests), err)
	// Output:
	// waiting 119ms
	// false <nil>
}

// fleet is a limiter for several processes: a stand-in for one that asks a store which all of them share.
type fleet struct {
	local client.LocalLimiter // what it falls back on
}

// Wait asks the store for a turn of the bucket. A Bucket can be printed, and so be a key.
func (f *fleet) Wait(ctx context.Context, bucket client.Bucket) error {
	fmt.Printf("may I send to %s in %s?\n", bucket.Host, bucket.Scope)
	return f.local.Wait(ctx, bucket)
}

// Observe tells the store what the API said: a rate, and for how long to hold everybody.
func (f *fleet) Observe(ctx context.Context, bucket client.Bucket, seen client.Observation) {
	fmt.Printf("%s takes %d a second, and is held for %v\n", bucket.Scope, seen.Rate, seen.Hold)
	f.local.Observe(ctx, bucket, seen)
}

// How do several processes share one limit?
func ExampleLimiter() {
	refusals := 1
	api := roundTrip(func(*http.Request) (*http.Response, error) {
		resp := &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody}
		if refusals--; refusals >= 0 {
			resp.StatusCode = http.StatusTooManyRequests
		}
		resp.Header.Set("X-RateLimit-Limit", "10")
		return resp, nil
	})
	httpClient := &http.Client{Transport: &client.Transport{Base: api, Limiter: &fleet{}}}

	resp, err := httpClient.Get("https://api.pluralkit.me/v2/systems/abcde")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode)
	// Output:
	// may I send to api.pluralkit.me in generic_get?
	// generic_get takes 10 a second, and is held for 100ms
	// may I send to api.pluralkit.me in generic_get?
	// generic_get takes 10 a second, and is held for 0s
	// 204
}
