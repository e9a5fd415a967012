package locale

import (
	"io/fs"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// A shelf holds the catalogs, and finds the one for a reader. It reads none of them.
type shelf struct {
	localizers []*Localizer // English first, then by tag
	matcher    language.Matcher
}

// newShelf returns a shelf with a catalog for every file, which is named for the tag of its language.
func newShelf(files fs.FS) *shelf {
	names, _ := fs.Glob(files, "*.json") // fails for a malformed pattern alone
	byTag := make(map[language.Tag]*catalog, len(names))
	for _, name := range names {
		tag := language.Make(strings.TrimSuffix(name, ".json"))
		byTag[tag] = newCatalog(files, name, tag)
	}
	tags := slices.SortedFunc(maps.Keys(byTag), compare)
	s := &shelf{matcher: language.NewMatcher(tags)} // which falls back to the first
	for _, tag := range tags {
		byTag[tag].parent = parent(tag, byTag)
		s.localizers = append(s.localizers, &Localizer{byTag[tag]})
	}
	return s
}

// compare orders English first, and the others by tag.
func compare(a, b language.Tag) int {
	switch language.English {
	case a:
		return -1
	case b:
		return 1
	}
	return strings.Compare(a.String(), b.String())
}

// parent returns the catalog that has the texts which the one of a tag lacks: the parent language's, where there is one,
// else English; nil for English itself. By CLDR traditional Chinese has no parent, so that it never reads simplified.
func parent(tag language.Tag, byTag map[language.Tag]*catalog) *catalog {
	if tag == language.English {
		return nil
	}
	for tag = tag.Parent(); tag != language.Und; tag = tag.Parent() {
		if c, found := byTag[tag]; found {
			return c
		}
	}
	return byTag[language.English]
}

// find returns the localizer for the first of the tags that there is one for.
func (s *shelf) find(tags []language.Tag) (*Localizer, bool) {
	for _, tag := range tags {
		// The index, for the tag that the matcher returns has the reader's extensions.
		_, i, confidence := s.matcher.Match(tag)
		if confidence != language.No && sameLanguage(tag, s.localizers[i].catalog.tag) {
			return s.localizers[i], true
		}
	}
	return s.localizers[0], false
}

// sameLanguage tells whether who asked for one language is given that one, be it as it is spoken elsewhere. The matcher goes
// further, to languages that many of the same readers are said to know: Russian for Belarusian, Finnish for Estonian.
// That is not what they asked for, and they may have named a second language.
func sameLanguage(asked, given language.Tag) bool {
	return base(asked) == base(given)
}

// base returns the language of a tag: zh for cmn-TW, and no for both of Norwegian's written forms, for who reads one of
// them reads the other.
func base(tag language.Tag) string {
	tag, _ = language.All.Canonicalize(tag) // fails for no tag that was parsed
	b, _ := tag.Base()
	if b.String() == "nn" {
		return "no"
	}
	return b.String()
}
