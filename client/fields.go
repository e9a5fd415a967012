package client

import (
	"math"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client/internal/scan"
)

// errorSlot has room for one error, and for what its lengths point to. The
// error is an array because most keys have a list of one.
type errorSlot struct {
	object                  [1]pkerr.ErrorObject
	maxLength, actualLength int
}

// errorSlots hands out slots, and allocates several at once.
type errorSlots struct {
	free []errorSlot
	size int // of the last allocation
}

// next returns an empty slot.
func (s *errorSlots) next() *errorSlot {
	const fewest, most = 4, 64
	if len(s.free) == 0 {
		s.size = min(max(2*s.size, fewest), most)
		s.free = make([]errorSlot, s.size)
	}
	slot := &s.free[0]
	s.free = s.free[1:]
	return slot
}

// readErrors reads the value of `errors`: an object, or a list in which each
// error names its key. Any other value does not replace that of an earlier
// duplicate.
func (d *document) readErrors(s *scan.Scanner) {
	switch s.Next() {
	case '{':
		s.Share()
		d.fields = d.readFields(s)
	case '[':
		s.Share()
		if fields := d.readList(s); fields != nil {
			d.fields = fields
		}
	default:
		s.Skip()
	}
}

// readFields reads an object that has the errors of each key.
func (d *document) readFields(s *scan.Scanner) pkerr.Fields {
	var (
		fields pkerr.Fields
		slots  errorSlots
	)
	for more := s.Open('{'); more; more = s.More('}') {
		key := s.Key()
		objects := readObjects(s, &slots)
		if len(objects) == 0 {
			continue
		}
		if fields == nil {
			fields = d.newFields(s)
		}
		fields[s.Text(key)] = objects
	}
	return fields
}

// newFields returns empty fields, with room for those that may follow. Only the
// first ones of a body get room, because `errors` can be there many times.
func (d *document) newFields(s *scan.Scanner) pkerr.Fields {
	if d.hasFields {
		return pkerr.Fields{}
	}
	d.hasFields = true
	const usualLength, most = 128, 4096 // bytes of an error, and errors
	return make(pkerr.Fields, min(s.Len()/usualLength, most))
}

// readObjects reads the errors of one key: a list of them, or one alone.
func readObjects(s *scan.Scanner, slots *errorSlots) []pkerr.ErrorObject {
	var objects []pkerr.ErrorObject
	if s.Next() != '[' {
		return appendObject(objects, readObject(s, slots))
	}
	for more := s.Open('['); more; more = s.More(']') {
		objects = appendObject(objects, readObject(s, slots))
	}
	return objects
}

// appendObject appends the error in slot, if any. A list of one needs no memory
// of its own.
func appendObject(objects []pkerr.ErrorObject, slot *errorSlot) []pkerr.ErrorObject {
	switch {
	case slot == nil:
		return objects
	case objects == nil:
		return slot.object[:]
	}
	return append(objects, slot.object[0])
}

// readObject reads one error: an object, or its message alone. It returns nil
// for any other value.
func readObject(s *scan.Scanner, slots *errorSlots) *errorSlot {
	kind := s.Next()
	if kind != '"' && kind != '{' {
		s.Skip()
		return nil
	}
	slot := slots.next()
	object := &slot.object[0]
	if kind == '"' {
		object.Message = s.Text(s.String())
		return slot
	}
	for more := s.Open('{'); more; more = s.More('}') {
		switch string(s.Bytes(s.Key())) {
		case "message":
			var message scan.String
			if readText(s, &message) {
				object.Message = s.Text(message)
			}
		case "max_length":
			readLength(s, &slot.maxLength, &object.MaxLength)
		case "actual_length":
			readLength(s, &slot.actualLength, &object.ActualLength)
		default:
			s.Skip()
		}
	}
	return slot
}

// readLength reads a length into value, and points to it. A value that is not a
// length leaves both unchanged.
func readLength(s *scan.Scanner, value *int, pointer **int) {
	if !scan.IsNumber(s.Next()) {
		s.Skip()
		return
	}
	if n, ok := s.Number().Integer(); ok && n <= math.MaxInt {
		*value, *pointer = int(n), value
	}
}

// readList reads a list of errors such as
// {"Simple":{"key":"name","value":"the message"}}, and ignores all other items.
func (d *document) readList(s *scan.Scanner) pkerr.Fields {
	var (
		fields pkerr.Fields
		slots  errorSlots
	)
	for more := s.Open('['); more; more = s.More(']') {
		key, message, ok := readItem(s)
		if !ok {
			continue
		}
		if fields == nil {
			fields = d.newFields(s)
		}
		slot := slots.next()
		slot.object[0].Message = s.Text(message)
		name := s.Text(key)
		fields[name] = appendObject(fields[name], slot)
	}
	return fields
}

// readItem reads an item of a list of errors. It returns false if the item
// names no key.
func readItem(s *scan.Scanner) (key, message scan.String, ok bool) {
	if s.Next() != '{' {
		s.Skip()
		return key, message, false
	}
	for more := s.Open('{'); more; more = s.More('}') {
		if kind := s.Key(); string(s.Bytes(kind)) != "Simple" || s.Next() != '{' {
			s.Skip()
			continue
		}
		if k, m, named := readSimple(s); named {
			key, message, ok = k, m, true
		}
	}
	return key, message, ok
}

// readSimple reads the key and the message of an error in a list. It returns
// false if there is no key.
func readSimple(s *scan.Scanner) (key, message scan.String, ok bool) {
	for more := s.Open('{'); more; more = s.More('}') {
		switch string(s.Bytes(s.Key())) {
		case "key":
			ok = readText(s, &key) || ok
		case "value":
			readText(s, &message)
		default:
			s.Skip()
		}
	}
	return key, message, ok
}
