package client

import "strings"

// A Bucket is what the API counts requests by. Each has its own rate, and fills
// and drains by itself.
type Bucket struct {
	// Host is the API, such as "api.pluralkit.me".
	Host string

	// Scope is the limit that the requests count towards: generic_get or
	// generic_update, token2 for privileged apps, and own_system_get or
	// own_system_update for a system's own requests.
	Scope string

	// Owner tells apart the callers that the API counts by themselves rather
	// than by IP address, as in the own_system scopes. It is a hash of the
	// request's Authorization header, or empty.
	Owner string
}

// String returns a stable key for the bucket, such as
// "api.pluralkit.me/generic_get". It has no secrets in it, because Owner is a
// hash. Two buckets have the same key only if they are equal.
func (b Bucket) String() string {
	host, scope := escapeKey(b.Host), escapeKey(b.Scope)
	if b.Owner == "" {
		return host + "/" + scope
	}
	return host + "/" + scope + "/" + escapeKey(b.Owner)
}

// escapeKey escapes what separates the parts of a key.
func escapeKey(part string) string {
	if !strings.ContainsAny(part, "%/") {
		return part
	}
	return strings.NewReplacer("%", "%25", "/", "%2F").Replace(part)
}
