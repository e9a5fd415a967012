package pkerr

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/pkerr/pkerr/internal/oneline"
)

// Fields says what is wrong with each key of a request. Keys are spelled as the
// API writes them, such as "name" or "description_templates[0]". A key can have
// several errors. [Fields.All] ranges over them in order.
//
// The zero value is ready to use. A Fields is a map, so adding to it is not
// safe for concurrent use.
type Fields map[string][]ErrorObject

// Add adds the error o to key. It copies the lengths in o.
func (f *Fields) Add(key string, o ErrorObject) {
	if *f == nil {
		*f = Fields{}
	}
	(*f)[key] = append((*f)[key], o.clone())
}

// TooLong adds "Field name is too long." to key, with both lengths. The API
// counts text in UTF-16 code units, as [Length] does. TooLong does not compare
// them.
func (f *Fields) TooLong(key string, maxLength, actualLength int) {
	f.Add(key, ErrorObject{
		Message:      "Field " + key + " is too long.",
		MaxLength:    &maxLength,
		ActualLength: &actualLength,
	})
}

// Invalid adds "Field color is invalid." to key.
func (f *Fields) Invalid(key string) {
	f.Add(key, ErrorObject{Message: "Field " + key + " is invalid."})
}

// Required adds "Key 'timestamp' is required." to key.
func (f *Fields) Required(key string) {
	f.Add(key, ErrorObject{Message: "Key '" + key + "' is required."})
}

// All returns an iterator over the keys and their errors, in byte order of the
// keys, as on the wire. A key with several errors is yielded once for each. Do
// not add to f while iterating.
func (f Fields) All() iter.Seq2[string, ErrorObject] {
	return func(yield func(string, ErrorObject) bool) {
		var room [8]field
		for _, field := range f.sorted(room[:0]) {
			for _, o := range field.objects {
				if !yield(field.key, o) {
					return
				}
			}
		}
	}
}

// Err returns a [ModelParse] with a copy of f, or nil if f has no errors, so
// that a handler can end with `return fields.Err()`.
func (f Fields) Err() error {
	if f.empty() {
		return nil
	}
	return &Error{Code: ModelParse, Fields: f.clone()}
}

// String returns f in one bounded line for logs: the first few keys in order,
// with their errors, and a count of the others.
func (f Fields) String() string {
	var b []byte
	printed := 0
	for key, o := range f.All() {
		if printed++; printed > printedFields {
			continue
		}
		if printed > 1 {
			b = append(b, "; "...)
		}
		b = append(oneline.Append(b, key, printedKey), ": "...)
		b = o.print(b)
	}
	if printed > printedFields {
		b = fmt.Appendf(b, "; and %d more", printed-printedFields)
	}
	return string(b)
}

// String returns o in one bounded line for logs: the message and the lengths.
func (o ErrorObject) String() string { return string(o.print(nil)) }

func (o ErrorObject) print(b []byte) []byte {
	b = oneline.Append(b, o.Message, printedMessage/2)
	switch {
	case o.ActualLength != nil && o.MaxLength != nil:
		b = fmt.Appendf(b, " (actual_length %d, max_length %d)", *o.ActualLength, *o.MaxLength)
	case o.ActualLength != nil:
		b = fmt.Appendf(b, " (actual_length %d)", *o.ActualLength)
	case o.MaxLength != nil:
		b = fmt.Appendf(b, " (max_length %d)", *o.MaxLength)
	}
	return b
}

// empty reports whether f has no errors. A key alone is not an error.
func (f Fields) empty() bool {
	for _, objects := range f {
		if len(objects) > 0 {
			return false
		}
	}
	return true
}

// clone returns a deep copy without the keys that have no errors, or nil if f
// is empty.
func (f Fields) clone() Fields {
	if f.empty() {
		return nil
	}
	c := make(Fields, len(f))
	for key, objects := range f {
		if len(objects) == 0 {
			continue
		}
		c[key] = make([]ErrorObject, len(objects))
		for i, o := range objects {
			c[key][i] = o.clone()
		}
	}
	return c
}

func (o ErrorObject) clone() ErrorObject {
	if o.MaxLength != nil {
		o.MaxLength = new(*o.MaxLength)
	}
	if o.ActualLength != nil {
		o.ActualLength = new(*o.ActualLength)
	}
	return o
}

// field holds the errors of one key.
type field struct {
	key     string
	objects []ErrorObject
}

// sorted appends the keys that have errors to room, in byte order.
func (f Fields) sorted(room []field) []field {
	for key, objects := range f {
		if len(objects) > 0 {
			room = append(room, field{key, objects})
		}
	}
	slices.SortFunc(room, func(a, b field) int { return strings.Compare(a.key, b.key) })
	return room
}

// append appends f as the key `errors` of a body. It appends nothing if f is
// empty.
func (f Fields) append(b []byte) []byte {
	var room [8]field
	fields := f.sorted(room[:0])
	if len(fields) == 0 {
		return b
	}
	b = append(b, `,"errors":`...)
	for i, field := range fields {
		b = append(b, "{,"[min(i, 1)])
		b = append(appendString(b, field.key), ':')
		for i, o := range field.objects {
			b = append(b, "[,"[min(i, 1)])
			b = o.append(b)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// Length returns the length of s in UTF-16 code units, as the API counts it for
// its limits. An emoji counts as two or more.
func Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
