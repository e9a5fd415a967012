package reference

import (
	"iter"
	"slices"
)

// Announcement is a part of the API's source that is not released and may
// change.
type Announcement struct {
	Name Text `json:"name"`

	// Codes have no constants yet.
	Codes []Code `json:"codes"`

	// Endpoints are methods and paths, as [Endpoint.String] returns them.
	Endpoints []string `json:"endpoints"`

	Notes []Text `json:"notes"`
}

// Announced iterates over the announcements.
func Announced() iter.Seq[Announcement] {
	return func(yield func(Announcement) bool) {
		for _, a := range load().announced {
			a.Codes = slices.Clone(a.Codes)
			a.Endpoints = slices.Clone(a.Endpoints)
			a.Notes = slices.Clone(a.Notes)
			if !yield(a) {
				return
			}
		}
	}
}
