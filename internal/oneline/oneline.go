// Package oneline makes untrusted text safe to print: one bounded line without
// control characters.
package oneline

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Append appends s to dst, in at most limit bytes, plus an ellipsis if s was
// cut. It escapes unprintable characters as Go does: control characters, line
// breaks, marks that change the direction of text, and bytes that are not
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
			// Remove the quotation marks around the rune.
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

// Format prints the text of err for every verb of fmt, and what goString
// returns for %#v. Without it, verbs such as %d would print the fields of the
// error unescaped.
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
