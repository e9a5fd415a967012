package redislimiter

import "time"

const (
	defaultPrefix  = "pkerr:"
	defaultTimeout = 500 * time.Millisecond
)

// An Option changes what [New] returns.
type Option func(*Limiter)

// WithPrefix sets what the keys in Redis begin with. It is "pkerr:" by default.
// Limiters share their limits only if they have the same prefix.
func WithPrefix(prefix string) Option {
	return func(l *Limiter) { l.prefix = prefix }
}

// WithEgress names the IP address that the requests are sent from. The name can
// be anything that is the same in all processes behind the address, such as the
// name of a host or of a NAT gateway. The API counts by address, so processes
// with different names do not share the limits of addresses. They still share
// those of a system's own requests, which the API counts by system.
//
// Without it all processes share one limit, which is safe, but slower than need
// be if they use several addresses.
func WithEgress(name string) Option {
	return func(l *Limiter) { l.egress = name }
}

// WithTimeout sets how long an operation on Redis may take before the limiter
// goes on without it. It is 500 ms by default, and for 0 or less. It holds
// whatever the timeouts of the client are.
func WithTimeout(timeout time.Duration) Option {
	return func(l *Limiter) {
		if timeout <= 0 {
			timeout = defaultTimeout
		}
		l.timeout = timeout
	}
}
