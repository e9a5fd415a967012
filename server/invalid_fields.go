package server

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"github.com/pkerr/pkerr"
)

// The limits of the search for invalid fields.
const (
	maxDepth  = 32  // objects and lists within each other
	maxFields = 32  // paths that are named
	maxPath   = 256 // bytes of a path
	maxArray  = 64  // length of the arrays whose ignored items are recognized

	// The work is counted in decoded bytes. It is limited to a multiple of the
	// document's size, and to a minimum that suffices for any small one. Each
	// trial costs as much as trialCost bytes in addition to its own.
	maxWork   = 8
	leastWork = 256 << 10
	trialCost = 256
)

// invalidFields returns the fields because of which a syntactically valid
// document does not decode into a target. It returns none if the document is
// refused as a whole. complete reports whether the search was finished.
//
// The errors of encoding/json are not enough: they report one fault of many,
// sometimes without its place, and the errors of an UnmarshalJSON can say
// anything. So parts of the document are tried alone: `{"key":value}` is
// decoded into a new target. A part that fails is invalid, or contains an
// invalid part.
func invalidFields(
	document []byte, target reflect.Type, disallowUnknownFields bool,
) (fields pkerr.Fields, complete bool) {
	s := search{target: target, disallowUnknownFields: disallowUnknownFields}
	s.work = leastWork + maxWork*(len(document)+int(min(target.Size(), leastWork)))
	s.searchValue(place{}, document)
	return s.fields, !s.stopped
}

// search is one search for invalid fields.
type search struct {
	target                reflect.Type
	disallowUnknownFields bool
	fields                pkerr.Fields
	work                  int    // what is left of it; negative after the last trial
	stopped               bool   // before it was finished
	trial                 []byte // the buffer for the document of a trial
}

// place is where a value is in the document.
type place struct {
	path          string // such as proxy_tags[0].prefix
	before, after string // such as {"proxy_tags":[{"prefix": and }]}, to try the value alone
	depth         int
}

// property returns the place of a value of the object at p. written is the key
// as spelled in the document, which can be much shorter than another spelling.
func (p place) property(key string, written []byte) place {
	path := key
	if p.depth > 0 {
		path = p.path + "." + key
	}
	return place{path, p.before + "{" + string(written) + ":", "}" + p.after, p.depth + 1}
}

// item returns the place of an item of the list at p. Alone it is the first.
func (p place) item(index int) place {
	path := p.path + "[" + strconv.Itoa(index) + "]"
	return place{path, p.before + "[", "]" + p.after, p.depth + 1}
}

// searchValue names the invalid parts of the value at p, which does not decode.
// It returns false if there are none, so that the value as a whole is invalid.
func (s *search) searchValue(p place, value []byte) bool {
	if p.depth == maxDepth || value[0] != '{' && value[0] != '[' || s.exhausted() {
		return false
	}
	// If even an empty value fails, the failures of its parts mean nothing.
	if s.fails(p, value, nil) {
		return false
	}
	s.work -= len(value) / 8 // for splitting it, which is faster than decoding
	if len(bytes.TrimSpace(value[1:len(value)-1])) == 0 {
		return false
	}
	parts := split(value)
	// A single part is the one that fails. At the top of the document it still
	// has to be tried, because dst may reject what a new value accepts.
	if len(parts) == 2 && p.depth > 0 {
		return s.searchRun(p, value, parts, 0, 1)
	}
	found := false
	// Try runs of parts, each twice as long as the last, so that an early part
	// is found with little work, and a late one with not much more.
	for first, size := 0, 1; first < len(parts)-1 && !s.exhausted(); size *= 2 {
		last := min(first+size, len(parts)-1)
		if s.fails(p, value, run(value, parts, first, last)) {
			found = s.searchRun(p, value, parts, first, last) || found
		}
		first = last
	}
	return found
}

// searchRun is like searchValue for a run of parts of the value at p that does
// not decode. It halves the run until one part is left.
func (s *search) searchRun(p place, value []byte, parts []int, first, last int) bool {
	if last-first == 1 {
		if value[0] == '[' && s.ignored(p, value, run(value, parts, first, last), first) {
			return false
		}
		part, raw := p.part(value, run(value, parts, first, last), first)
		if !s.searchValue(part, raw) {
			s.add(part.path)
		}
		return true
	}
	middle := (first + last) / 2
	found := false
	for _, half := range [...][2]int{{first, middle}, {middle, last}} {
		if !s.exhausted() && s.fails(p, value, run(value, parts, half[0], half[1])) {
			found = s.searchRun(p, value, parts, half[0], half[1]) || found
		}
	}
	return found
}

// ignored reports whether the item of the list at p decodes in its place,
// although it does not decode as the first item. That is so beyond the end of a
// Go array, where encoding/json ignores items.
func (s *search) ignored(p place, value, item []byte, index int) bool {
	if index == 0 || index > maxArray {
		return false
	}
	nulls := bytes.Repeat([]byte("null,"), index) // null fits any type
	return !s.fails(p, value, append(nulls, item...))
}

// part returns the place and the value of one part of the value at p.
func (p place) part(value, part []byte, index int) (place, []byte) {
	part = bytes.TrimSpace(part)
	if value[0] == '[' {
		return p.item(index), part
	}
	end := stringEnd(part, 0) + 1
	var key string
	_ = json.Unmarshal(part[:end], &key) // It is valid.
	_, raw, _ := bytes.Cut(part[end:], []byte(":"))
	return p.property(key, part[:end]), bytes.TrimSpace(raw)
}

// split returns the indices at which the parts of a valid object or list start,
// and last the one at which another would. The byte before each is a bracket or
// a comma.
func split(value []byte) []int {
	parts := []int{1}
	depth := 0
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case '"':
			i = stringEnd(value, i)
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',':
			if depth == 1 {
				parts = append(parts, i+1)
			}
		}
	}
	return append(parts, len(value))
}

// run returns the text of the parts from first up to last.
func run(value []byte, parts []int, first, last int) []byte {
	return value[parts[first] : parts[last]-1]
}

// stringEnd returns where the string ends that starts at start.
func stringEnd(value []byte, start int) int {
	i := start + 1
	for value[i] != '"' {
		if value[i] == '\\' {
			i++
		}
		i++
	}
	return i
}

// exhausted reports whether the search has to stop.
func (s *search) exhausted() bool {
	if len(s.fields) < maxFields && s.work > 0 {
		return false
	}
	s.stopped = true
	return true
}

// fails reports whether the value at p, reduced to the given parts, does not
// decode.
func (s *search) fails(p place, value, parts []byte) (failed bool) {
	s.trial = append(append(append(s.trial[:0], p.before...), value[0]), parts...)
	s.trial = append(append(s.trial, value[len(value)-1]), p.after...)
	s.work -= len(s.trial) + trialCost + int(s.target.Size())
	// An UnmarshalJSON may panic because it needs the caller's value.
	defer func() {
		if recover() != nil {
			failed = true
		}
	}()
	return unmarshal(s.trial, reflect.New(s.target).Interface(), s.disallowUnknownFields) != nil
}

// add adds path to the invalid fields, once.
func (s *search) add(path string) {
	if len(path) > maxPath {
		// The cut may have split a character.
		path = strings.ToValidUTF8(path[:maxPath], "") + "…"
	}
	if len(s.fields[path]) == 0 {
		s.fields.Invalid(path)
	}
}
