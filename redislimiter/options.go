package redislimiter

import "time"

const (
	defaultPrefix  = "pkerr:"
	defaultTimeout = 500 * time.Millisecond
)

// An Option changes what [New] returns.
type Option func(*Limiter)

// WithPrefix sets the prefix of the keys in Redis. The default is "pkerr:".
// Limiters share their limits only if they have the same prefix.
func WithPrefix(prefix string) Option {
	return func(l *Limiter) { l.prefix = prefix }
}

// WithEgress names the IP address that the requests are sent from. The name can
// be any string that is the same in all processes behind the address, such as
// the name of a host or of a NAT gateway. The API counts by address, so
// processes with different names do not share the limits of addresses. They
// still share the limits of a system's own requests, which the API counts by
// system.
//
// Without this option all processes share one limit, which is safe, but slower
// than necessary if they use several addresses.
func WithEgress(name string) Option {
	return func(l *Limiter) { l.egress = name }
}

// WithTimeout sets how long an operation on Redis may take before the limiter
// continues without it. The default is 500 ms, which is also used if timeout is
// not positive. The timeouts of the client do not change this.
func WithTimeout(timeout time.Duration) Option {
	return func(l *Limiter) {
		if timeout <= 0 {
			timeout = defaultTimeout
		}
		l.timeout = timeout
	}
}
