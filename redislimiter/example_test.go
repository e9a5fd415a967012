package redislimiter_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/redislimiter"
	"github.com/pkerr/pkerr/redislimiter/internal/fleet"
)

// Processes that use the same Redis share the limits of the API.
func Example() {
	rdb := redis.NewClient(&redis.Options{Addr: "localhost:6379"})
	defer rdb.Close()

	limiter := redislimiter.New(rdb)
	httpClient := &http.Client{Transport: &client.Transport{Limiter: limiter}}
	fmt.Printf("%T\n", httpClient.Transport)
	// Output: *client.Transport
}

// Each NAT gateway has its own address, and therefore its own limits.
func ExampleWithEgress() {
	rdb := redis.NewClient(&redis.Options{Addr: "localhost:6379"})
	defer rdb.Close()

	limiter := redislimiter.New(rdb, redislimiter.WithEgress("nat-gateway-1"))
	httpClient := &http.Client{Transport: &client.Transport{Limiter: limiter}}
	fmt.Printf("%T\n", httpClient.Transport)
	// Output: *client.Transport
}

// Wait fails at once if the slot would come after the deadline.
func ExampleLimiter_Wait() {
	server, err := fleet.StartRedis() // a Redis for this example
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	rdb := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer rdb.Close()

	limiter := redislimiter.New(rdb)
	bucket := client.Bucket{Host: "api.pluralkit.me", Scope: "generic_get"}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	limiter.Observe(ctx, bucket, client.Observation{Rate: 10, Hold: 30 * time.Second})

	err = limiter.Wait(ctx, bucket)
	if late, ok := errors.AsType[*client.WaitError](err); ok {
		fmt.Println(late.Bucket, "in", late.Delay.Round(time.Second))
	}
	// Output: api.pluralkit.me/generic_get in 30s
}
