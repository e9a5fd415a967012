package locale

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// maxPreference is how many bytes of a preference are read. Browsers send about
// 40, and parsing takes more than linear time.
const maxPreference = 256

// preferredTags returns the languages that a preference names, by descending
// weight. It skips malformed entries and those with a weight of 0.
func preferredTags(preference string) []language.Tag {
	if len(preference) > maxPreference {
		// Drop the last entry, which may have been cut in two.
		end := strings.LastIndexByte(preference[:maxPreference+1], ',')
		preference = preference[:max(end, 0)]
	}
	type weighted struct {
		tag    language.Tag
		weight float32
	}
	var entries []weighted
	for entry := range strings.SplitSeq(preference, ",") {
		name, _, _ := strings.Cut(entry, ";")
		entry = fromPOSIX(strings.TrimSpace(name)) + entry[len(name):]
		// Parse one entry at a time, because the parser rejects a whole header
		// if it has one unknown language. Convert to lower case, because the
		// parser rejects an upper-case Q. Check the weight, because the parser
		// accepts any number.
		tags, weights, _ := language.ParseAcceptLanguage(strings.ToLower(entry))
		if len(tags) == 1 && weights[0] <= 1 {
			entries = append(entries, weighted{tags[0], weights[0]})
		}
	}
	slices.SortStableFunc(entries, func(a, b weighted) int {
		return cmp.Compare(b.weight, a.weight)
	})
	tags := make([]language.Tag, len(entries))
	for i, e := range entries {
		tags[i] = e.tag
	}
	return tags
}

// fromPOSIX returns the language and territory of a POSIX locale, which has the
// form language_territory.codeset@modifier. It returns any other name as is. A
// modifier such as @euro does not affect the choice of the catalog.
func fromPOSIX(name string) string {
	name, _, _ = strings.Cut(name, "@")
	name, _, _ = strings.Cut(name, ".")
	if name == "C" || name == "POSIX" {
		return "en" // the texts of the program itself
	}
	return name
}
