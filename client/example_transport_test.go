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

// busy starts an API that refuses the first requests, and answers all others
// with a 204.
func busy(refusals int) *httptest.Server {
	return httptest.NewServer(server.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		if refusals--; refusals >= 0 {
			return pkerr.TooManyRequests.WithRetryAfter(19 * time.Millisecond).WithScope("generic_get")
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}))
}

// Wait out rate limits, and see each wait.
func ExampleTransport() {
	api := busy(2)
	defer api.Close()

	httpClient := &http.Client{Transport: &client.Transport{
		OnWait: func(_ *http.Request, wait client.Wait) {
			fmt.Println("waiting", wait.Delay, "for", wait.Err)
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

// Repeat reads when a proxy fails.
func ExampleTransport_retrySafeMethods() {
	failures := 1
	proxy := roundTrip(func(*http.Request) (*http.Response, error) {
		resp := &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody}
		if failures--; failures >= 0 {
			resp.StatusCode = http.StatusBadGateway
			resp.Header.Set("Retry-After", "0")
		}
		return resp, nil
	})
	httpClient := &http.Client{Transport: &client.Transport{
		Base:             proxy,
		RetrySafeMethods: true,
		OnWait: func(_ *http.Request, wait client.Wait) {
			fmt.Println("waiting", wait.Delay, "for", wait.Err)
		},
	}}
	resp, err := httpClient.Get("https://api.pluralkit.me/v2/fronters")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode)
	// Output:
	// waiting 0s for GET /v2/fronters: 502: Bad Gateway (retry after 0s)
	// 204
}

// A request that would have to wait for too long gets a WaitError.
func ExampleWaitError() {
	limiter := &client.LocalLimiter{}
	// Another request was refused.
	limiter.Observe(context.Background(), client.Bucket{Host: "api.pluralkit.me", Scope: "generic_get"},
		client.Observation{Rate: 10, Hold: 12 * time.Second})

	httpClient := &http.Client{Transport: &client.Transport{Limiter: limiter, MaxWait: 5 * time.Second}}
	_, err := httpClient.Get("https://api.pluralkit.me/v2/fronters")
	if late, ok := errors.AsType[*client.WaitError](err); ok {
		fmt.Println("not sent to", late.Bucket, "because of", late.Bound)
	}
	fmt.Println(errors.Is(err, pkerr.TooManyRequests))
	if delay, ok := client.RetryDelay(err); ok {
		fmt.Println("try again in", delay.Round(time.Second))
	}
	// Output:
	// not sent to api.pluralkit.me/generic_get because of MaxWait
	// true
	// try again in 12s
}

// Stay below the limit, so that hardly any request is refused.
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

// Retry by hand.
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

// fleet is a limiter for several processes. It stands in for one that asks a
// store that all of them share.
type fleet struct {
	local client.LocalLimiter // what it falls back on
}

// Wait asks the store for a turn. The bucket has a key.
func (f *fleet) Wait(ctx context.Context, bucket client.Bucket) error {
	fmt.Println("may I send to", bucket)
	return f.local.Wait(ctx, bucket)
}

// Observe tells the store what the API said: the rate, and how long to hold all
// requests.
func (f *fleet) Observe(ctx context.Context, bucket client.Bucket, seen client.Observation) {
	fmt.Printf("%s takes %d a second, and is held for %v\n", bucket, seen.Rate, seen.Hold)
	f.local.Observe(ctx, bucket, seen)
}

// Share one limit between several processes.
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
	// may I send to api.pluralkit.me/generic_get
	// api.pluralkit.me/generic_get takes 10 a second, and is held for 100ms
	// may I send to api.pluralkit.me/generic_get
	// api.pluralkit.me/generic_get takes 10 a second, and is held for 0s
	// 204
}

// Use the key of a bucket to store it.
func ExampleBucket_String() {
	fmt.Println(client.Bucket{Host: "api.pluralkit.me", Scope: "generic_get"})
	fmt.Println(client.Bucket{Host: "api.pluralkit.me", Scope: "own_system_get", Owner: "ab12cd34ef567890"})
	// Output:
	// api.pluralkit.me/generic_get
	// api.pluralkit.me/own_system_get/ab12cd34ef567890
}
