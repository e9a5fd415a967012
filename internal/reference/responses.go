package reference

import (
	"iter"
	"slices"
)

// Uncoded is a kind of response that has no code, or a code of 0 in an unusual body.
type Uncoded struct {
	// Origin is who sends it.
	Origin Origin `json:"origin"`

	// Statuses are those that it comes with. There are none where it can be any.
	Statuses []int `json:"statuses"`

	// Body is what is in it.
	Body Text `json:"body"`

	// When is when it is sent, and Advice what a caller does about it.
	When   Text `json:"when"`
	Advice Text `json:"advice"`

	// Until is the last day on which it was sent, and empty where it still is.
	Until string `json:"until"`

	// Examples are names of responses in testdata/corpus.jsonl, which pkerrtest.Responses has, too.
	Examples []string `json:"examples"`
}

// Origin is who sends a response.
type Origin string

// All who do.
const (
	// API is the API of today, on the paths that are for everybody.
	API Origin = "the API"

	// Proxy is whatever stands before it.
	Proxy Origin = "proxies"

	// Private is the API on the paths that are not for everybody.
	Private Origin = "private endpoints"

	// Outdated is what the API was once. Answers that were recorded then, and servers that somebody else runs, still have it.
	Outdated Origin = "older versions"
)

// UnmarshalText reads one of these, and nothing else.
func (o *Origin) UnmarshalText(text []byte) error {
	return oneOf(o, text, slices.Values([]Origin{API, Proxy, Private, Outdated}))
}

// UncodedResponses iterates over the kinds of responses without a code, those of the API first.
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
