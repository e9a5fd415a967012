// Package redislimiter lets several processes share a rate limit of the API
// fairly, through Redis or Valkey:
//
//	limiter := redislimiter.New(rdb)
//	httpClient := &http.Client{Transport: &client.Transport{Limiter: limiter}}
//
// The API counts requests by IP address, and a system's own requests by system.
// If several processes send from one address, each with its own limiter, the
// API refuses many of their requests. With a [Limiter] they take turns.
//
// The guide, docs/fleets.md in the repository, has measurements, what to
// monitor, and what happens while Redis is unavailable.
package redislimiter
