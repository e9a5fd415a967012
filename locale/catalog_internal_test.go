package locale

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	xcatalog "golang.org/x/text/message/catalog"
	"golang.org/x/text/unicode/norm"

	"github.com/pkerr/pkerr"
)

// The texts that every language has, and the placeholders in each.
var (
	placeholders = map[textID]string{
		{codeTexts, "MemberNotFoundWithRef"}: "{ref}",
		{codeTexts, "GroupNotFoundWithRef"}:  "{ref}",
		{codeTexts, "NotOwnMemberWithRef"}:   "{ref}",
		{codeTexts, "NotOwnGroupWithRef"}:    "{ref}",
		{codeTexts, "TooManyRequests"}:       "{wait}",
		{fieldTexts, "too_long"}:             "",
		{fieldTexts, "too_long_limit"}:       "{max}",
		{fieldTexts, "too_long_lengths"}:     "{actual} {max}",
		{fieldTexts, "too_many"}:             "{actual} {max}",
		{fieldTexts, "invalid"}:              "",
		{fieldTexts, "required"}:             "",
		{fieldTexts, "not_null"}:             "",
		{waitTexts, "soon"}:                  "",
		{waitTexts, "seconds"}:               "{count}",
		{waitTexts, "minutes"}:               "{count}",
		{waitTexts, "hours"}:                 "{count}",
		{section: generalTexts}:              "",
	}
	counted = []textID{
		{fieldTexts, "too_long_limit"}, {fieldTexts, "too_long_lengths"}, {fieldTexts, "too_many"},
		{waitTexts, "seconds"}, {waitTexts, "minutes"}, {waitTexts, "hours"},
	}
	formNames = map[plural.Form]string{
		plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
	}
)

func TestCatalogsAreComplete(t *testing.T) {
	require.Empty(t, faults(files(t)))
}

// Each fault is put into a copy of the catalogs, and must be found.
func TestFaultsAreFound(t *testing.T) {
	// The first match of old gives way to replacement, of which $0 is the match.
	replace := func(file, old, replacement string) func(*testing.T, fstest.MapFS) {
		return func(t *testing.T, files fstest.MapFS) {
			t.Helper()
			data, re := files[file].Data, regexp.MustCompile(old)
			match := re.FindSubmatchIndex(data)
			require.NotNil(t, match, "%s has %s", file, old)
			changed := re.Expand(slices.Clone(data[:match[0]]), []byte(replacement), data, match)
			files[file] = &fstest.MapFile{Data: append(changed, data[match[1]:]...)}
		}
	}
	rename := func(from, to string) func(*testing.T, fstest.MapFS) {
		return func(_ *testing.T, files fstest.MapFS) {
			files[to] = files[from]
			delete(files, from)
		}
	}
	tests := []struct {
		name  string
		fault func(*testing.T, fstest.MapFS)
		found string
	}{
		{"a code is missing", replace("de.json", `"Forbidden": ".*",\n`, ""), "de: codes.Forbidden is missing"},
		{"a code is misspelled", replace("de.json", `"Forbidden"`, `"Forbiddn"`), "de: codes.Forbiddn is unknown"},
		{"a field text is missing", replace("ja.json", `"invalid": ".*",\n`, ""), "ja: fields.invalid is missing"},
		{"a section is misspelled", replace("fr.json", `"general"`, `"genral"`), "fr: json: unknown field"},
		{"a placeholder is missing", replace("ru.json", `\{ref\}`, `x`), "ru: codes.MemberNotFoundWithRef (other) has the placeholders []"},
		{"a placeholder is misspelled", replace("ko.json", `\{count\}`, `{counts}`), `ko: wait.seconds (other) has the placeholders ["{counts}"]`},
		{"a placeholder is there twice", replace("sv.json", `\{wait\}`, `$0 $0`), `sv: codes.TooManyRequests (other) has the placeholders ["{wait}" "{wait}"]`},
		{"a placeholder is missing in one form", replace("en.json", `\{count\} second\.`, `a second.`), "en: wait.seconds (one) has the placeholders []"},
		{"a brace stands alone", replace("nl.json", `\{wait\}`, `$0}`), "nl: codes.TooManyRequests (other) has a brace"},
		{"a form is missing", replace("pl.json", `("seconds": \{\s*"one": .*\s*)"few": .*`, "$1"), "pl: wait.seconds lacks the form few"},
		{"a form that the language does not have", replace("en.json", `("hours": \{\s*)"one"`, `$1"many": "{count}", "one"`), "en: wait.hours has the form many"},
		{"a form that there is not", replace("en.json", `("hours": \{\s*)"one"`, `$1"some"`), "en: json: unknown field"},
		{"forms where there is no number", replace("en.json", `("invalid": )(.*),`, `$1{"one": $2, "other": $2},`), "en: fields.invalid has the form one"},
		{"a key is there twice", replace("da.json", `"general"`, `"general": "x", "general"`), `da: "general" is there twice`},
		{"a key is there twice, deep down", replace("en.json", `("hours": \{\s*)"one"`, `$1"one": "{count}", "one"`), `en: "one" is there twice`},
		{"an empty text", replace("en.json", `("required": ).*,`, `$1"",`), "en: fields.required (other) is empty"},
		{"white space around a text", replace("en.json", `("required": ).*,`, `$1"Please. ",`), "en: fields.required (other) has white space"},
		{"an invisible character", replace("en.json", `("required": ).*,`, "$1\"Please\u202e.\","), "en: fields.required (other) has an unprintable"},
		{"an accent on its own", replace("en.json", `("required": ).*,`, "$1\"Cafe\u0301\","), "en: fields.required (other) is not normalized"},
		{"a text that is no string", replace("en.json", `("required": ).*,`, `${1}7,`), "en: json: cannot unmarshal"},
		{"bytes that are no UTF-8", replace("en.json", `("required": ).*,`, "$1\"\xff\","), "en: not UTF-8"},
		{"something after the end", replace("en.json", `\}\s*$`, `$0 {}`), "en: something follows"},
		{"no end", replace("en.json", `\}\s*$`, ``), "en: unexpected EOF"},
		{"no word on its review", replace("en.json", `"reviewed_by_native_speaker": false,`, ""), "en: reviewed_by_native_speaker is missing"},
		{"a review that is no yes or no", replace("en.json", `"reviewed_by_native_speaker": false,`, `"reviewed_by_native_speaker": null,`), "en: reviewed_by_native_speaker is missing"},
		{"another grouping of digits", replace("it.json", `("minimum_grouping_digits": )2`, "${1}3"), "it: minimum_grouping_digits is 2, or left out"},
		{"a capital letter", replace("en.json", `"general"`, `"General"`), `en: "General" is unknown`},
		{"a capital letter, deep down", replace("en.json", `"one"`, `"One"`), `en: "One" is unknown`},
		{"a section that is there twice", replace("en.json", `"wait"`, `"Wait": {}, "wait"`), `en: "Wait" is unknown`},
		{"an empty form", replace("en.json", `("hours": \{\s*"one": ).*,`, `$1"",`), "en: wait.hours (one) is empty"},
		{"a tag that readers do not have", rename("zh.json", "zh-Hans.json"), "zh-Hans: zh-CN does not find it"},
		{"a tag that has no numbers", rename("nb.json", "no.json"), "no: x/text writes its numbers as English: name it nb"},
		{"a tag that is not canonical", rename("id.json", "in.json"), "in: the tag is to be spelled id"},
		{"a file that is named for no language", rename("nb.json", "klingon.json"), "klingon: is no tag"},
		{"no English", rename("en.json", "en-GB.json"), "en is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changed := maps.Clone(files(t))
			tt.fault(t, changed)
			require.Contains(t, strings.Join(faults(changed), "\n"), tt.found)
		})
	}
}

// files returns a copy of the catalogs.
func files(t *testing.T) fstest.MapFS {
	t.Helper()
	copied := make(fstest.MapFS)
	entries, err := fs.ReadDir(catalogFiles, "catalogs")
	require.NoError(t, err)
	for _, entry := range entries {
		data, err := fs.ReadFile(catalogFiles, "catalogs/"+entry.Name())
		require.NoError(t, err)
		copied[entry.Name()] = &fstest.MapFile{Data: data}
	}
	return copied
}

// faults returns what is wrong with the catalogs.
func faults(files fstest.MapFS) []string {
	var found []string
	if files["en.json"] == nil {
		found = append(found, "en is missing")
	}
	for file, content := range files {
		name := strings.TrimSuffix(file, ".json")
		tag, err := language.Parse(name)
		if err != nil {
			found = append(found, name+": is no tag: "+err.Error())
			continue
		}
		say := func(format string, args ...any) { found = append(found, name+": "+fmt.Sprintf(format, args...)) }
		checkTag(name, tag, say)
		checkFile(content.Data, say)
		read, err := parse(content.Data)
		if err != nil {
			say("%v", err)
			continue
		}
		texts := read.texts
		checkNames(texts, inherits(tag, files), say)
		for id, text := range texts {
			checkForms(id, text, tag, say)
		}
	}
	return found
}

// inherits tells whether another language has the texts that the one of tag may lack.
func inherits(tag language.Tag, files fstest.MapFS) bool {
	for tag = tag.Parent(); tag != language.Und; tag = tag.Parent() {
		if files[tag.String()+".json"] != nil {
			return true
		}
	}
	return false
}

func checkTag(name string, tag language.Tag, say func(string, ...any)) {
	switch {
	case tag.String() != name:
		say("the tag is to be spelled %v", tag)
	case tag == language.SimplifiedChinese:
		say("zh-CN does not find it: name it zh")
	case name == "no":
		say("x/text writes its numbers as English: name it nb")
	}
}

// checkFile looks for what decoding passes over.
func checkFile(data []byte, say func(string, ...any)) {
	if !utf8.Valid(data) {
		say("not UTF-8")
	}
	if !regexp.MustCompile(`"reviewed_by_native_speaker": (true|false),`).Match(data) {
		say("reviewed_by_native_speaker is missing")
	}
	if regexp.MustCompile(`"minimum_grouping_digits": ([^2]|2[^,])`).Match(data) {
		say("minimum_grouping_digits is 2, or left out")
	}
	exact := map[int][]string{
		1: {"reviewed_by_native_speaker", "minimum_grouping_digits", generalTexts, codeTexts, fieldTexts, waitTexts},
		3: slices.Collect(maps.Values(formNames)),
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	var keys []map[string]bool // of the objects that are open
	wantKey := false
	for {
		next, err := decoder.Token()
		if err != nil {
			say("%v", err)
			return
		}
		switch next := next.(type) {
		case json.Delim:
			if next == '{' {
				keys = append(keys, map[string]bool{})
			} else {
				keys = keys[:len(keys)-1]
			}
			wantKey = true
		case string:
			if wantKey {
				// Decoding does not tell capitals from small letters.
				if names, ok := exact[len(keys)]; ok && !slices.Contains(names, next) {
					say("%q is unknown", next)
				}
				if keys[len(keys)-1][next] {
					say("%q is there twice", next)
				}
				keys[len(keys)-1][next] = true
			}
			wantKey = !wantKey
		default:
			wantKey = true
		}
		if len(keys) == 0 {
			break
		}
	}
	if _, err := decoder.Token(); err != io.EOF {
		say("something follows the object")
	}
}

// checkNames looks for texts that are missing, unless another language has them, and for unknown ones.
func checkNames(texts map[textID]forms, inherits bool, say func(string, ...any)) {
	wanted := maps.Clone(placeholders)
	for code := range pkerr.Codes() {
		wanted[textID{codeTexts, code.Name()}] = ""
	}
	for id := range wanted {
		if texts[id] == nil && !inherits {
			say("%s.%s is missing", id.section, id.name)
		}
	}
	for id := range texts {
		if _, ok := wanted[id]; !ok {
			say("%s.%s is unknown", id.section, id.name)
		}
	}
}

var placeholder = regexp.MustCompile(`\{\w*\}`)

// checkForms looks at the forms of a text, and at the words in each.
func checkForms(id textID, text forms, tag language.Tag, say func(string, ...any)) {
	numbered := slices.Contains(counted, id)
	for form := range requiredForms(tag, numbered) {
		if _, ok := text[form]; !ok {
			say("%s.%s lacks the form %s", id.section, id.name, formNames[form])
		}
	}
	for form, s := range text {
		name := fmt.Sprintf("%s.%s (%s)", id.section, id.name, formNames[form])
		if form != plural.Other && (!numbered || !allowed(tag, form)) {
			say("%s.%s has the form %s, which it cannot have", id.section, id.name, formNames[form])
		}
		got := placeholder.FindAllString(s, -1)
		slices.Sort(got)
		if strings.Join(got, " ") != placeholders[id] {
			say("%s has the placeholders %q, not %q", name, got, placeholders[id])
		}
		if strings.ContainsAny(placeholder.ReplaceAllString(s, ""), "{}") {
			say("%s has a brace that belongs to no placeholder", name)
		}
		if s == "" {
			say("%s is empty", name)
		}
		if strings.TrimSpace(s) != s {
			say("%s has white space around it", name)
		}
		if strings.ContainsFunc(s, func(r rune) bool { return r != '\u00a0' && r != '\u202f' && !unicode.IsPrint(r) }) {
			say("%s has an unprintable character", name)
		}
		if !norm.NFC.IsNormalString(s) {
			say("%s is not normalized", name)
		}
	}
}

// requiredForms returns the forms that a text in a language needs.
func requiredForms(tag language.Tag, numbered bool) map[plural.Form]bool {
	required := map[plural.Form]bool{plural.Other: true}
	if !numbered {
		return required
	}
	for n := range 1000 {
		required[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)] = true
	}
	for _, n := range []int{1000, 10_000, 100_000} {
		required[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)] = true
	}
	return required
}

// allowed tells whether a language has a plural form.
func allowed(tag language.Tag, form plural.Form) bool {
	return xcatalog.NewBuilder().Set(tag, "x", plural.Selectf(1, "%d", form, "x", plural.Other, "x")) == nil
}

// icu is what ICU does with numbers, as it was recorded.
type icu struct {
	Source  string
	Forms   map[string]map[string][]int
	Numbers map[string]map[int]string
}

func recordedICU(t *testing.T) icu {
	t.Helper()
	data, err := os.ReadFile("testdata/icu.json")
	require.NoError(t, err)
	var recorded icu
	require.NoError(t, json.Unmarshal(data, &recorded))
	require.Len(t, recorded.Forms, len(shipped().localizers), "languages in testdata/icu.json; testdata/icu.js says how it is made")
	require.Len(t, recorded.Numbers, len(recorded.Forms))
	return recorded
}

// The plural form of every text with a number is the one that ICU chooses.
func TestPluralsAgreeWithICU(t *testing.T) {
	recorded := recordedICU(t)
	for _, l := range shipped().localizers {
		numbers := 0
		for name, recordedNumbers := range recorded.Forms[l.String()] {
			for _, n := range recordedNumbers {
				numbers++
				for _, id := range counted {
					forms, from := l.catalog.find(id)
					require.Contains(t, formNamesOf(forms), name, "%v %v", l, id)
					got, gotFrom := l.catalog.counted(id, n)
					require.Equal(t, formNamesOf(forms)[name], got, "%v %v %d", l, id, n)
					require.Same(t, from, gotFrom)
				}
			}
		}
		require.Equal(t, 31+31+2, numbers, "%v", l)
	}
}

// Numbers are written as ICU writes them, but for the width of the spaces, of which it has newer data.
func TestNumbersAgreeWithICU(t *testing.T) {
	recorded := recordedICU(t)
	for _, l := range shipped().localizers {
		numbers := recorded.Numbers[l.String()]
		require.Len(t, numbers, 8, "%v", l)
		for n, want := range numbers {
			require.Equal(t, strings.ReplaceAll(want, "\u202f", "\u00a0"), l.catalog.number(n), "%v: minimum_grouping_digits may be wrong", l)
		}
	}
}

func formNamesOf(text forms) map[string]string {
	named := make(map[string]string)
	for form, s := range text {
		named[formNames[form]] = s
	}
	return named
}

func TestPluralsOfHugeNumbers(t *testing.T) {
	text := textID{waitTexts, "hours"}
	for _, tt := range []struct {
		language string
		n        int
		like     int
	}{
		{"en", 1_000_001, 5}, {"en", 10_000_001, 5}, {"ru", 1_000_001, 1}, {"ru", 10_000_002, 2}, {"ru", 2_000_000_011, 11}, {"pl", 10_000_001, 5},
		{"fr", 10_000_000, 5}, {"lt", 10_000_011, 11}, {"es", 1_000_000, 5}, {"cs", 10_000_003, 5}, {"hi", 10_000_000, 5},
	} {
		c := For(tt.language).catalog
		want, _ := c.counted(text, tt.like)
		got, _ := c.counted(text, tt.n)
		require.Equal(t, want, got, "%+v", tt)
	}
}

// The list in the documentation is that of the catalogs which say so themselves.
func TestUnreviewedCatalogsAreListed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	require.NoError(t, err)
	doc := strings.Join(strings.Fields(file.Doc.Text()), " ")
	_, listed, _ := strings.Cut(doc, "No native speaker has reviewed these catalogs yet: ")
	listed, _, _ = strings.Cut(listed, ". ")

	var unreviewed []string
	for name, file := range files(t) {
		var catalog struct {
			Reviewed bool `json:"reviewed_by_native_speaker"`
		}
		require.NoError(t, json.Unmarshal(file.Data, &catalog))
		if !catalog.Reviewed {
			unreviewed = append(unreviewed, strings.TrimSuffix(name, ".json"))
		}
	}
	slices.Sort(unreviewed)
	require.Equal(t, strings.Join(unreviewed, ", "), listed)
}

// record is a file system that remembers which files were opened.
type record struct {
	fstest.MapFS

	mu     sync.Mutex
	opened []string
}

func (r *record) Open(name string) (fs.File, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opened = append(r.opened, name)
	return r.MapFS.Open(name)
}

func (r *record) ReadFile(name string) ([]byte, error) { return fs.ReadFile(struct{ fs.FS }{r}, name) }

// read returns which files were opened since it was last called.
func (r *record) read() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	read := slices.DeleteFunc(r.opened, func(name string) bool { return name == "." })
	r.opened = nil
	return read
}

func TestNothingIsReadBeforeItIsUsed(t *testing.T) {
	files := &record{MapFS: files(t)}
	s := newShelf(files)
	find := func(tag string) *Localizer {
		l, _ := s.find([]language.Tag{language.Make(tag)})
		require.Equal(t, language.Make(tag), l.Language())
		return l
	}
	german, spanish := find("de"), find("es-419")
	require.Empty(t, files.read())

	require.NotEmpty(t, german.Message(pkerr.NotFound))
	require.NotEmpty(t, german.Message(pkerr.TooManyRequests))
	require.Equal(t, []string{"de.json"}, files.read(), "once, and no other")

	require.NotEmpty(t, spanish.RetryAfter(1))
	require.Equal(t, []string{"es-419.json"}, files.read(), "it has this text itself, and does not need its parent")
}

func TestTextsAreInherited(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	s := newShelf(fstest.MapFS{
		"en.json": file(`{"general": "en", "codes": {"NotFound": "en NotFound", "Gone": "en Gone", "Forbidden": "en Forbidden"}}`),
		"es.json": file(`{"codes": {"NotFound": "es NotFound", "Gone": "es Gone"}, "wait": {"hours": {"other": "es {count}"}},
			"fields": {"too_long_limit": {"other": "es {max}"}, "too_long_lengths": {"other": "es {max} {actual}"}}}`),
		"es-419.json":  file(`{"codes": {"NotFound": "es-419 NotFound"}}`),
		"zh.json":      file(`{"general": "zh", "codes": {"NotFound": "zh NotFound", "Gone": "zh Gone"}}`),
		"zh-Hant.json": file(`{"codes": {"NotFound": "zh-Hant NotFound"}}`),
		"de.json":      file(`{"general": "broken`),
	})
	for tag, want := range map[string][]string{
		"es-MX": {"es-419 NotFound", "es Gone", "en Forbidden", "en"},
		"es":    {"es NotFound", "es Gone", "en Forbidden", "en"},
		"zh-TW": {"zh-Hant NotFound", "en Gone", "en Forbidden", "en"},
		"zh-CN": {"zh NotFound", "zh Gone", "en Forbidden", "zh"},
		"de":    {"en NotFound", "en Gone", "en Forbidden", "en"},
	} {
		l, found := s.find([]language.Tag{language.Make(tag)})
		require.True(t, found)
		require.Equal(t, want, []string{l.Message(pkerr.NotFound), l.Message(pkerr.Gone), l.Message(pkerr.Forbidden), l.Message(io.EOF)}, tag)
	}
	// A number is written as the language of the text writes it, and Latin America would write 1,000.
	l, _ := s.find([]language.Tag{language.MustParse("es-MX")})
	require.Equal(t, "es 1.000", l.RetryAfter(1000*60*60*1e9))
	require.Equal(t, "es 1", l.RetryAfter(60*60*1e9), "the form for all others, where there is none for one")
	o := pkerr.ErrorObject{MaxLength: new(1000)}
	require.Equal(t, "es 1.000", l.Field("name", o))
	o.ActualLength = new(2000)
	require.Equal(t, "es 1.000 2.000", l.Field("name", o))
}

// Many who ask for a language at the same time, for the first time, get the same. The race detector looks on.
func TestFirstUseByMany(t *testing.T) {
	s := newShelf(files(t))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, l := range s.localizers {
				require.NotEmpty(t, l.RetryAfter(1))
				require.NotEmpty(t, l.Message(pkerr.NotFound))
			}
		})
	}
	wg.Wait()
}

func TestOrderOfLanguages(t *testing.T) {
	for range 20 { // the order of a map changes
		var tags []string
		for _, l := range newShelf(files(t)).localizers {
			tags = append(tags, l.String())
		}
		require.Equal(t, "en", tags[0])
		require.True(t, slices.IsSorted(tags[1:]), "%q", tags)
	}
}

// A catalog without any text is of no use, but nothing panics.
func TestWithoutTexts(t *testing.T) {
	s := newShelf(fstest.MapFS{"en.json": &fstest.MapFile{Data: []byte("{}")}})
	l := s.localizers[0]
	require.Empty(t, l.Message(pkerr.NotFound))
	require.Empty(t, l.RetryAfter(1))
	require.Empty(t, l.Field("name", pkerr.ErrorObject{MaxLength: new(1)}))
}
