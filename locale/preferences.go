package locale

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// maxPreference is how many bytes of a preference are read. Browsers send some 40, and reading takes more than linear
// time.
const maxPreference = 256

// wanted returns the languages that a preference names, the most wanted first: a tag, or an Accept-Language header. What
// is malformed in it is passed over, and so is what it gives a weight of 0.
func wanted(preference string) []language.Tag {
	if len(preference) > maxPreference {
		// The last entry may have been cut in two. Where it is the only one, nothing is left.
		preference = preference[:max(strings.LastIndexByte(preference[:maxPreference+1], ','), 0)]
	}
	type weighted struct {
		tag    language.Tag
		weight float32
	}
	var entries []weighted
	for entry := range strings.SplitSeq(preference, ",") {
		// One by one, for an unknown language makes this drop the whole header. It knows the weight as a small q alone, and
		// takes for one whatever is a number.
		tags, weights, _ := language.ParseAcceptLanguage(strings.ToLower(entry))
		if len(tags) == 1 && weights[0] <= 1 {
			entries = append(entries, weighted{tags[0], weights[0]})
		}
	}
	slices.SortStableFunc(entries, func(a, b weighted) int { return cmp.Compare(b.weight, a.weight) })
	tags := make([]language.Tag, len(entries))
	for i, e := range entries {
		tags[i] = e.tag
	}
	return tags
}
