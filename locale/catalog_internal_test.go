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

// The texts of a catalog that are not for codes, with the placeholders in each.
var (
	placeholders = map[textID]string{
		{fieldSection, "too_long"}:         "",
		{fieldSection, "too_long_limit"}:   "{max}",
		{fieldSection, "too_long_lengths"}: "{actual} {max}",
		{fieldSection, "too_many"}:         "{actual} {max}",
		{fieldSection, "invalid"}:          "",
		{fieldSection, "required"}:         "",
		{fieldSection, "not_null"}:         "",
		{waitSection, "soon"}:              "",
		{waitSection, "seconds"}:           "{count}",
		{waitSection, "minutes"}:           "{count}",
		{waitSection, "hours"}:             "{count}",
		{section: generalSection}:          "",
	}
	withNumber = []textID{
		{fieldSection, "too_long_limit"}, {fieldSection, "too_long_lengths"}, {fieldSection, "too_many"},
		{waitSection, "seconds"}, {waitSection, "minutes"}, {waitSection, "hours"},
	}
	formNames = map[plural.Form]string{
		plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
	}
)

// allPlaceholders returns all texts that a catalog can have, with the
// placeholders in each.
func allPlaceholders() map[textID]string {
	all := maps.Clone(placeholders)
	for code := range pkerr.Codes() {
		id := textID{codeSection, code.Name()}
		switch {
		case code == pkerr.TooManyRequests:
			all[id] = "{wait}"
		case strings.Contains(code.Message(), "{"):
			all[id] = "{ref}"
		default:
			all[id] = ""
		}
	}
	return all
}

// English has a text for every code. A translation may lack some.
func TestCatalogs_Complete(t *testing.T) {
	require.Empty(t, faults(files(t)))
	for _, gap := range gaps(files(t)) {
		t.Log("to be translated: " + gap)
	}
}

func TestCatalogs_Gaps(t *testing.T) {
	remove := func(files fstest.MapFS, file, line string) {
		data := regexp.MustCompile(`(?m)^\s*"`+line+`": .*,\n`).ReplaceAll(files[file].Data, nil)
		require.NotEqual(t, len(files[file].Data), len(data))
		files[file] = &fstest.MapFile{Data: data}
	}
	changed := files(t)
	before := gaps(changed)
	remove(changed, "de.json", "Forbidden")
	remove(changed, "es.json", "Gone")         // and therefore from es-419, which inherits it
	remove(changed, "es-419.json", "NotFound") // es has it
	require.Empty(t, faults(changed))
	require.ElementsMatch(t, append(before, "de: codes.Forbidden", "es: codes.Gone", "es-419: codes.Gone"), gaps(changed))
}

// Each fault is inserted into a copy of the catalogs, and must be found.
func TestCatalogs_Faults(t *testing.T) {
	// replace replaces the first match of old with replacement. In it, $0
	// stands for the match.
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
		want  string
	}{
		{"a code is missing in English", replace("en.json", `"Forbidden": ".*",\n`, ""), "en: codes.Forbidden is missing"},
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
		{"an unknown form", replace("en.json", `("hours": \{\s*)"one"`, `$1"some"`), "en: json: unknown field"},
		{"forms where there is no number", replace("en.json", `("invalid": )(.*),`, `$1{"one": $2, "other": $2},`), "en: fields.invalid has the form one"},
		{"a key is there twice", replace("da.json", `"general"`, `"general": "x", "general"`), `da: "general" is there twice`},
		{"a key is there twice, deep down", replace("en.json", `("hours": \{\s*)"one"`, `$1"one": "{count}", "one"`), `en: "one" is there twice`},
		{"an empty text", replace("en.json", `("required": ).*,`, `$1"",`), "en: fields.required (other) is empty"},
		{"white space around a text", replace("en.json", `("required": ).*,`, `$1"Please. ",`), "en: fields.required (other) has white space"},
		{"an invisible character", replace("en.json", `("required": ).*,`, "$1\"Please\u202e.\","), "en: fields.required (other) has an unprintable"},
		{"an accent on its own", replace("en.json", `("required": ).*,`, "$1\"Cafe\u0301\","), "en: fields.required (other) is not normalized"},
		{"a text that is not a string", replace("en.json", `("required": ).*,`, `${1}7,`), "en: json: cannot unmarshal"},
		{"bytes that are not UTF-8", replace("en.json", `("required": ).*,`, "$1\"\xff\","), "en: not UTF-8"},
		{"something after the end", replace("en.json", `\}\s*$`, `$0 {}`), "en: something follows"},
		{"no end", replace("en.json", `\}\s*$`, ``), "en: unexpected EOF"},
		{"no reviewed_by_native_speaker", replace("en.json", `"reviewed_by_native_speaker": false,`, ""), "en: reviewed_by_native_speaker is missing"},
		{"reviewed_by_native_speaker that is no bool", replace("en.json", `"reviewed_by_native_speaker": false,`, `"reviewed_by_native_speaker": null,`), "en: reviewed_by_native_speaker is missing"},
		{"another grouping of digits", replace("it.json", `("minimum_grouping_digits": )2`, "${1}3"), "it: minimum_grouping_digits is 2, or left out"},
		{"a capital letter", replace("en.json", `"general"`, `"General"`), `en: "General" is unknown`},
		{"a capital letter, deep down", replace("en.json", `"one"`, `"One"`), `en: "One" is unknown`},
		{"a section that is there twice", replace("en.json", `"wait"`, `"Wait": {}, "wait"`), `en: "Wait" is unknown`},
		{"an empty form", replace("en.json", `("hours": \{\s*"one": ).*,`, `$1"",`), "en: wait.hours (one) is empty"},
		{"a tag that matches no preference", rename("zh.json", "zh-Hans.json"), "zh-Hans: zh-CN does not find it"},
		{"a tag without number formats", rename("nb.json", "no.json"), "no: x/text writes its numbers as English: name it nb"},
		{"a tag that is not canonical", rename("id.json", "in.json"), "in: the tag is to be spelled id"},
		{"a file name that is not a tag", rename("nb.json", "klingon.json"), "klingon: is not a tag"},
		{"no English catalog", rename("en.json", "en-GB.json"), "en is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changed := maps.Clone(files(t))
			tt.fault(t, changed)
			require.Contains(t, strings.Join(faults(changed), "\n"), tt.want)
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
	var all []string
	if files["en.json"] == nil {
		all = append(all, "en is missing")
	}
	for file, content := range files {
		name := strings.TrimSuffix(file, ".json")
		tag, err := language.Parse(name)
		if err != nil {
			all = append(all, name+": is not a tag: "+err.Error())
			continue
		}
		report := func(format string, args ...any) { all = append(all, name+": "+fmt.Sprintf(format, args...)) }
		checkTag(name, tag, report)
		checkFile(content.Data, report)
		read, err := parse(content.Data)
		if err != nil {
			report("%v", err)
			continue
		}
		known := allPlaceholders()
		checkNames(read.texts, known, tag, files, report)
		for id, text := range read.texts {
			checkForms(id, text, known[id], tag, report)
		}
	}
	return all
}

// gaps returns the texts for codes that a language lacks, such as
// "de: codes.Forbidden".
func gaps(files fstest.MapFS) []string {
	var all []string
	for _, l := range newCatalogs(files).localizers {
		for code := range pkerr.Codes() {
			if id := (textID{codeSection, code.Name()}); l.catalog.text(id) == "" {
				all = append(all, l.String()+": "+id.section+"."+id.name)
			}
		}
	}
	return all
}

// hasParent reports whether files has a catalog for a parent language of tag.
func hasParent(tag language.Tag, files fstest.MapFS) bool {
	for tag = tag.Parent(); tag != language.Und; tag = tag.Parent() {
		if files[tag.String()+".json"] != nil {
			return true
		}
	}
	return false
}

func checkTag(name string, tag language.Tag, report func(string, ...any)) {
	switch {
	case tag.String() != name:
		report("the tag is to be spelled %v", tag)
	case tag == language.SimplifiedChinese:
		report("zh-CN does not find it: name it zh")
	case name == "no":
		report("x/text writes its numbers as English: name it nb")
	}
}

// checkFile reports faults that decoding ignores.
func checkFile(data []byte, report func(string, ...any)) {
	if !utf8.Valid(data) {
		report("not UTF-8")
	}
	if !regexp.MustCompile(`"reviewed_by_native_speaker": (true|false),`).Match(data) {
		report("reviewed_by_native_speaker is missing")
	}
	if regexp.MustCompile(`"minimum_grouping_digits": ([^2]|2[^,])`).Match(data) {
		report("minimum_grouping_digits is 2, or left out")
	}
	exact := map[int][]string{
		1: {"reviewed_by_native_speaker", "minimum_grouping_digits", generalSection, codeSection, fieldSection, waitSection},
		3: slices.Collect(maps.Values(formNames)),
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	var keys []map[string]bool // of the objects that are open
	wantKey := false
	for {
		next, err := decoder.Token()
		if err != nil {
			report("%v", err)
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
				// Decoding ignores case.
				if names, ok := exact[len(keys)]; ok && !slices.Contains(names, next) {
					report("%q is unknown", next)
				}
				if keys[len(keys)-1][next] {
					report("%q is there twice", next)
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
		report("something follows the object")
	}
}

// checkNames reports unknown and missing texts. English must have all texts.
// Another language without a parent must have all except those for codes.
func checkNames(texts map[textID]forms, known map[textID]string, tag language.Tag, files fstest.MapFS, report func(string, ...any)) {
	for id := range known {
		mayLack := tag != language.English && (id.section == codeSection || hasParent(tag, files))
		if texts[id] == nil && !mayLack {
			report("%s.%s is missing", id.section, id.name)
		}
	}
	for id := range texts {
		if _, ok := known[id]; !ok {
			report("%s.%s is unknown", id.section, id.name)
		}
	}
}

var placeholder = regexp.MustCompile(`\{\w*\}`)

// checkForms checks the plural forms of a text, and the words of each.
func checkForms(id textID, text forms, placeholders string, tag language.Tag, report func(string, ...any)) {
	numbered := slices.Contains(withNumber, id)
	for form := range requiredForms(tag, numbered) {
		if _, ok := text[form]; !ok {
			report("%s.%s lacks the form %s", id.section, id.name, formNames[form])
		}
	}
	for form, s := range text {
		name := fmt.Sprintf("%s.%s (%s)", id.section, id.name, formNames[form])
		if form != plural.Other && (!numbered || !allowed(tag, form)) {
			report("%s.%s has the form %s, which it cannot have", id.section, id.name, formNames[form])
		}
		got := placeholder.FindAllString(s, -1)
		slices.Sort(got)
		if strings.Join(got, " ") != placeholders {
			report("%s has the placeholders %q, not %q", name, got, placeholders)
		}
		if strings.ContainsAny(placeholder.ReplaceAllString(s, ""), "{}") {
			report("%s has a brace that belongs to no placeholder", name)
		}
		if s == "" {
			report("%s is empty", name)
		}
		if strings.TrimSpace(s) != s {
			report("%s has white space around it", name)
		}
		if strings.ContainsFunc(s, func(r rune) bool { return r != '\u00a0' && r != '\u202f' && !unicode.IsPrint(r) }) {
			report("%s has an unprintable character", name)
		}
		if !norm.NFC.IsNormalString(s) {
			report("%s is not normalized", name)
		}
	}
}

// requiredForms returns the plural forms that a text needs.
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

// allowed reports whether a language has a plural form.
func allowed(tag language.Tag, form plural.Form) bool {
	return xcatalog.NewBuilder().Set(tag, "x", plural.Selectf(1, "%d", form, "x", plural.Other, "x")) == nil
}

// icu is a recording of how ICU formats numbers.
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
	require.Len(t, recorded.Forms, len(embedded().localizers), "languages in testdata/icu.json, which testdata/icu.js writes")
	require.Len(t, recorded.Numbers, len(recorded.Forms))
	return recorded
}

// The plural form of every text with a number is the one that ICU chooses.
func TestForm_LikeICU(t *testing.T) {
	recorded := recordedICU(t)
	for _, l := range embedded().localizers {
		numbers := 0
		for name, recordedNumbers := range recorded.Forms[l.String()] {
			for _, n := range recordedNumbers {
				numbers++
				for _, id := range withNumber {
					forms, from := l.catalog.findOrEnglish(id)
					require.Contains(t, formNamesOf(forms), name, "%v %v", l, id)
					got, gotFrom := l.catalog.form(id, n)
					require.Equal(t, formNamesOf(forms)[name], got, "%v %v %d", l, id, n)
					require.Same(t, from, gotFrom)
				}
			}
		}
		require.Equal(t, 31+31+2, numbers, "%v", l)
	}
}

// Numbers are written as ICU writes them, except for the width of spaces. ICU
// has newer data for those.
func TestNumber_LikeICU(t *testing.T) {
	recorded := recordedICU(t)
	for _, l := range embedded().localizers {
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

func TestForm_HugeNumbers(t *testing.T) {
	text := textID{waitSection, "hours"}
	for _, tt := range []struct {
		language string
		n        int
		like     int
	}{
		{"en", 1_000_001, 5}, {"en", 10_000_001, 5}, {"ru", 1_000_001, 1}, {"ru", 10_000_002, 2}, {"ru", 2_000_000_011, 11}, {"pl", 10_000_001, 5},
		{"fr", 10_000_000, 5}, {"lt", 10_000_011, 11}, {"es", 1_000_000, 5}, {"cs", 10_000_003, 5}, {"hi", 10_000_000, 5},
	} {
		c := For(tt.language).catalog
		want, _ := c.form(text, tt.like)
		got, _ := c.form(text, tt.n)
		require.Equal(t, want, got, "%+v", tt)
	}
}

// The package documentation lists the catalogs that are marked as unreviewed.
func TestCatalogs_UnreviewedAreListed(t *testing.T) {
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

// Any server can send a 500, and "server" is Discord's word for a guild.
func TestCatalogs_InternalServerError(t *testing.T) {
	server := regexp.MustCompile(`(?i)serv(er|id|eu)|serwer|szerver|kiszolg|poslu|palvelim|сървър|сервер|διακομιστ|सर्वर|เซิร์ฟเวอร์|sunucu|máy chủ|サーバ|서버|服务器|伺服器`)
	for _, l := range embedded().localizers {
		guild := l.catalog.text(textID{codeSection, "SystemGuildNotFound"})
		require.Regexp(t, server, guild, "%v: the pattern lacks its word", l)
		text := l.catalog.text(textID{codeSection, "InternalServerError"})
		require.NotEmpty(t, text, "%v", l)
		require.NotRegexp(t, server, text, "%v", l)
		require.NotContains(t, text, "PluralKit", "%v", l)
	}
}

func TestCatalogs_UnauthorizedSaysHow(t *testing.T) {
	for _, l := range embedded().localizers {
		require.Contains(t, l.Message(pkerr.Unauthorized), "pk;token", "%v", l)
	}
}
