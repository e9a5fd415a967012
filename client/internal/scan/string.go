package scan

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/pkerr/pkerr/internal/verbatim"
)

// A String is the place of a string in the body, without the quotation marks.
// [Scanner.Is] compares it, and [Scanner.Text] makes a Go string of it.
type String struct {
	start, end int
	ascii      bool // nothing to decode: no escapes, and only ASCII
}

// Empty reports whether there is nothing between the quotation marks.
func (t String) Empty() bool { return t.start == t.end }

// String reads the string that comes next.
func (s *Scanner) String() String {
	if !s.take('"') {
		s.fail()
		return String{}
	}
	start := s.pos
	i := verbatim.End(s.data, start)
	if i < len(s.data) && s.data[i] == '"' {
		s.pos = i + 1
		return String{start: start, end: i, ascii: true}
	}
	s.pos = i
	return s.finish(start)
}

// finish reads the rest of the string that begins at start.
func (s *Scanner) finish(start int) String {
	t := String{start: start, ascii: true}
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

// escape moves past the escape that comes next.
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

// hex returns the value of the four digits that b begins with. It returns false
// if b begins with anything else.
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

// Raw returns t as spelled in the body. Do not modify it.
func (s *Scanner) Raw(t String) []byte { return s.data[t.start:t.end] }

// Bytes returns what t spells, for a switch on string(s.Bytes(t)), which
// allocates no string. The result may be a part of the body, so do not modify
// it.
func (s *Scanner) Bytes(t String) []byte {
	if t.ascii {
		return s.data[t.start:t.end]
	}
	return decode(s.data[t.start:t.end])
}

// Is reports whether t spells text, without allocating a string.
func (s *Scanner) Is(t String, text string) bool {
	// An escape has at most six bytes, so a longer string cannot spell text.
	return t.end-t.start <= 6*len(text) && string(s.Bytes(t)) == text
}

// Digits returns the digits of t. It returns false if t is empty or has
// anything other than decimal digits.
func (s *Scanner) Digits(t String) (Number, bool) {
	digits := s.Raw(t)
	for _, c := range digits {
		if c < '0' || c > '9' {
			return nil, false
		}
	}
	return digits, len(digits) > 0
}

// Share makes all further texts substrings of one string, so that they need a
// single allocation. That string is retained as long as any of them.
func (s *Scanner) Share() {
	if s.shared == "" {
		s.shared, s.sharedAt = string(s.data[s.pos:]), s.pos
	}
}

// Text returns what t spells. As in encoding/json, U+FFFD replaces every byte
// that is not UTF-8, and every half of a surrogate pair that stands alone.
func (s *Scanner) Text(t String) string {
	if t.ascii && s.shared != "" && t.start >= s.sharedAt {
		return s.shared[t.start-s.sharedAt : t.end-s.sharedAt]
	}
	return string(s.Bytes(t))
}

// decode returns what raw spells. Its escapes must be valid.
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
