package pkerr

import (
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Code identifies an error of the API. It is the pair of the API's own number
// and the HTTP status, because the number alone is 0 for many different errors.
// A constant spells it as number*1000 + status: [MemberNotFound] is 20002_404.
//
// A Code is itself an error; a handler can return it as is. [errors.Is] matches
// codes, as described at [Code.Is]. A code that has no constant, such as one
// that the API adds later, works like any other; [MakeCode] makes it.
//
// The zero Code means no code. All methods are safe for every value.
type Code int64

// entry is a row of the table.
type entry struct {
	code    Code
	name    string
	message string // as on the wire; {…} stands for the reference that the caller sent
	base    Code   // the numbered code that it refines, or 0
	action  Action // what the caller does about it
}

// search returns the index of c in the table, or the index at which it would be
// inserted, and whether the table has it.
func search(c Code) (int, bool) {
	low, high := 0, len(table)
	for low < high {
		if middle := (low + high) / 2; table[middle].code < c {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < len(table) && table[low].code == c
}

// entry returns the row of c or, if its number is known but came with another
// status, the row of that number. It returns nil for an unknown code.
func (c Code) entry() *entry {
	i, found := search(c)
	if found {
		return &table[i]
	}
	n := c.Number()
	if n <= 0 {
		return nil
	}
	// Each number has one row, just before or just after the place of this
	// status.
	for _, j := range [...]int{i - 1, i} {
		if j >= 0 && j < len(table) && table[j].code.Number() == n {
			return &table[j]
		}
	}
	return nil
}

// MakeCode returns the code of the API's number and the HTTP status, whether or
// not this package has a constant for it: MakeCode(20002, 404) is
// [MemberNotFound], and MakeCode(0, 404) is [NotFound]. It returns 0 if the
// number is negative or too large for a Code, or if the status does not have
// three digits.
func MakeCode(number int64, status int) Code {
	if status < 100 || status > 999 || number < 0 || number > (math.MaxInt64-int64(status))/1000 {
		return 0
	}
	return Code(number*1000 + int64(status))
}

// Codes returns an iterator over all constants of this package, in order: the
// plain codes first, then by number.
func Codes() iter.Seq[Code] {
	return func(yield func(Code) bool) {
		for i := range table {
			if !yield(table[i].code) {
				return
			}
		}
	}
}

// Lookup returns the constant with the given number and status. It returns
// false if this package has none; [MakeCode] also makes unknown codes.
func Lookup(number int64, status int) (Code, bool) {
	c := MakeCode(number, status)
	if !c.constant() {
		return 0, false
	}
	return c, true
}

// Number returns the API's own number, the `code` of the response: 20003 for
// [MemberNotFoundWithRef], 0 for a plain code.
func (c Code) Number() int64 { return int64(c) / 1000 }

// Status returns the HTTP status: 404 for [MemberNotFoundWithRef].
func (c Code) Status() int { return int(c % 1000) }

// Name returns the name of the constant, such as "MemberNotFoundWithRef". It
// returns "" if c has no constant.
func (c Code) Name() string {
	if i, found := search(c); found {
		return table[i].name
	}
	return ""
}

// Message returns the API's English text for c. If the text names a member or a
// group, it is a template, such as "Member '{memberRef}' not found.";
// [Code.WithRef] fills it in, and it is never sent unfilled. A known number
// with another status has the message of that number. Message returns "" for an
// unknown code.
func (c Code) Message() string {
	if e := c.entry(); e != nil {
		return e.message
	}
	return ""
}

// Base returns the numbered code that c refines: [MemberNotFound] for
// [MemberNotFoundWithRef], and the constant for a known number with another
// status. It returns 0 if c refines no code. Base does not return plain codes;
// [Code.Class] does.
func (c Code) Base() Code {
	e := c.entry()
	switch {
	case e == nil:
		return 0
	case e.code != c:
		return e.code
	}
	return e.base
}

// Class returns the plain code that c counts as: [NotFound] for every 404. A
// status without a plain code counts as the x00 of its class, as RFC 9110 says:
// Class returns [BadRequest] for a 418 and [InternalServerError] for a 503. It
// returns 0 for Code(0) and for an invalid code.
//
// Use it to label metrics and traces, because a server can send any number.
func (c Code) Class() Code {
	plain := Code(c.Status())
	switch {
	case c <= 0 || plain < 100:
		return 0
	case !plain.constant():
		return plain / 100 * 100
	}
	return plain
}

// constant reports whether c has a constant.
func (c Code) constant() bool {
	_, found := search(c)
	return found
}

// Is reports whether c counts as target, for [errors.Is]. Only a Code can
// match:
//
//   - A code matches itself.
//   - It matches the code that it refines: MemberNotFoundWithRef is a
//     MemberNotFound, and a known number with another status is the constant of
//     that number.
//   - It matches the plain code of its status, and its [Code.Class]: every 404
//     is a NotFound, and every 418 is a BadRequest, even if its number is
//     unknown.
//
// It does not match the other way around: a MemberNotFound is not a
// MemberNotFoundWithRef. Code(0) matches only itself.
func (c Code) Is(target error) bool {
	t, ok := target.(Code)
	switch {
	case !ok:
		return false
	case t == c:
		return true
	case t <= 0 || c <= 0:
		return false
	case t.Number() == 0:
		return t.Status() == c.Status() || t == c.Class()
	}
	for b := c.Base(); b != 0; b = b.Base() {
		if b == t {
			return true
		}
	}
	return false
}

// As sets target to a new [*Error] of this code if target is a **Error, so that
// [errors.As] and [errors.AsType] also work on a constant. It returns false for
// Code(0).
func (c Code) As(target any) bool {
	e, ok := target.(**Error)
	if !ok || e == nil || c == 0 {
		return false
	}
	*e = &Error{Code: c}
	return true
}

// refForm returns the form of c whose message has a reference, which can be c
// itself, and the text before and after the reference. It returns false if
// there is no such form.
func (c Code) refForm() (_ Code, before, after string, _ bool) {
	n := c.Number()
	for _, t := range templates {
		if base := t.Base(); n != t.Number() && (base == 0 || n != base.Number()) {
			continue
		}
		before, rest, _ := strings.Cut(t.Message(), "{")
		_, after, _ := strings.Cut(rest, "}")
		return c + Code(t.Number()-n)*1000, before, after, true // with the status of c
	}
	return 0, "", "", false
}

// text returns the message that is sent for c by default. It is never a
// template, and is empty only for Code(0).
func (c Code) text() string {
	for e := c.entry(); e != nil; e = e.base.entry() {
		if strings.IndexByte(e.message, '{') < 0 {
			return e.message
		}
	}
	if m := Code(c.Status()).Message(); m != "" {
		return m
	}
	if c == 0 {
		return ""
	}
	return "status " + strconv.Itoa(c.Status())
}

// isTemplate reports whether message is one of the API's texts whose reference
// has not been filled in.
func isTemplate(message string) bool {
	if !strings.Contains(message, "Ref}'") {
		return false
	}
	for _, t := range templates {
		if message == t.Message() {
			return true
		}
	}
	return false
}

// Error returns the code and its message in one line. That of MemberNotFound is
// "20002/404: Member not found.".
func (c Code) Error() string { return (&Error{Code: c}).Error() }

// String returns the code alone: "20002/404". It never returns the packed
// integer of the constant.
func (c Code) String() string {
	return strconv.FormatInt(c.Number(), 10) + "/" + strconv.Itoa(c.Status())
}

// Format prints what [Code.Error] returns for %v, %s and %+v, and quotes it for
// %q. The verbs for integers, such as %d and %x, print the number alone. %#v
// prints Go: pkerr.MemberNotFound, or a call of [MakeCode].
//
// Package fmt itself handles %T, %p, and a %w outside of Errorf.
func (c Code) Format(f fmt.State, verb rune) {
	switch verb {
	case 'v':
		if f.Flag('#') {
			_, _ = fmt.Fprint(f, c.goString())
			return
		}
		verb = 's'
		fallthrough
	case 's', 'q':
		_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), c.Error())
	case 'b', 'd', 'o', 'O', 'x', 'X':
		_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), c.Number())
	default:
		_, _ = fmt.Fprintf(f, "%%!%c(pkerr.Code=%s)", verb, c.String())
	}
}

func (c Code) goString() string {
	if name := c.Name(); name != "" {
		return "pkerr." + name
	}
	switch {
	case c != 0 && MakeCode(c.Number(), c.Status()) == c:
		return fmt.Sprintf("pkerr.MakeCode(%d, %d)", c.Number(), c.Status())
	case c.Number() == 0:
		return fmt.Sprintf("pkerr.Code(%d)", c.Status())
	}
	// MakeCode returns no such code, so spell it like a constant: 20003_007.
	return fmt.Sprintf("pkerr.Code(%d_%03d)", c.Number(), max(c.Status(), -c.Status()))
}

// MarshalText returns what [Code.String] returns, for JSON, flags and the keys
// of maps. It never fails.
func (c Code) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what [Code.MarshalText] writes, and nothing else: a
// number, a slash, and a status of three digits, without signs or leading
// zeros; or "0/0", the zero Code. The code need not be known. On error, c is
// left unchanged.
func (c *Code) UnmarshalText(text []byte) error {
	number, status, _ := strings.Cut(string(text), "/")
	n, _ := strconv.ParseInt(number, 10, 64)
	s, _ := strconv.Atoi(status)
	// Comparing the printed code rejects what the parsers accept, such as
	// signs.
	read := MakeCode(n, s)
	if read.String() != string(text) {
		return fmt.Errorf("pkerr: %.64q is not a code: "+
			"want a number and a status, such as \"20003/404\"", text)
	}
	*c = read
	return nil
}

// WithRef returns an error that names the member or group that the caller asked
// for, spelled as ref. Its code is the one that names it: MemberNotFound and
// MemberNotFoundWithRef both give a MemberNotFoundWithRef. The reference goes
// into the message as is. For a code without such a form, WithRef returns a
// plain error of c.
func (c Code) WithRef(ref string) *Error { return (&Error{Code: c}).WithRef(ref) }

// WithMessage returns an error with the given message. If message is empty, the
// API's own text is used.
func (c Code) WithMessage(message string) *Error { return (&Error{Code: c}).WithMessage(message) }

// WithFields returns an error that says what is wrong with each key of the
// request. The fields are copied. [Fields.Err] is a shorter way to build a
// [ModelParse].
func (c Code) WithFields(fields Fields) *Error { return (&Error{Code: c}).WithFields(fields) }

// WithRetryAfter returns an error that tells the client to wait for d. It is
// sent in whole milliseconds, rounded up. A negative d counts as 0.
func (c Code) WithRetryAfter(d time.Duration) *Error { return (&Error{Code: c}).WithRetryAfter(d) }

// WithScope returns an error that names the rate limit that was hit, such as
// "generic_get".
func (c Code) WithScope(scope string) *Error { return (&Error{Code: c}).WithScope(scope) }

// WithCause returns an error with the reason behind it. The cause is for
// [errors.Is], [errors.As] and logs; it is never sent.
func (c Code) WithCause(cause error) *Error { return (&Error{Code: c}).WithCause(cause) }
