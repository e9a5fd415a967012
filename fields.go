package pkerr

import (
	"fmt"
	"slices"

	"github.com/pkerr/pkerr/internal/oneline"
)

// Fields tells what is wrong with each key of a request. Keys are as the API writes them, such as "name" or
// "description_templates[0]"; a key can have several errors.
//
// The zero value is ready to use. Fields is a map: do not share one that is still being added to.
type Fields map[string][]ErrorObject

// Add says that key has the error o. The lengths in o are copied.
func (f *Fields) Add(key string, o ErrorObject) {
	if *f == nil {
		*f = Fields{}
	}
	(*f)[key] = append((*f)[key], o.clone())
}

// TooLong says that the value of key is too long: «Field name is too long.», with both lengths. The API counts text in
// UTF-16 code units, as [Length] does. It is for the caller to compare; TooLong only says so.
func (f *Fields) TooLong(key string, maxLength, actualLength int) {
	f.Add(key, ErrorObject{
		Message:      "Field " + key + " is too long.",
		MaxLength:    &maxLength,
		ActualLength: &actualLength,
	})
}

// Invalid says that the value of key is not valid: «Field color is invalid.»
func (f *Fields) Invalid(key string) {
	f.Add(key, ErrorObject{Message: "Field " + key + " is invalid."})
}

// Required says that key is missing: «Key 'timestamp' is required.»
func (f *Fields) Required(key string) {
	f.Add(key, ErrorObject{Message: "Key '" + key + "' is required."})
}

// Err returns a [ModelParse] with a copy of f, or nil where nothing is wrong, so that a handler can end in
// `return fields.Err()`.
func (f Fields) Err() error {
	if f.empty() {
		return nil
	}
	return &Error{Code: ModelParse, Fields: f.clone()}
}

// String returns f in one bounded line, for logs: the first few keys in order, with their errors, and a count of the
// others.
func (f Fields) String() string {
	var b []byte
	printed := 0
	var room [16]string
	for _, key := range f.keys(room[:0]) {
		for _, o := range f[key] {
			if printed++; printed > printedFields {
				continue
			}
			if printed > 1 {
				b = append(b, "; "...)
			}
			b = append(oneline.Append(b, key, printedKey), ": "...)
			b = oneline.Append(b, o.Message, printedMessage/2)
			switch {
			case o.ActualLength != nil && o.MaxLength != nil:
				b = fmt.Appendf(b, " (actual_length %d, max_length %d)", *o.ActualLength, *o.MaxLength)
			case o.ActualLength != nil:
				b = fmt.Appendf(b, " (actual_length %d)", *o.ActualLength)
			case o.MaxLength != nil:
				b = fmt.Appendf(b, " (max_length %d)", *o.MaxLength)
			}
		}
	}
	if printed > printedFields {
		b = fmt.Appendf(b, "; and %d more", printed-printedFields)
	}
	return string(b)
}

// empty tells whether nothing is wrong: a key without an error says nothing.
func (f Fields) empty() bool {
	for _, objects := range f {
		if len(objects) > 0 {
			return false
		}
	}
	return true
}

// clone returns a deep copy, without the keys that have no error; nil where none has.
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

// keys appends the keys that have an error to room, which saves an allocation where it is large enough, and sorts them.
func (f Fields) keys(room []string) []string {
	for key, objects := range f {
		if len(objects) > 0 {
			room = append(room, key)
		}
	}
	slices.Sort(room)
	return room
}

// size returns about how many bytes f takes as JSON.
func (f Fields) size() int {
	n := 0
	for key, objects := range f {
		n += len(key) + len(`"":[],`)
		for _, o := range objects {
			n += len(o.Message) + len(`{"message":"","actual_length":12345,"max_length":12345},`)
		}
	}
	return n
}

// append appends f as JSON, its keys sorted.
func (f Fields) append(b []byte) []byte {
	b = append(b, '{')
	var room [16]string
	for i, key := range f.keys(room[:0]) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, key), ':')
		for i, o := range f[key] {
			b = append(b, "[,"[min(i, 1)])
			b = o.append(b)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}
