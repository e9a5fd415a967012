// Package redislimiter lets processes that share a rate limit of the API share
// it fairly, through a Redis or Valkey that they already run:
//
//	limiter := redislimiter.New(rdb)
//	httpClient := &http.Client{Transport: &client.Transport{Limiter: limiter}}
//
// The API counts requests by IP address, and a system's own requests by system.
// Processes that send from one address, each with a limiter of its own, take
// turns at being refused. With a [Limiter] they take turns at sending.
//
// The guide is docs/fleets.md in the repository. It has measurements, what to
// monitor, and what happens while Redis is away.
package redislimiter
