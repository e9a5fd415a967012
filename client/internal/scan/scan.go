// Package scan reads JSON in one pass, for a decoder that picks a few keys out
// of an untrusted body. It accepts what encoding/json accepts, to the same
// depth, and leaves it to the caller which values matter.
//
// It exists because a value of an unexpected type must not hide the others, and
// because encoding/json needs six allocations for the usual body of fifty
// bytes.
package scan

// maxDepth is how deep values may be nested, as in encoding/json.
const maxDepth = 10_000

// A Scanner reads the first value of a body, and ignores what follows it. After
// a syntax error it does not move on and reads only zero values;
// [Scanner.Failed] reports that.
type Scanner struct {
	data   []byte
	pos    int
	depth  int
	failed bool

	// shared is a copy of data from sharedAt on. Once Share has been called,
	// texts are substrings of it.
	shared   string
	sharedAt int
}

// New returns a Scanner at the first value of body, after white space and a
// byte order mark.
func New(body []byte) *Scanner {
	s := &Scanner{data: body}
	if len(body) == 0 || body[0] != '{' {
		s.start()
	}
	return s
}

// start is not a part of New so that New can be inlined, and the Scanner stays
// on the stack.
func (s *Scanner) start() {
	s.pos = space(s.data, 0)
	if rest := s.data[s.pos:]; len(rest) >= 3 && string(rest[:3]) == "\uFEFF" {
		s.pos = space(s.data, s.pos+3)
	}
}

// Failed reports whether the Scanner has found a syntax error.
func (s *Scanner) Failed() bool { return s.failed }

// Next returns the first byte of the next value, which determines its kind. It
// returns 0 at the end, and once the Scanner has failed.
func (s *Scanner) Next() byte {
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// Len returns how many bytes of the body have not been read.
func (s *Scanner) Len() int { return len(s.data) - s.pos }

// fail ends the reading.
func (s *Scanner) fail() { s.failed, s.pos = true, len(s.data) }

// Open enters the object or list that begins with the bracket opening, and
// reports whether there is something in it:
//
//	for more := s.Open('{'); more; more = s.More('}') {
//		key := s.Key()
//		… // read the value, or skip it
//	}
func (s *Scanner) Open(opening byte) bool {
	s.depth++
	if s.depth > maxDepth || !s.past(opening) && !s.pastSpace(opening) {
		s.fail()
		return false
	}
	// In ASCII, ] and } come two after [ and {.
	return !s.close(opening + 2)
}

// More moves to the next key or item, and reports whether there is one before
// the bracket closing.
func (s *Scanner) More(closing byte) bool {
	if s.past(',') || s.pastSpace(',') {
		return true
	}
	if !s.close(closing) {
		s.fail()
	}
	return false
}

// close moves past the bracket closing if it comes next, and reports whether it
// does.
func (s *Scanner) close(closing byte) bool {
	if !s.take(closing) {
		return false
	}
	s.depth--
	return true
}

// take moves past c if it comes next, and reports whether it does.
func (s *Scanner) take(c byte) bool {
	if s.Next() != c {
		return false
	}
	s.pos++
	return true
}

// past moves past c if it comes next and no white space follows it. It is small
// enough to be inlined; if it returns false, pastSpace must be asked.
func (s *Scanner) past(c byte) bool {
	i := s.pos + 1
	if i >= len(s.data) || s.data[i-1] != c || s.data[i] <= ' ' {
		return false
	}
	s.pos = i
	return true
}

// pastSpace moves past white space, then c, then white space. If c does not
// come next it moves past the white space only, and returns false.
func (s *Scanner) pastSpace(c byte) bool {
	i := space(s.data, s.pos)
	if i >= len(s.data) || s.data[i] != c {
		s.pos = i
		return false
	}
	s.pos = space(s.data, i+1)
	return true
}

// space returns the index at which the white space ends that begins at i.
func space(data []byte, i int) int {
	for i < len(data) && data[i] <= ' ' &&
		(data[i] == ' ' || data[i] == '\n' || data[i] == '\r' || data[i] == '\t') {
		i++
	}
	return i
}

// Key reads the key of an object, and the colon after it.
func (s *Scanner) Key() String {
	key := s.String()
	if !s.past(':') && !s.pastSpace(':') {
		s.fail()
	}
	return key
}

// Skip reads the next value, whatever it is.
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
