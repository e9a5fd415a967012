package server

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"github.com/pkerr/pkerr"
)

// How far the search for invalid fields goes.
const (
	maxDepth  = 32  // objects and lists within each other
	maxFields = 32  // paths that are named
	maxPath   = 256 // bytes of a path

	// The work is counted in bytes that are decoded. It is limited to a
	// multiple of the document, and to enough for any small one. Besides its
	// bytes each trial costs about as much as trialCost of them.
	maxWork   = 8
	leastWork = 256 << 10
	trialCost = 256
)

// invalidFields returns the fields because of which a valid document does not
// decode into a target. It returns none if the fault is that of the document as
// a whole. complete reports whether the search came to its end.
//
// The errors of encoding/json do not say: they name one fault of many, some
// without its place, and those of a type's own UnmarshalJSON name what they
// like. So parts of the document are tried alone: `{"key":value}` is decoded
// into a new target, and what fails is invalid, or contains what is.
func invalidFields(
	document []byte, target reflect.Type, disallowUnknownFields bool,
) (fields pkerr.Fields, complete bool) {
	s := search{target: target, disallowUnknownFields: disallowUnknownFields}
	s.work = leastWork + maxWork*(len(document)+int(min(target.Size(), leastWork)))
	s.inside(place{}, document)
	return s.fields, !s.stopped
}

// search is one search for invalid fields.
type search struct {
	target                reflect.Type
	disallowUnknownFields bool
	fields                pkerr.Fields
	work                  int    // what is left of it; the last trial may overdraw it
	stopped               bool   // before the end
	trial                 []byte // the document that is being tried
}

// place is where a value is in the document.
type place struct {
	path          string // such as proxy_tags[0].prefix
	before, after string // such as {"proxy_tags":[{"prefix": and }]}, to try the value alone
	depth         int
}

// member returns the place of a member of the object at p. written is the key
// as the document spells it, which can be much shorter than another spelling.
func (p place) member(key string, written []byte) place {
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

// inside names what is invalid in the value at p, which does not decode. It
// returns false if it names nothing, so that the value as a whole is invalid.
func (s *search) inside(p place, value []byte) bool {
	if p.depth == maxDepth || value[0] != '{' && value[0] != '[' || s.spent() {
		return false
	}
	// If not even an empty one decodes, it means nothing that the parts do not.
	if s.fails(p, value, nil) {
		return false
	}
	s.work -= len(value) / 8 // to take it apart, which is faster than to decode it
	if len(bytes.TrimSpace(value[1:len(value)-1])) == 0 {
		return false
	}
	parts := split(value)
	// The only part is what does not decode. That of the whole document is
	// tried first: the destination may refuse what a new value takes.
	if len(parts) == 2 && p.depth > 0 {
		return s.among(p, value, parts, 0, 1)
	}
	found := false
	// Runs of parts are tried, each twice as long as the last, so that little
	// work finds one of the first parts, and not much more finds one of very
	// many.
	for first, size := 0, 1; first < len(parts)-1 && !s.spent(); size *= 2 {
		last := min(first+size, len(parts)-1)
		if s.fails(p, value, run(value, parts, first, last)) {
			found = s.among(p, value, parts, first, last) || found
		}
		first = last
	}
	return found
}

// among is inside for a run of the parts of the value at p, which together do
// not decode. It halves them until one is left.
func (s *search) among(p place, value []byte, parts []int, first, last int) bool {
	if last-first == 1 {
		part, raw := p.part(value, run(value, parts, first, last), first)
		if !s.inside(part, raw) {
			s.name(part.path)
		}
		return true
	}
	middle := (first + last) / 2
	found := false
	for _, half := range [...][2]int{{first, middle}, {middle, last}} {
		if !s.spent() && s.fails(p, value, run(value, parts, half[0], half[1])) {
			found = s.among(p, value, parts, half[0], half[1]) || found
		}
	}
	return found
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
	return p.member(key, part[:end]), bytes.TrimSpace(raw)
}

// split returns where the parts of a valid object or list start, and at the end
// where another would. The byte before each is a bracket or a comma.
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

// spent reports whether the search has to stop.
func (s *search) spent() bool {
	if len(s.fields) < maxFields && s.work > 0 {
		return false
	}
	s.stopped = true
	return true
}

// fails reports whether the value at p, with only these parts of it, does not
// decode.
func (s *search) fails(p place, value, parts []byte) (failed bool) {
	s.trial = append(append(append(s.trial[:0], p.before...), value[0]), parts...)
	s.trial = append(append(s.trial, value[len(value)-1]), p.after...)
	s.work -= len(s.trial) + trialCost + int(s.target.Size())
	// A method UnmarshalJSON may need what only the caller's value has.
	defer func() {
		if recover() != nil {
			failed = true
		}
	}()
	return unmarshal(s.trial, reflect.New(s.target).Interface(), s.disallowUnknownFields) != nil
}

// name says that what is at path is invalid, once.
func (s *search) name(path string) {
	if len(path) > maxPath {
		// A cut in the middle of a character leaves bytes that are not UTF-8.
		path = strings.ToValidUTF8(path[:maxPath], "") + "…"
	}
	if len(s.fields[path]) == 0 {
		s.fields.Invalid(path)
	}
}
