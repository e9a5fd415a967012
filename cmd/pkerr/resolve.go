package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
)

// found is what somebody asked about: a code, and what its message named, if it was a message.
type found struct {
	code pkerr.Code
	ref  string
}

// notFoundError tells that a text is not one code.
type notFoundError struct {
	text       string
	candidates []pkerr.Code
	ambiguous  bool // it begins several names or messages, and no code is exactly that
}

func (e *notFoundError) Error() string {
	if e.ambiguous {
		return quote(e.text) + " begins several names or messages"
	}
	return quote(e.text) + " is no number, name, status or message of a code"
}

// resolve returns the code that a text means: a number, a status, a pair, a name, a message, or the start of one.
func resolve(text string) (found, error) {
	if f, ok := exact(text); ok {
		return f, nil
	}
	e := &notFoundError{text: text}
	if number, err := strconv.ParseInt(text, 10, 64); err == nil {
		e.candidates = near(strconv.FormatInt(number, 10))
		return found{}, e
	}
	e.candidates = beginning(text)
	if len(e.candidates) == 1 {
		return found{code: e.candidates[0]}, nil
	}
	e.ambiguous = len(e.candidates) > 1
	if !e.ambiguous {
		e.candidates = near(text)
	}
	return found{}, e
}

// exact returns the code that a text means where it is not just the start of something.
func exact(text string) (found, bool) {
	text = strings.TrimSpace(text)
	if c, ok := numbered(text); ok {
		return found{code: c}, true
	}
	for c := range pkerr.Codes() {
		if identifier(text) == strings.ToLower(c.Name()) {
			return found{code: c}, true
		}
	}
	if f, ok := message(text); ok {
		return f, true
	}
	return logged(text)
}

// numbered reads a number, a status, or both: parted by a mark, or as one number.
func numbered(text string) (pkerr.Code, bool) {
	number, status, pair := strings.Cut(strings.ReplaceAll(text, "_", "/"), "/")
	const joined = len("20003")
	if !pair && len(number) == joined+3 && number[0] != '0' {
		number, status, pair = number[:joined], number[joined:], true
		if s, _ := strconv.Atoi(status); !isFailure(s) {
			return 0, false // a date, or anything else
		}
	}
	if !digits(number) || pair && !digits(status) {
		return 0, false
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, false
	}
	if pair {
		s, _ := strconv.Atoi(status)
		c := pkerr.MakeCode(n, s)
		return c, c != 0
	}
	if len(number) == 3 {
		c := pkerr.MakeCode(0, int(n)) // not for 099
		return c, c != 0
	}
	return constantOf(n)
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// constantOf returns the constant with a number, which is not 0.
func constantOf(number int64) (pkerr.Code, bool) {
	for c := range pkerr.Codes() {
		if number > 0 && c.Number() == number {
			return c, true
		}
	}
	return 0, false
}

// identifier returns what is compared of a name: neither the package before it, nor case, nor what parts its words.
func identifier(text string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(trimPackage(text)))
}

// trimPackage returns a name without the package before it.
func trimPackage(text string) string {
	const prefix = "pkerr."
	if len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
		return text[len(prefix):]
	}
	return text
}

// letters returns what is compared of a message: neither case, nor spaces and marks.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n_-.,:'\"`’‘´«»“”", r) {
			return -1
		}
		return r
	}, strings.ToLower(text))
}

// message reads a text that the API sends.
func message(text string) (found, bool) {
	text = strings.Join(strings.Fields(strings.NewReplacer("’", "'", "‘", "'", "´", "'").Replace(text)), " ")
	text = strings.Trim(text, "\"«»“”")
	for c := range pkerr.Codes() {
		before, after, names := around(c)
		if ref, ok := between(text, before, after); ok && names {
			return found{code: c, ref: ref}, true
		}
	}
	key := letters(text)
	for c := range pkerr.Codes() {
		if key == letters(c.Message()) {
			return found{code: c}, true
		}
	}
	for e := range reference.Codes() {
		for _, v := range e.Variants {
			start, open := strings.CutSuffix(v, "…")
			if key == letters(v) || open && strings.HasPrefix(key, letters(start)) {
				return found{code: pkerr.Code(e.Code)}, true
			}
		}
	}
	// What the API says of one key comes with this code alone.
	ofKey := regexp.MustCompile(`(?i)^(field \S+ is (too long|invalid)\.?$|` +
		`key '[^']*' is required|(member|group) name can not be set to null)`)
	if ofKey.MatchString(text) {
		return found{code: pkerr.ModelParse}, true
	}
	return found{}, false
}

// around returns the text around the reference in the message of a code that names something.
func around(c pkerr.Code) (before, after string, names bool) {
	before, rest, names := strings.Cut(c.Message(), "{")
	_, after, _ = strings.Cut(rest, "}")
	return before, after, names
}

// between returns what stands between two texts, whose case and last full stop do not matter. It returns "" for the
// placeholder, which names nothing.
func between(text, before, after string) (string, bool) {
	after = strings.TrimSuffix(after, ".")
	text = strings.TrimSuffix(text, ".")
	end := len(text) - len(after)
	if end < len(before) || !strings.EqualFold(text[:len(before)], before) || !strings.EqualFold(text[end:], after) {
		return "", false
	}
	ref := text[len(before):end]
	if strings.HasPrefix(ref, "{") && strings.HasSuffix(ref, "}") {
		ref = ""
	}
	return ref, true
}

// isFailure tells whether a status is that of an error. A log has many other numbers of three digits.
func isFailure(status int) bool { return status >= 400 && status <= 599 }

// logged reads a line of a log: what an error prints as, with whatever stands before it.
func logged(text string) (found, bool) {
	const most = 32 // colons, so that it takes no time
	rest := text
	for range most {
		head, tail, more := strings.Cut(rest, ": ")
		if !more {
			return found{}, false
		}
		head = head[strings.LastIndexByte(head, ' ')+1:]
		if c, ok := numbered(head); ok && (strings.Contains(head, "/") || len(head) == 3 && isFailure(c.Status())) {
			f := found{code: c}
			if said, ok := message(tail); ok && said.code == c {
				f.ref = said.ref
			}
			return f, true
		}
		if f, ok := message(tail); ok {
			return f, true
		}
		rest = tail
	}
	return found{}, false
}

// beginning returns the codes whose name or message begins with a text.
func beginning(text string) []pkerr.Code {
	name, key := identifier(text), letters(text)
	var codes []pkerr.Code
	for c := range pkerr.Codes() {
		if name != "" && strings.HasPrefix(strings.ToLower(c.Name()), name) || key != "" && begins(c, text, key) {
			codes = append(codes, c)
		}
	}
	return codes
}

// begins tells whether the message of c begins with a text, which may have something in the place of the reference.
func begins(c pkerr.Code, text, key string) bool {
	before, after, names := around(c)
	if strings.HasPrefix(letters(before), key) {
		return true
	}
	if !names || len(text) < len(before) || !strings.EqualFold(text[:len(before)], before) {
		return false
	}
	rest := text[len(before):]
	quotation := strings.LastIndexByte(rest, '\'')
	return quotation < 0 || strings.HasPrefix(after, rest[quotation:])
}

// near returns the codes whose number, name or message is nearly the text, or has it in it.
func near(text string) []pkerr.Code {
	const most = 5
	words := map[string]pkerr.Code{}
	var all []string
	for c := range pkerr.Codes() {
		own := []string{c.Name(), c.Message()}
		if c.Number() > 0 {
			own = append(own, strconv.FormatInt(c.Number(), 10))
		}
		for _, w := range own {
			words[w] = c
			all = append(all, w)
		}
	}
	nearby := nearest(trimPackage(text), all, most)
	if key := letters(text); len(key) > 2 && len(nearby) == 0 {
		for _, w := range all {
			if strings.Contains(letters(w), key) {
				nearby = append(nearby, w)
			}
		}
	}
	var codes []pkerr.Code
	for _, w := range nearby {
		if c := words[w]; !slices.Contains(codes, c) && len(codes) < most {
			codes = append(codes, c)
		}
	}
	return codes
}
