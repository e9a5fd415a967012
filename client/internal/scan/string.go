package scan

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/pkerr/pkerr/internal/verbatim"
)

// String is a string where it stands in the body, without the quotation marks. [Scanner.Is] compares it, and [Scanner.Text]
// makes a Go string of it; until then it costs nothing.
type String struct {
	start, end int
	ascii      bool // nothing to decode: no escapes, and nothing that is not ASCII
}

// Empty tells whether there is nothing between the quotation marks.
func (t String) Empty() bool { return t.start == t.end }

// String reads the string that comes next.
func (s *Scanner) String() String {
	if !s.take('"') {
		s.fail()
	}
	t := String{start: s.pos, ascii: true}
	for !s.failed {
		s.pos = verbatim.End(s.data, s.pos)
		switch c := s.Next(); {
		case c == '"':
			t.end = s.pos
			s.pos++
			return t
		case c == '\\':
			t.ascii = false
			s.escape()
		case c < ' ': // the end, too
			s.fail()
		default:
			t.ascii = t.ascii && c < utf8.RuneSelf
			s.pos++
		}
	}
	return String{}
}

// escape goes past the escape that comes next.
func (s *Scanner) escape() {
	if s.pos+1 < len(s.data) {
		switch s.data[s.pos+1] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			s.pos += 2
			return
		case 'u':
			if _, ok := hex(s.data[s.pos+2:]); ok {
				s.pos += 6
				return
			}
		}
	}
	s.fail()
}

// hex reads the four digits that b begins with.
func hex(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	n := rune(0)
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			n = n<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			n = n<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

// Bytes returns what t spells, for a switch on string(s.Bytes(t)), which makes no string. It is not to be changed, since it
// may be a part of the body.
func (s *Scanner) Bytes(t String) []byte {
	raw := s.data[t.start:t.end]
	if t.ascii {
		return raw
	}
	return decode(raw)
}

// Is tells whether t spells text, without making a string of it.
func (s *Scanner) Is(t String, text string) bool {
	// An escape is six bytes at the most, so a text this long is another one, and need not be decoded.
	return t.end-t.start <= 6*len(text) && string(s.Bytes(t)) == text
}

// Digits tells whether t is nothing but decimal digits, and returns them.
func (s *Scanner) Digits(t String) (Number, bool) {
	digits := s.data[t.start:t.end]
	for _, c := range digits {
		if c < '0' || c > '9' {
			return nil, false
		}
	}
	return digits, len(digits) > 0
}

// Share makes the texts of all that follows parts of one string, which is one allocation for all of them. As long as one of
// them is kept, so is that string.
func (s *Scanner) Share() {
	if s.shared == "" {
		s.shared, s.sharedAt = string(s.data[s.pos:]), s.pos
	}
}

// Text returns what t spells. As in encoding/json, U+FFFD stands for every byte that is not UTF-8, and for every half of a
// surrogate pair that stands alone.
func (s *Scanner) Text(t String) string {
	if t.ascii && s.shared != "" && t.start >= s.sharedAt {
		return s.shared[t.start-s.sharedAt : t.end-s.sharedAt]
	}
	return string(s.Bytes(t))
}

// decode returns what raw spells, which has no invalid escapes.
func decode(raw []byte) []byte {
	text := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c == '\\' && raw[i+1] == 'u':
			r, _ := hex(raw[i+2:])
			i += 6
			if utf16.IsSurrogate(r) {
				low := rune(-1)
				if i+6 <= len(raw) && raw[i] == '\\' && raw[i+1] == 'u' {
					low, _ = hex(raw[i+2:])
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					i += 6
				}
			}
			text = utf8.AppendRune(text, r)
		case c == '\\':
			text = append(text, unescaped(raw[i+1]))
			i += 2
		case c < utf8.RuneSelf:
			text = append(text, c)
			i++
		default:
			r, size := utf8.DecodeRune(raw[i:])
			text = utf8.AppendRune(text, r)
			i += size
		}
	}
	return text
}

// unescaped returns what a backslash and c stand for.
func unescaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}
