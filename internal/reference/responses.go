package reference

import (
	"iter"
	"slices"
)

// Uncoded is a kind of response that has no code, or a code of 0 in an unusual
// body.
type Uncoded struct {
	// Origin says who sends it.
	Origin Origin `json:"origin"`

	// Statuses are those that it comes with. It is empty if the status can be
	// any.
	Statuses []int `json:"statuses"`

	// Body describes the body.
	Body Text `json:"body"`

	// When says when it is sent, and Advice what a caller should do about it.
	When   Text `json:"when"`
	Advice Text `json:"advice"`

	// Until is the last day on which it was sent. It is empty if it is still
	// sent.
	Until string `json:"until"`

	// Examples are names of responses in testdata/corpus.jsonl.
	Examples []string `json:"examples"`
}

// Origin says who sends a response.
type Origin string

// The origins.
const (
	// API is today's API, on its public paths.
	API Origin = "the API"

	// Proxy is a proxy in front of the API.
	Proxy Origin = "proxies"

	// Private is the API on paths that are not public.
	Private Origin = "private endpoints"

	// Outdated is an older version of the API. Recorded responses and
	// self-hosted servers may still have its responses.
	Outdated Origin = "older versions"
)

// Origins iterates over the origins.
func Origins() iter.Seq[Origin] {
	return slices.Values([]Origin{API, Proxy, Private, Outdated})
}

// UnmarshalText accepts only one of [Origins].
func (o *Origin) UnmarshalText(text []byte) error { return oneOf(o, text, Origins()) }

// UncodedResponses iterates over the kinds of responses without a code, those
// of the API first.
func UncodedResponses() iter.Seq[Uncoded] {
	return func(yield func(Uncoded) bool) {
		responses := load().responses
		for i := range responses {
			u := responses[i]
			u.Statuses, u.Examples = slices.Clone(u.Statuses), slices.Clone(u.Examples)
			if !yield(u) {
				return
			}
		}
	}
}
