package pkerrtest

import "net/http"

// setCORS sets the six headers that the API puts on every response, so that a
// page of any origin may read it.
func setCORS(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "*")
	h.Set("Access-Control-Allow-Credentials", "true")
	h.Set("Access-Control-Allow-Headers",
		"Content-Type, Authorization, sentry-trace, User-Agent")
	h.Set("Access-Control-Expose-Headers", "X-PluralKit-Version, "+
		"X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-RateLimit-Scope")
	h.Set("Access-Control-Max-Age", "86400")
}
