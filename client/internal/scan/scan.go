// Package scan reads JSON in one pass, for a decoder that picks a few members out of a body that it cannot trust. It takes
// what encoding/json takes, to the same depth, and refuses what that refuses; it leaves to its caller which values
// matter.
//
// It exists because one member of an unexpected type must not hide the others, and because encoding/json spends six
// allocations on the usual body of fifty bytes.
package scan

// maxDepth is how deep values may be nested, as in encoding/json.
const maxDepth = 10_000

// Scanner reads the first value of a body; what follows it is not looked at. Once a scanner has met something that is not
// JSON it stands still, and reads nothing but zero values: [Scanner.Failed] tells.
type Scanner struct {
	data   []byte
	pos    int
	depth  int
	failed bool

	// shared is a copy of data from sharedAt on, of which texts are made, once Share has been called.
	shared   string
	sharedAt int
}

// New returns a scanner at the first value of body, behind white space and a byte order mark.
func New(body []byte) *Scanner {
	s := &Scanner{data: body}
	s.start()
	return s
}

// start is the work of New, apart from it so that New is inlined, and the scanner no allocation.
func (s *Scanner) start() {
	s.pos = space(s.data, 0)
	if rest := s.data[s.pos:]; len(rest) >= 3 && string(rest[:3]) == "\uFEFF" {
		s.pos = space(s.data, s.pos+3)
	}
}

// Failed tells whether something was not JSON.
func (s *Scanner) Failed() bool { return s.failed }

// Next returns the first byte of the next value, which tells its kind. It is 0 at the end, and once the scanner has failed.
func (s *Scanner) Next() byte {
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// fail ends the reading.
func (s *Scanner) fail() { s.failed, s.pos = true, len(s.data) }

// Open enters the object or list that begins with the bracket opening, and tells whether there is something in it:
//
//	for more := s.Open('{'); more; more = s.More('}') {
//		key := s.Key()
//		… // read the value, or skip it
//	}
func (s *Scanner) Open(opening byte) bool {
	s.depth++
	if s.depth > maxDepth || !s.past(opening) {
		s.fail()
		return false
	}
	// In ASCII ] and } stand two behind [ and {.
	return !s.close(opening + 2)
}

// More goes on to the next member or item, and tells whether there is one before the bracket closing.
func (s *Scanner) More(closing byte) bool {
	if s.past(',') {
		return true
	}
	if !s.close(closing) {
		s.fail()
	}
	return false
}

// close takes the bracket closing where it comes next.
func (s *Scanner) close(closing byte) bool {
	if !s.take(closing) {
		return false
	}
	s.depth--
	return true
}

// take goes past c where that comes next.
func (s *Scanner) take(c byte) bool {
	if s.Next() != c {
		return false
	}
	s.pos++
	return true
}

// past goes past c where that comes next, and past the white space around it.
func (s *Scanner) past(c byte) bool {
	i := space(s.data, s.pos)
	if i >= len(s.data) || s.data[i] != c {
		s.pos = i
		return false
	}
	s.pos = space(s.data, i+1)
	return true
}

// space returns where white space ends that begins at i.
func space(data []byte, i int) int {
	for i < len(data) && data[i] <= ' ' && (data[i] == ' ' || data[i] == '\n' || data[i] == '\r' || data[i] == '\t') {
		i++
	}
	return i
}

// Key reads the key of a member, and the colon behind it.
func (s *Scanner) Key() String {
	key := s.String()
	if !s.past(':') {
		s.fail()
	}
	return key
}

// Skip reads the next value, whatever it is, and makes nothing of it.
func (s *Scanner) Skip() {
	switch c := s.Next(); c {
	case '{':
		for more := s.Open('{'); more; more = s.More('}') {
			s.Key()
			s.Skip()
		}
	case '[':
		for more := s.Open('['); more; more = s.More(']') {
			s.Skip()
		}
	case '"':
		s.String()
	case 't':
		s.literal("true")
	case 'f':
		s.literal("false")
	case 'n':
		s.literal("null")
	default:
		s.Number()
	}
}

func (s *Scanner) literal(word string) {
	if len(s.data)-s.pos < len(word) || string(s.data[s.pos:s.pos+len(word)]) != word {
		s.fail()
		return
	}
	s.pos += len(word)
}
