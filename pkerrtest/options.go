package pkerrtest

import (
	"slices"
	"time"
)

// An Option changes what [NewServer] sets up.
type Option func(*config)

type config struct {
	latency time.Duration
	tcp     bool
	rates   Rates
	limited bool
	systems []system
}

// system is what belongs to one token.
type system struct {
	token string
	refs  []string
}

// WithLatency makes every request take the time d on its way to the server and back, half of it each way. The server sees
// a request, and counts it towards the rate limit, when it arrives, after the first half. In a synctest bubble that time is
// the bubble's. A d of 0 or less, which is also the default, is none.
func WithLatency(d time.Duration) Option {
	return func(c *config) { c.latency = max(d, 0) }
}

// WithTCP makes the server listen on a port of the loopback interface, so that others than [Server.Client] can reach it: another
// HTTP library, or another process. Such a server does not work in a synctest bubble, whose time stands still as long as
// anybody waits for the network.
func WithTCP() Option {
	return func(c *config) { c.tcp = true }
}

// Rates are how many requests a second the API takes, for each owner by itself. A rate of 0 is that of the real API. One of 1
// lets nothing through, for one request of every burst is lost to the quirk that [WithRateLimit] tells of. The largest is
// 1e9.
type Rates struct {
	// Get is the rate of the scope generic_get, for GET requests: 10 a second.
	Get int

	// Update is the rate of the scope generic_update, for requests with any other method: 3 a second.
	Update int

	// Token2 is the rate of the scope token2, for requests with an X-PluralKit-App header, whatever is in it: 20 a second.
	Token2 int
}

// WithRateLimit switches the rate limiter on. It counts as the one of the API does, to the millisecond, at the given rates;
// Rates{} are the real ones.
//
// Requests are counted by scope and owner. The owner is the system that a token belongs to, where the request asks for
// something of its own, as the path shows by @me, or as [WithSystem] says; else it is the client's IP address. That is the
// first one of an X-Forwarded-For header, else the one that the request came from, which is the same for all who use
// [Server.Client].
//
// Every response that the limiter has counted has the headers X-RateLimit-Limit, -Remaining, -Reset and -Scope. Reset is in
// whole seconds since 1970, and always now. The scope of an owner that is a system is own_system_get or own_system_update
// there, while the body of a 429 says generic_get or generic_update. There is no Retry-After header.
//
// The quirk is that of the API, too. In every burst one request is counted, and refused all the same, with a retry_after of
// 0: only rate−1 in a row are served. Whoever waits for no longer than retry_after, and is fast, is counted and refused
// again and again.
func WithRateLimit(rates Rates) Option {
	return func(c *config) { c.limited, c.rates = true, rates }
}

// WithSystem says that the token belongs to a system, and that these references name what is the system's own: it itself, its
// members, its groups. A request with that token in its Authorization header asks for something of its own where one of the
// references is a segment of the path. The rate limiter counts such requests by system.
//
// It can be given several times, for one token as well. A token that it was not given for is good for @me all the same.
func WithSystem(token string, refs ...string) Option {
	return func(c *config) { c.systems = append(c.systems, system{token, slices.Clone(refs)}) }
}
