package client

import (
	"math"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client/internal/scan"
)

// slot is an error of a key, and what its lengths point to. Most keys have one error, so the list of them is in there too.
type slot struct {
	object                  [1]pkerr.ErrorObject
	maxLength, actualLength int
}

// slots are made by the handful, since one allocation is cheaper than many.
type slots []slot

// next returns room for one error.
func (free *slots) next() *slot {
	if len(*free) == 0 {
		*free = make([]slot, 4)
	}
	o := &(*free)[0]
	*free = (*free)[1:]
	return o
}

// readFields reads the value of `errors`. A value that is no object leaves what an equal key said before.
func (d *document) readFields(s *scan.Scanner) {
	if s.Next() != '{' {
		s.Skip()
		return
	}
	s.Share()
	var free slots
	d.fields = nil
	for more := s.Open('{'); more; more = s.More('}') {
		key := s.Key()
		objects := readObjects(s, &free)
		if len(objects) == 0 {
			continue
		}
		if d.fields == nil {
			d.fields = pkerr.Fields{}
		}
		d.fields[s.Text(key)] = objects
	}
}

// readObjects reads the errors of one key: a list of them, or one alone.
func readObjects(s *scan.Scanner, free *slots) []pkerr.ErrorObject {
	if s.Next() != '[' {
		if o := free.next(); readObject(s, o) {
			return o.object[:]
		}
		return nil
	}
	var objects []pkerr.ErrorObject
	for more := s.Open('['); more; more = s.More(']') {
		o := free.next()
		switch {
		case !readObject(s, o):
		case objects == nil:
			objects = o.object[:]
		default:
			objects = append(objects, o.object[0])
		}
	}
	return objects
}

// readObject reads one error into o, an object or only its text, and tells whether the value that came next was one.
func readObject(s *scan.Scanner, o *slot) bool {
	switch s.Next() {
	case '"':
		o.object[0].Message = s.Text(s.String())
		return true
	case '{':
	default:
		s.Skip()
		return false
	}
	for more := s.Open('{'); more; more = s.More('}') {
		switch string(s.Bytes(s.Key())) {
		case "message":
			var message scan.String
			if readText(s, &message) {
				o.object[0].Message = s.Text(message)
			}
		case "max_length":
			readLength(s, &o.maxLength, &o.object[0].MaxLength)
		case "actual_length":
			readLength(s, &o.actualLength, &o.object[0].ActualLength)
		default:
			s.Skip()
		}
	}
	return true
}

// readLength reads a length into value, and points to it. A value that is no length leaves both as they are.
func readLength(s *scan.Scanner, value *int, pointer **int) {
	if !scan.IsNumber(s.Next()) {
		s.Skip()
		return
	}
	if n, ok := s.Number().Integer(); ok && n <= math.MaxInt {
		*value, *pointer = int(n), value
	}
}
