package locale

import (
	"embed"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// catalogFiles has the texts, in one file per language. Each file is named for
// the language's tag.
//
//go:embed catalogs/*.json
var catalogFiles embed.FS

// embeddedOnce is the result of embedded. A sync.OnceValue would be initialized
// at program start.
//
//nolint:gochecknoglobals // It is written once, by embedded.
var embeddedOnce struct {
	sync.Once
	*catalogs
}

// embedded returns the catalogs of this package.
func embedded() *catalogs {
	embeddedOnce.Do(func() {
		files, _ := fs.Sub(catalogFiles, "catalogs") // fails only for a malformed path
		embeddedOnce.catalogs = newCatalogs(files)
	})
	return embeddedOnce.catalogs
}

// catalogs has a Localizer for each language, and finds the one for a tag. It
// does not read the files.
type catalogs struct {
	localizers []*Localizer // English first, then in the order of their tags
	matcher    language.Matcher
}

// newCatalogs returns the catalogs in files. Each file is named for the tag of
// its language.
func newCatalogs(files fs.FS) *catalogs {
	names, _ := fs.Glob(files, "*.json") // fails only for a malformed pattern
	byTag := make(map[language.Tag]*catalog, len(names))
	for _, name := range names {
		tag := language.Make(strings.TrimSuffix(name, ".json"))
		byTag[tag] = newCatalog(files, name, tag)
	}
	tags := slices.SortedFunc(maps.Keys(byTag), compareTags)
	all := &catalogs{matcher: language.NewMatcher(tags)}
	for _, tag := range tags {
		c := byTag[tag]
		if tag != language.English {
			c.parent, c.english = parentOf(tag, byTag), byTag[language.English]
		}
		all.localizers = append(all.localizers, &Localizer{c})
	}
	return all
}

// compareTags orders English first, and the others by tag.
func compareTags(a, b language.Tag) int {
	switch language.English {
	case a:
		return -1
	case b:
		return 1
	}
	return strings.Compare(a.String(), b.String())
}

// parentOf returns the catalog of the nearest parent language, or nil if no
// parent has a catalog. In CLDR, traditional Chinese has no parent, so it never
// falls back to simplified.
func parentOf(tag language.Tag, byTag map[language.Tag]*catalog) *catalog {
	for tag = tag.Parent(); tag != language.Und; tag = tag.Parent() {
		if c, ok := byTag[tag]; ok {
			return c
		}
	}
	return nil
}

// match returns the Localizer for the first tag that has one, and true. If no
// tag has one, it returns the English Localizer and false.
func (all *catalogs) match(tags []language.Tag) (*Localizer, bool) {
	for _, tag := range tags {
		// Use the index, because the tag that Match returns also has the
		// extensions of the given tag.
		_, i, confidence := all.matcher.Match(tag)
		if confidence != language.No && sameLanguage(tag, all.localizers[i].catalog.tag) {
			return all.localizers[i], true
		}
	}
	return all.localizers[0], false
}

// sameLanguage reports whether two tags are forms of one language. The matcher
// alone would also accept a related language that many readers are assumed to
// know, such as Russian for Belarusian. Users can list a second language
// themselves.
func sameLanguage(a, b language.Tag) bool {
	return baseLanguage(a) == baseLanguage(b)
}

// baseLanguage returns the language of a tag, such as zh for cmn-TW. It returns
// "no" for both written forms of Norwegian, because their readers can read
// either.
func baseLanguage(tag language.Tag) string {
	tag, _ = language.All.Canonicalize(tag) // never fails for a parsed tag
	base, _ := tag.Base()
	if base.String() == "nn" {
		return "no"
	}
	return base.String()
}
