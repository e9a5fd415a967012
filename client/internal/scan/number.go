package scan

import (
	"bytes"
	"math"
)

// A Number is a number as spelled in the body. The empty Number has no value.
type Number []byte

// IsNumber reports whether a value that begins with c is a number.
func IsNumber(c byte) bool { return c == '-' || '0' <= c && c <= '9' }

// Number reads the number that comes next.
func (s *Scanner) Number() Number {
	start := s.pos
	if n := s.short(); n != nil {
		return n
	}
	s.take('-')
	if !s.take('0') {
		s.digits()
	}
	if s.take('.') {
		s.digits()
	}
	if s.Next()|0x20 == 'e' {
		s.pos++
		if !s.take('+') {
			s.take('-')
		}
		s.digits()
	}
	if s.failed {
		return nil
	}
	return s.data[start:s.pos]
}

// short reads a number that consists of digits and does not begin with 0, as
// nearly all do. It returns nil for any other, and leaves it unread.
func (s *Scanner) short() Number {
	data, i := s.data, s.pos
	for i < len(data) && '0' <= data[i] && data[i] <= '9' {
		i++
	}
	if i == s.pos || data[s.pos] == '0' || i == len(data) || data[i] == '.' || data[i]|0x20 == 'e' {
		return nil
	}
	n := data[s.pos:i]
	s.pos = i
	return n
}

// digits moves past one digit or more.
func (s *Scanner) digits() {
	i := s.pos
	for i < len(s.data) && '0' <= s.data[i] && s.data[i] <= '9' {
		i++
	}
	if i == s.pos {
		s.fail()
		return
	}
	s.pos = i
}

// Integer returns the value of n, however it is spelled: 20001, 20001.0 and
// 2.0001e4 are the same. It returns false unless that is an integer from 0 to
// the largest int64.
func (n Number) Integer() (int64, bool) {
	value, exact := n.value()
	return value, exact
}

// Ceil returns the value of n rounded up to an integer, and at most the largest
// int64. It returns false if n is negative.
func (n Number) Ceil() (int64, bool) {
	value, _ := n.value()
	return value, value >= 0
}

// value returns the value of n rounded up, at most the largest int64, and
// reports whether that is exact. It returns -1 if n is negative or empty. The
// work is bounded by the length of n: 1e9999999999 is short.
func (n Number) value() (value int64, exact bool) {
	if value, ok := n.short(); ok {
		return value, true
	}
	if len(n) == 0 {
		return -1, false
	}
	negative := n[0] == '-'
	if negative {
		n = n[1:]
	}
	digits, exponent := []byte(n), int64(0)
	if i := bytes.IndexAny(n, "eE"); i >= 0 {
		digits, exponent = n[:i], power(n[i+1:])
	}
	// The digits that still come before the decimal point.
	ahead := int64(len(digits)) + exponent
	if i := bytes.IndexByte(digits, '.'); i >= 0 {
		ahead = int64(i) + exponent
	}
	exact = true
	for _, c := range digits {
		if c == '.' {
			continue
		}
		if ahead > 0 {
			value, exact = shift(value, c-'0', exact)
		} else if c != '0' {
			exact = false
			break
		}
		ahead--
	}
	for ; ahead > 0 && value > 0 && exact; ahead-- {
		value, exact = shift(value, 0, exact)
	}
	if !exact && value < math.MaxInt64 {
		value++
	}
	if negative && value > 0 {
		return -1, false
	}
	return value, exact
}

// short returns the value of a number of at most 18 digits, as nearly all are.
// It returns false for any other.
func (n Number) short() (value int64, ok bool) {
	if len(n) == 0 || len(n) > 18 {
		return 0, false
	}
	for _, c := range n {
		if c < '0' || c > '9' {
			return 0, false
		}
		value = value*10 + int64(c-'0')
	}
	return value, true
}

// shift appends a digit to value, and stays at the largest int64.
func shift(value int64, digit byte, exact bool) (int64, bool) {
	if value > (math.MaxInt64-int64(digit))/10 {
		return math.MaxInt64, false
	}
	return value*10 + int64(digit), exact
}

// power returns the exponent that digits spell, limited to more than any body
// has digits to make up for.
func power(digits []byte) int64 {
	const most = 1 << 40
	sign := int64(1)
	if digits[0] == '+' || digits[0] == '-' {
		if digits[0] == '-' {
			sign = -1
		}
		digits = digits[1:]
	}
	value := int64(0)
	for _, c := range digits {
		value = min(value*10+int64(c-'0'), most)
	}
	return sign * value
}
