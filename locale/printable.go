package locale

import (
	"strings"
	"unicode"
)

// The most characters of an untrusted text that are shown.
const (
	maxRef  = 64  // of a name within a sentence
	maxText = 512 // of a text on its own
)

// printable makes untrusted text safe to put into another text: on one line,
// trimmed, without control characters and marks that change the direction of
// writing, and cut to limit characters. It returns "" if nothing is visible.
func printable(s string, limit int) string {
	var b strings.Builder
	space, seen, n := false, false, 0
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case r != '\u200c' && r != '\u200d' && unicode.Is(unicode.C, r):
			// The zero-width joiner and non-joiner are needed in some scripts
			// and emoji.
			continue
		}
		if space {
			n++
		}
		if n >= limit {
			b.WriteRune('…')
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
		n++
		seen = seen || isVisible(r)
	}
	if !seen {
		return ""
	}
	return b.String()
}

// isVisible reports whether r is visible by itself.
func isVisible(r rune) bool {
	const blank = '\u2800' // the blank Braille pattern
	return r != blank && unicode.IsGraphic(r) &&
		!unicode.In(r, unicode.M, unicode.Other_Default_Ignorable_Code_Point)
}
