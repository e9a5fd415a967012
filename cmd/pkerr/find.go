package main

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
	"github.com/pkerr/pkerr/locale"
)

// A match is the code that a text means, and the ID in its message, if any.
type match struct {
	code pkerr.Code
	ref  string
}

// resolve returns the code that a text means. The text can be a number, a
// status, a pair, a name, a message in any language, or the start of a name or
// a message. It can also be a longer text with any of these, such as a log
// line.
func resolve(text string) (m match, wrong usageError) {
	if m, ok := exact(text); ok {
		return m, ""
	}
	original := text
	if strings.Contains(text, `\`) {
		text = string(unescaped([]byte(text)))
	}
	all := beginning(text)
	if m = findCode(text); len(all) == 0 && m.code != 0 && !digits(text) {
		return m, ""
	}
	if len(all) == 0 {
		all = longestPhrases(letters(text), translations(), len("identical"), true)
	}
	switch len(all) {
	case 0:
		return match{}, notFound(original, "is not the number, name, status or message of a code", "did you mean", near(text))
	case 1:
		return match{code: all[0]}, ""
	}
	return match{}, notFound(original, "is the start of several names or messages", "did you mean one of", all)
}

// notFound returns the error for a text that does not mean one code.
func notFound(text, why, question string, candidates []pkerr.Code) usageError {
	trimmed, target := strings.TrimSpace(text), parseRequest(text)
	lines := execute("not found", map[string]any{
		"Question": question, "Candidates": candidates, "Text": trimmed, "Status": likelyStatus(trimmed),
		"IsResponse": strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "HTTP/"),
		"IsURL":      strings.Contains(text, "://") && len(target.segments) > 0, "Endpoint": quote(target.String()),
	})
	return usage(quote(text)+" "+why, strings.TrimSpace(screen{width: defaultWidth}.render(lines)))
}

// likelyStatus returns the likely status of a number that the API may add,
// or "".
func likelyStatus(text string) string {
	if len(text) != len("20003") || !digits(text) {
		return ""
	}
	return map[byte]string{'2': "404", '3': "403", '4': "400"}[text[0]]
}

// exact returns the code that a text means as a whole.
func exact(text string) (match, bool) {
	text = strings.TrimSpace(text)
	if c, ok := numbered(text); ok {
		return match{code: c}, true
	}
	name := strings.TrimPrefix(letters(text), "pkerr")
	named := func(c pkerr.Code) bool { return strings.EqualFold(c.Name(), name) }
	if c := constant(named); c != 0 && !strings.Contains(text, "'") {
		return match{code: c}, true
	}
	return message(text)
}

// numbered reads a number, a status, or both, even as one number: 20003404.
func numbered(text string) (pkerr.Code, bool) {
	m := regexp.MustCompile(`^(?:(\d{3})|0*([1-9]\d*|0)[/_](\d{3})|([1-9]\d{4})([45]\d\d)|(\d+))$`).FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseInt("0"+m[2]+m[4]+m[6], 10, 64)
	status, _ := strconv.Atoi(m[1] + m[3] + m[5])
	if m[6] != "" {
		return constantOf(n)
	}
	c := pkerr.MakeCode(n, status)
	return c, c != 0 && err == nil
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// constant returns the first constant that fits, or 0.
func constant(fits func(pkerr.Code) bool) pkerr.Code {
	for c := range pkerr.Codes() {
		if fits(c) {
			return c
		}
	}
	return 0
}

// constantOf returns the constant with a number, which must not be 0.
func constantOf(number int64) (pkerr.Code, bool) {
	c := constant(func(c pkerr.Code) bool { return number > 0 && c.Number() == number })
	return c, c != 0
}

// isFailure reports whether status is that of an error.
func isFailure(status int) bool { return status >= 400 && status <= 599 }

// letters returns text in lower case, without spaces and punctuation. Texts are
// compared in this form.
func letters(text string) string {
	text = strings.NewReplacer("ς", "σ", "ı", "i", "\u0307", "").Replace(strings.ToLower(text))
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '`' || r == '´' || unicode.IsPunct(r) && !strings.ContainsRune(":/{}", r) {
			return -1
		}
		return r
	}, text)
}

// message reads a message that the API sends, or a text of its page.
func message(text string) (match, bool) {
	text = regexp.MustCompile(`[’‘´]`).ReplaceAllLiteralString(text, "'")
	text = strings.Trim(strings.Join(strings.Fields(text), " "), "\"\u00ab\u00bb“”")
	if m, whole := findNamed(text); whole {
		return m, true
	}
	key := letters(text)
	for _, p := range phrases() {
		if key == p.before || p.page && len(key) >= minMessage && strings.Contains(p.before, key) {
			return match{code: p.code}, true
		}
	}
	// Only this code comes with a message about a single key.
	ofKey := regexp.MustCompile(`(?i)^(field \S+ is (too long|invalid)\.?$|` +
		`key '[^']*' is required|(member|group) name can not be set to null)`)
	if ofKey.MatchString(text) {
		return match{code: pkerr.ModelParse}, true
	}
	return match{}, false
}

// findNamed returns the code whose message names an ID, if a text contains that
// message. whole reports whether it contains nothing else. The ID is empty if
// the text has the placeholder itself.
func findNamed(text string) (found match, whole bool) {
	for c := range pkerr.Codes() {
		before, rest, names := strings.Cut(c.Message(), "{")
		_, after, _ := strings.Cut(rest, "}")
		pattern := "(?is)" + regexp.QuoteMeta(before) + "(.*?)" + regexp.QuoteMeta(strings.TrimSuffix(after, ".")) + `\.?`
		if m := regexp.MustCompile(pattern).FindStringSubmatch(text); names && m != nil {
			found, whole = match{c, regexp.MustCompile(`^\{.*\}$`).ReplaceAllString(m[1], "")}, m[0] == text
		}
	}
	return found, whole
}

// A phrase is a text that means a code: its letters before and after an ID.
type phrase struct {
	code          pkerr.Code
	before, after string
	page          bool // it is from the API's page, not a message
}

// minMessage is the minimum length of a phrase of the API.
const minMessage = len("Unimplemented")

// phrases returns the messages that the API sends, and the texts of its page.
//
//nolint:gochecknoglobals // It never changes.
var phrases = sync.OnceValue(func() (all []phrase) {
	var others []phrase
	for e := range reference.Codes() {
		all = append(all, phrase{code: pkerr.Code(e.Code), before: letters(e.Message)})
		for i, text := range append(e.Variants, strings.Split(e.Page, "…")...) {
			if key := letters(text); len(key) >= minMessage && text != e.Message {
				others = append(others, phrase{code: pkerr.Code(e.Code), before: key, page: i >= len(e.Variants)})
			}
		}
	}
	return append(all, others...)
})

// translations returns the texts of all languages.
//
//nolint:gochecknoglobals // It never changes.
var translations = sync.OnceValue(func() (all []phrase) {
	const name, seconds = "qxqxq", 7
	for _, tag := range locale.Languages() {
		l := locale.New(tag)
		for c := range pkerr.Codes() {
			var err error = c
			if strings.Contains(c.Message(), "{") {
				err = c.WithRef(name)
			} else if c == pkerr.TooManyRequests {
				text := letters(l.Message(c.WithRetryAfter(seconds * time.Second)))
				before, _, _ := strings.Cut(text, strconv.Itoa(seconds)) // what follows depends on the number
				all = append(all, phrase{code: c, before: before})
			}
			parent := cmp.Or(c.Base(), c.Class())
			if c != parent && l.Message(err) == l.Message(parent) {
				continue // it has no text of its own, like a new code in most languages
			}
			before, after, _ := strings.Cut(letters(l.Message(err)), name)
			all = append(all, phrase{code: c, before: before, after: after})
		}
	}
	return all
})

// longestPhrases returns the codes of the longest phrases that a text contains.
// If partly is set, the text may also be part of a phrase, or end within one.
func longestPhrases(key string, all []phrase, least int, partly bool) (codes []pkerr.Code) {
	for _, p := range all {
		n := p.matched(key, partly)
		if n > least {
			least, codes = n, nil
		}
		if n == least && !slices.Contains(codes, p.code) {
			codes = append(codes, p.code)
		}
	}
	return codes
}

// matched returns how many bytes of a text the phrase matches, or 0.
func (p phrase) matched(key string, partly bool) int {
	_, rest, found := strings.Cut(key, p.before)
	if found && p.after != "" && rest != "" {
		rest = rest[1:] // at least one byte of an ID
	}
	for partly && found && !strings.Contains(rest, p.after) {
		_, size := utf8.DecodeLastRuneInString(p.after)
		p.after = p.after[:len(p.after)-size]
	}
	switch {
	case partly && key != p.before && (strings.Contains(p.before, key) || strings.Contains(p.after, key)):
		return len(key) - 1 // a whole phrase is better
	case found && strings.Contains(rest, p.after):
		return len(p.before) + len(p.after)
	}
	return 0
}

// findCode returns the code that a text contains, or the zero match. A pair
// comes first, then a number after a word such as "code", then a name, a
// message, a bare number, and at last a status.
func findCode(text string) match {
	named, _ := findNamed(text)
	of := func(c pkerr.Code) match {
		if c == named.code {
			return named
		}
		return match{code: c}
	}
	if c, ok := pairIn(text); ok {
		return of(c)
	}
	status := findStatus([]byte(text))
	called := submatch(`(?i)(?:code|number|errno|error)["']?\s*(?:[:=(#]|=>)?\s*["']?([1-9]\d{4})\b`, text)
	if c, ok := numbered(called); ok {
		return of(c)
	} else if n, err := strconv.ParseInt(called, 10, 64); err == nil && isFailure(status) {
		return of(pkerr.MakeCode(n, status))
	}
	byWord := func(pattern string, name func(pkerr.Code) string) (found pkerr.Code) {
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			found = cmp.Or(found, constant(func(c pkerr.Code) bool { return cmp.Or(m[1:]...) == name(c) }))
		}
		return found
	}
	if c := byWord(`pkerr\.([A-Za-z]+)|([A-Za-z]{8,})`, pkerr.Code.Name); named.code == 0 && c != 0 {
		return match{code: c}
	}
	if all := longestPhrases(letters(text), phrases(), minMessage, false); named.ref == "" && len(all) > 0 {
		named.code = all[0]
	}
	if named.code != 0 {
		return named
	}
	// With a sign before it, or another status, it can be any number.
	bare := byWord(`(?:^|[\s("'\[/])([1-9]\d{4})\b`, func(c pkerr.Code) string { return reference.Code(c).Anchor() })
	if bare != 0 && (status == 0 || bare.Status() == status) {
		return match{code: bare}
	}
	if n, err := strconv.Atoi(submatch(`(?:^|[ =:"])([45]\d\d): `, text)); err == nil {
		status = n
	}
	if isFailure(status) {
		return match{code: pkerr.MakeCode(0, status)}
	}
	return match{}
}

// pairIn returns the code whose number and status a text contains, as in
// 20002/404. After a colon it must be known, because it may be part of a URL.
func pairIn(text string) (pkerr.Code, bool) {
	pair := regexp.MustCompile(`(^|[^\w/.-])((?:0|[1-9]\d{4})/[45]\d\d)(?:[^\w/.]|\.?$|\.\W)`)
	for _, m := range pair.FindAllStringSubmatch(text, -1) {
		if c, ok := numbered(m[2]); ok && (m[1] != ":" || c.Name() != "") {
			return c, true
		}
	}
	return 0, false
}

// submatch returns what the first group of a pattern matches in a text, or "".
func submatch(pattern, text string) string {
	if m := regexp.MustCompile(pattern).FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// beginning returns the codes whose name or message begins with a text.
func beginning(text string) (codes []pkerr.Code) {
	key := letters(text)
	name := strings.TrimPrefix(key, "pkerr")
	ref := submatch(`'([^']*)`, text)
	for c := range pkerr.Codes() {
		message := letters(regexp.MustCompile(`\{\w+\}`).ReplaceAllLiteralString(c.Message(), ref))
		if name != "" && (strings.HasPrefix(strings.ToLower(c.Name()), name) || strings.HasPrefix(message, key)) {
			codes = append(codes, c)
		}
	}
	return codes
}

// near returns the codes that a misspelt text may mean.
func near(text string) (codes []pkerr.Code) {
	const most = 5
	words := map[string]pkerr.Code{}
	for c := range pkerr.Codes() {
		words[c.Name()], words[c.Message()], words[strconv.FormatInt(c.Number(), 10)] = c, c, c
	}
	delete(words, "0")
	all := slices.Sorted(maps.Keys(words))
	nearby := nearest(strings.TrimPrefix(text, "pkerr."), all, most)
	if key := letters(text); len(key) > 2 && len(nearby) == 0 {
		nearby = slices.DeleteFunc(all, func(w string) bool { return !strings.Contains(letters(w), key) })
	}
	for _, w := range nearby {
		if c := words[w]; !slices.Contains(codes, c) && len(codes) < most {
			codes = append(codes, c)
		}
	}
	return codes
}

// nearest returns the words that a misspelt word may mean, nearest first.
func nearest(word string, words []string, limit int) []string {
	const mostWrong = 5
	var near [mostWrong + 1][]string // by distance
	for _, w := range words {
		most := max(1, min(len(w)/4, mostWrong))
		if n := distance([]rune(strings.ToLower(word)), []rune(strings.ToLower(w)), most); n <= most {
			near[n] = append(near[n], w)
		}
	}
	all := slices.Concat(near[:]...)
	return all[:min(len(all), limit)]
}

// distance returns how many letters are added, missing, replaced or swapped. If
// they are more than most, it returns a number above most. The work grows
// exponentially with most.
func distance(a, b []rune, most int) int {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	if least := max(len(a)-len(b), len(b)-len(a)); least > most || len(a) == 0 || len(b) == 0 {
		return least
	} else if most == 0 {
		return 1
	}
	n := min(distance(a[1:], b[1:], most-1), distance(a[1:], b, most-1), distance(a, b[1:], most-1))
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		n = min(n, distance(a[2:], b[2:], most-1))
	}
	return n + 1
}
