package pkerrtest

import (
	"slices"
	"time"
)

// An Option changes what [NewServer] starts.
type Option func(*config)

type config struct {
	latency time.Duration
	tcp     bool
	rates   Rates
	limited bool
	systems []system
}

// system holds the references that belong to the system of a token.
type system struct {
	token string
	refs  []string
}

// WithLatency makes every request take d on its way to the server and back,
// half of it each way. The server counts and records a request after the first
// half. In a synctest bubble the time is the bubble's. A d of 0 or less, the
// default, is no latency. For a delay on one route see [Route.Delay].
func WithLatency(d time.Duration) Option {
	return func(c *config) { c.latency = max(d, 0) }
}

// WithTCP makes the server listen on a port of the loopback interface, so that
// clients other than [Server.Client] can reach it, such as another process.
// Such a server does not work in a synctest bubble, whose clock stands still
// while a goroutine waits for the network.
func WithTCP() Option {
	return func(c *config) { c.tcp = true }
}

// Rates are the requests per second that the API allows, for each owner and
// scope on its own. A rate of 0 stands for that of the real API; the largest is
// 1e9. At a rate of 1 every request is refused; see [WithRateLimit].
type Rates struct {
	// Get is the rate of generic_get, for GET requests. The default is 10.
	Get int

	// Update is the rate of generic_update, for all other methods, including
	// HEAD. The default is 3.
	Update int

	// Token2 is the rate of token2, for requests with a non-empty
	// X-PluralKit-App header. The default is 20.
	Token2 int
}

// WithRateLimit enables the API's rate limiter, which it reproduces to the
// millisecond. Rates{} stands for the real rates. A rate out of range makes the
// test fail.
//
// Requests are counted by scope and owner. The owner is the system of the token
// if the request is for something that belongs to it: if the path has @me, or
// as [WithSystem] declares. Otherwise it is the client's IP address: the first
// one in the X-Forwarded-For header, or the address that the request came from,
// which all users of [Server.Client] share.
//
// Every counted response has the headers X-RateLimit-Limit, -Remaining, -Reset
// and -Scope. Reset is the current time in seconds. For a system's own requests
// the header's scope is own_system_get or own_system_update, but the body of a
// 429 has generic_get or generic_update. There is no Retry-After header.
//
// One request of each burst is counted but refused, with a retry_after of 0;
// only rate-1 in a row are served. A client that waits for exactly retry_after
// can be refused again and again. The real API does the same.
func WithRateLimit(rates Rates) Option {
	return func(c *config) { c.limited, c.rates = true, rates }
}

// WithSystem declares which references belong to the system of a token: the
// system itself, its members, its groups. A request with that token in its
// Authorization header counts as the system's own if one of the references is a
// segment of the path. Only the rate limiter uses this.
//
// The option can be repeated, also for the same token. Paths with @me need no
// WithSystem.
func WithSystem(token string, refs ...string) Option {
	return func(c *config) { c.systems = append(c.systems, system{token, slices.Clone(refs)}) }
}
