package server

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"github.com/pkerr/pkerr"
)

// How far the search for what is wrong with a document goes.
const (
	maxDepth  = 32  // objects and lists within each other
	maxFields = 32  // paths that are named
	maxPath   = 256 // bytes of a path

	// The work is counted in bytes that are decoded, and limited to a multiple of the document, and to enough for any small
	// one. Beside its bytes each decoding costs about as much as trialCost of them.
	maxWork   = 8
	leastWork = 256 << 10
	trialCost = 256
)

// invalidFields returns the members of a valid document because of which it does not decode into a target. It returns none where
// the fault is that of the document as a whole.
//
// The errors of encoding/json do not tell: they name one fault of many, some without its place, and those of a type's own
// UnmarshalJSON name what they like. So each member is tried alone: `{"key":value}` is decoded into a new target, and what
// fails is wrong, or contains what is wrong.
func invalidFields(document []byte, target reflect.Type, strict bool) pkerr.Fields {
	s := search{target: target, strict: strict}
	s.work = leastWork + maxWork*(len(document)+int(min(target.Size(), leastWork)))
	s.within(place{}, document)
	return s.fields
}

// search is one search for invalid fields.
type search struct {
	target reflect.Type
	strict bool // unknown keys are wrong
	fields pkerr.Fields
	work   int    // what may still be spent; the last trial may overdraw it
	buf    []byte // of the document that is being tried
}

// place is where a value stands in the document.
type place struct {
	path       string // such as proxy_tags[0].prefix
	open, shut string // such as {"proxy_tags":[{"prefix": and }]}: what makes a document of the value alone
	depth      int
}

// member returns the place of a member of the object at p. Its key also comes as it is written, since written anew it could be
// much longer.
func (p place) member(key string, written []byte) place {
	path := key
	if p.depth > 0 {
		path = p.path + "." + key
	}
	return place{path, p.open + "{" + string(written) + ":", "}" + p.shut, p.depth + 1}
}

// item returns the place of an item of the list at p. Alone it is the first of its list.
func (p place) item(index int) place {
	return place{p.path + "[" + strconv.Itoa(index) + "]", p.open + "[", "]" + p.shut, p.depth + 1}
}

// within looks for invalid fields in the value at p, which does not decode. It returns false where there are none, so that the
// fault is that of the value as a whole.
func (s *search) within(p place, value []byte) bool {
	var empty string
	switch {
	case p.depth == maxDepth:
		return false
	case value[0] == '{':
		empty = "{}"
	case value[0] == '[':
		empty = "[]"
	default:
		return false
	}
	// Where not even an empty one decodes, that the parts fail says nothing of them.
	if s.fails(p, []byte(empty)) {
		return false
	}
	s.work -= len(value) // to take it apart
	found := false
	d := json.NewDecoder(bytes.NewReader(value))
	_, _ = d.Token() // the opening bracket
	for i := 0; d.More() && len(s.fields) < maxFields && s.work > 0; i++ {
		part := p.item(i)
		if empty == "{}" {
			start := d.InputOffset()
			token, _ := d.Token()
			key, ok := token.(string)
			if !ok {
				break // cannot be: the document is valid
			}
			part = p.member(key, bytes.TrimLeft(value[start:d.InputOffset()], ", \t\r\n"))
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			break // nor can this
		}
		if !s.fails(part, raw) {
			continue
		}
		found = true
		if !s.within(part, raw) {
			s.blame(part.path)
		}
	}
	return found
}

// fails tells whether the value, alone at its place, does not decode.
func (s *search) fails(p place, value []byte) bool {
	s.buf = append(append(append(s.buf[:0], p.open...), value...), p.shut...)
	s.work -= len(s.buf) + trialCost + int(s.target.Size())
	return unmarshal(s.buf, reflect.New(s.target).Interface(), s.strict) != nil
}

// blame says that what is at path is wrong, once.
func (s *search) blame(path string) {
	if len(path) > maxPath {
		// A cut in the middle of a character leaves bytes that are not UTF-8.
		path = strings.ToValidUTF8(path[:maxPath], "") + "…"
	}
	if len(s.fields[path]) == 0 {
		s.fields.Invalid(path)
	}
}
