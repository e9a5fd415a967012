package reference

import (
	"iter"
	"slices"

	"github.com/pkerr/pkerr"
)

// Rule is an answer that does not depend on what the endpoint does.
type Rule struct {
	Code  pkerr.Code `json:"code"`
	Where Where      `json:"where"`
	When  Text       `json:"when"`
}

// Where tells which requests a [Rule] is about, as a few words that follow «sent».
type Where string

// All that a rule can be about.
const (
	// EveryEndpoint is whatever the request.
	EveryEndpoint Where = "by every endpoint"

	// EveryBody is the endpoints of which [Endpoint.HasBody] is true.
	EveryBody Where = "by every endpoint with a body"

	// NoEndpoint is requests that are for none of them.
	NoEndpoint Where = "outside of the endpoints"

	// Proxies is whatever stands before the API.
	Proxies Where = "by proxies"
)

// UnmarshalText reads one of these, and nothing else.
func (w *Where) UnmarshalText(text []byte) error {
	return oneOf(w, text, slices.Values([]Where{EveryEndpoint, EveryBody, NoEndpoint, Proxies}))
}

// Rules iterates over what is answered beside what [Endpoints] has.
func Rules() iter.Seq[Rule] { return slices.Values(slices.Clone(load().rules)) }
