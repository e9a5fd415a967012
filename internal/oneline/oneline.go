// Package oneline makes text that came from outside safe to print: one line,
// bounded, and nothing in it that a terminal, a log or a reader's eye would
// obey.
package oneline

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Append appends s to dst, in at most limit bytes and a mark for what was cut.
// What is not printable is escaped as Go escapes it: control characters, line
// breaks, the marks that turn the direction of writing, and bytes that are not
// UTF-8.
func Append(dst []byte, s string, limit int) []byte {
	end := len(dst) + limit
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		start := len(dst)
		switch {
		case r == utf8.RuneError && size == 1:
			const hex = "0123456789abcdef"
			dst = append(dst, '\\', 'x', hex[s[i]>>4], hex[s[i]&15])
		case strconv.IsPrint(r):
			dst = append(dst, s[i:i+size]...)
		default:
			dst = strconv.AppendQuoteRune(dst, r)
			// The rune stands between two quotation marks, which are not wanted
			// here.
			dst = append(dst[:start], dst[start+1:len(dst)-1]...)
		}
		if len(dst) > end {
			return append(dst[:start], "…"...)
		}
		i += size
	}
	return dst
}

// Text returns s as [Append] appends it.
func Text(s string, limit int) string { return string(Append(nil, s, limit)) }

// Format prints an error for every verb of fmt: its text, or for %#v what
// goString returns. Without it %d and its like would walk through the fields of
// the error, and print them raw.
func Format(f fmt.State, verb rune, err error, goString func() string) {
	switch verb {
	case 'v':
		if f.Flag('#') {
			_, _ = fmt.Fprint(f, goString())
			return
		}
		verb = 's'
		fallthrough
	case 's', 'q', 'x', 'X':
		_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), err.Error())
	default:
		_, _ = fmt.Fprintf(f, "%%!%c(%T=%s)", verb, err, err.Error())
	}
}
