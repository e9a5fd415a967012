package reference

import (
	"iter"
	"slices"
)

// Rule is an error that is sent independently of the endpoint.
type Rule struct {
	Code  Code  `json:"code"`
	Where Where `json:"where"`
	When  Text  `json:"when"`
}

// Where says which requests a [Rule] is about, in words that follow "sent".
type Where string

// What a rule can be about.
const (
	// EveryEndpoint is any request.
	EveryEndpoint Where = "by every endpoint"

	// EveryBody is the endpoints whose [Endpoint.HasBody] is true.
	EveryBody Where = "by every endpoint with a body"

	// NoEndpoint is requests that no endpoint serves.
	NoEndpoint Where = "outside of the endpoints"

	// Proxies is the proxies in front of the API.
	Proxies Where = "by proxies"
)

// Wheres iterates over what a rule can be about.
func Wheres() iter.Seq[Where] {
	return slices.Values([]Where{EveryEndpoint, EveryBody, NoEndpoint, Proxies})
}

// UnmarshalText accepts only one of [Wheres].
func (w *Where) UnmarshalText(text []byte) error { return oneOf(w, text, Wheres()) }

// Rules iterates over the errors that are sent besides those of the
// [Endpoints].
func Rules() iter.Seq[Rule] { return slices.Values(slices.Clone(load().rules)) }
