package pkerr

import (
	"fmt"
	"iter"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"
)

// Code identifies an error of the API. It is the pair of the API's own number and the HTTP status, since the number
// alone is 0 for many different errors. A Code is spelled number*1000 + status: [MemberNotFound] is 20002_404.
//
// A Code is an error, and a whole one: a handler may return it as it is. [errors.Is] matches by it, as [Code.Is] tells.
// Codes that this library has no constant for are as good as those it has; [MakeCode] makes them.
//
// The zero Code is no code. All methods are safe for every value.
type Code int64

// search returns where in the table c is, or would be.
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

// entry returns the row of c itself or, where its number is known and came with another status, that of its number;
// nil for a code that is unknown altogether.
func (c Code) entry() *entry {
	i, found := search(c)
	if found {
		return &table[i]
	}
	n := c.Number()
	if n <= 0 {
		return nil
	}
	// Each number has one row, which stands just before or just after where this status would be.
	for _, j := range [...]int{i - 1, i} {
		if j >= 0 && j < len(table) && table[j].code.Number() == n {
			return &table[j]
		}
	}
	return nil
}

// MakeCode returns the code of the API's number and the HTTP status, whether or not this library has a constant for
// it: MakeCode(20002, 404) is [MemberNotFound], MakeCode(0, 404) is [NotFound]. It returns 0 where there can be no such
// code: for a negative number or one too large for a Code, and for a status that is not of three digits.
func MakeCode(number int64, status int) Code {
	if status < 100 || status > 999 || number < 0 || number > (math.MaxInt64-int64(status))/1000 {
		return 0
	}
	return Code(number*1000 + int64(status))
}

// Codes iterates over every constant of this package, in order: the plain codes first, then by number.
func Codes() iter.Seq[Code] {
	return func(yield func(Code) bool) {
		for i := range table {
			if !yield(table[i].code) {
				return
			}
		}
	}
}

// Lookup returns the constant with the given number and status, and whether there is one. Unlike [MakeCode] it knows
// only the codes that have a constant: it tells whether a code is known.
func Lookup(number int64, status int) (Code, bool) {
	c := MakeCode(number, status)
	if _, found := search(c); !found {
		return 0, false
	}
	return c, true
}

// Number returns the API's own number, the `code` of the response: 20003 for [MemberNotFoundWithRef], 0 for a plain
// code.
func (c Code) Number() int64 { return int64(c) / 1000 }

// Status returns the HTTP status: 404 for [MemberNotFoundWithRef].
func (c Code) Status() int { return int(c % 1000) }

// Name returns the name of the constant, such as "MemberNotFoundWithRef", and "" for a code that has none.
func (c Code) Name() string {
	if i, found := search(c); found {
		return table[i].name
	}
	return ""
}

// Message returns the API's English text for c. Where that names something, it is a template, such as
// "Member '{memberRef}' not found."; [Code.WithRef] fills it in, and it is never sent unfilled. A known number that came
// with another status has the text of its number. A code that is unknown altogether has none: "".
func (c Code) Message() string {
	if e := c.entry(); e != nil {
		return e.message
	}
	return ""
}

// Base returns the numbered code that c refines: [MemberNotFound] for [MemberNotFoundWithRef], and the constant for a
// known number that came with another status. It is 0 for a code that refines none; that c is also the plain code of its
// status is told by [Code.Is] alone.
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

// Is tells whether c is a case of target. It is what [errors.Is] asks, and compares only with a target that is itself
// a Code:
//
//   - a code is itself;
//   - it is the code that it refines: MemberNotFoundWithRef is a MemberNotFound, and a known number that came with
//     another status is the constant of that number;
//   - it is the plain code of its status: every 404 is a NotFound, unknown ones too. A status without a constant
//     counts as the x00 of its class, as RFC 9110 has it: 418 is a BadRequest, 503 an InternalServerError.
//
// It never holds the other way round: a MemberNotFound is not a MemberNotFoundWithRef. Code(0) is itself alone.
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
		return t.Status() == c.Status() || t == c.class()
	}
	for b := c.Base(); b != 0; b = b.Base() {
		if b == t {
			return true
		}
	}
	return false
}

// class returns the plain code that c's status counts as.
func (c Code) class() Code {
	plain := Code(c.Status())
	if _, found := search(plain); found {
		return plain
	}
	return plain / 100 * 100
}

// templates are the codes whose text names something.
var templates = [...]Code{MemberNotFoundWithRef, GroupNotFoundWithRef, NotOwnMemberWithRef, NotOwnGroupWithRef}

// naming returns the code that names what c is about, which may be c itself, and the text around the reference. It
// returns false for a code that names nothing.
func (c Code) naming() (_ Code, before, after string, _ bool) {
	n := c.Number()
	for _, t := range templates {
		if n != t.Number() && n != t.Base().Number() {
			continue
		}
		before, rest, _ := strings.Cut(t.Message(), "{")
		_, after, _ := strings.Cut(rest, "}")
		return c + Code(t.Number()-n)*1000, before, after, true // with the status of c
	}
	return 0, "", "", false
}

// text returns what is sent for c where nobody has said anything better. It has no braces, and is empty for Code(0)
// alone.
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

// isTemplate tells whether message is one of the API's texts with the reference not filled in.
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

// Error returns the code and its text in one line, as an [*Error] of that code does: "20002/404: Member not found." The
// verbs of [fmt] print the code alone; see [Code.Format].
func (c Code) Error() string { return (&Error{Code: c}).Error() }

// String returns the code as it is printed, "20003/404". It is not the string of digits that the constant is.
func (c Code) String() string {
	return strconv.FormatInt(c.Number(), 10) + "/" + strconv.Itoa(c.Status())
}

// Format prints a code as "20003/404" with %v and %s, and in quotes with %q. %d and the other verbs for integers print
// the number alone. %#v prints Go: pkerr.MemberNotFoundWithRef, or a call of [MakeCode].
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
		_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), c.String())
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
	// No code can be this, so spell it as the constants are: 20003_007.
	return fmt.Sprintf("pkerr.Code(%d_%03d)", c.Number(), max(c.Status(), -c.Status()))
}

// LogValue logs a code as "20003/404".
func (c Code) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText writes a code as "20003/404", for JSON, for the keys of maps, and for flags. It never fails.
func (c Code) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what [Code.MarshalText] writes, and nothing else: a number, a slash, and a status of three
// digits, without signs or leading zeros. "0/0", the zero Code, is read too. Whether the code is known does not matter.
// On an error c is left as it was.
func (c *Code) UnmarshalText(text []byte) error {
	number, status, _ := strings.Cut(string(text), "/")
	n, _ := strconv.ParseInt(number, 10, 64)
	s, _ := strconv.Atoi(status)
	// Printing it again refuses all that these parsers are lenient about, and what they failed on.
	read := MakeCode(n, s)
	if read.String() != string(text) {
		return fmt.Errorf("pkerr: %.64q is not a code: want a number and a status, such as \"20003/404\"", text)
	}
	*c = read
	return nil
}

// WithRef returns an error that names what c is about: the member or group that the caller asked for, as it was
// spelled. The code becomes the one that names it: MemberNotFound and MemberNotFoundWithRef both give a
// MemberNotFoundWithRef. The reference goes into the message as it is. For a code that names nothing, the error is the
// plain one of that code.
func (c Code) WithRef(ref string) *Error { return (&Error{Code: c}).WithRef(ref) }

// WithMessage returns an error with the code c and another text than the API's own. An empty message is no message:
// the API's own is sent.
func (c Code) WithMessage(message string) *Error { return (&Error{Code: c}).WithMessage(message) }

// WithRetryAfter returns an error with the code c that tells the client to wait for d. The wire has whole milliseconds:
// a part of one is rounded up, and a negative d counts as 0.
func (c Code) WithRetryAfter(d time.Duration) *Error { return (&Error{Code: c}).WithRetryAfter(d) }

// WithScope returns an error with the code c that names the rate limit that was hit, such as "generic_get".
func (c Code) WithScope(scope string) *Error { return (&Error{Code: c}).WithScope(scope) }

// WithCause returns an error with the code c and the reason behind it. The cause is for [errors.Is], [errors.As] and logs;
// it is never sent.
func (c Code) WithCause(cause error) *Error { return (&Error{Code: c}).WithCause(cause) }
