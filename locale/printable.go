package locale

import (
	"strings"
	"unicode"
)

// How many characters of a stranger's text are shown: of a name within a sentence, and of a text that stands for itself.
const (
	maxRef  = 64
	maxText = 512
)

// printable returns a stranger's text as it may stand in ours: in one line, without white space around it, without
// characters that control something or turn the direction of writing, and cut to so many characters. It is "" where nothing
// can be seen.
func printable(s string, limit int) string {
	var b strings.Builder
	space, seen, n := false, false, 0
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case r != '\u200c' && r != '\u200d' && unicode.Is(unicode.C, r):
			// The two that are let through join letters and emoji, or keep them apart.
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
		seen = seen || visible(r)
	}
	if !seen {
		return ""
	}
	return b.String()
}

// visible tells whether a character leaves a mark of its own.
func visible(r rune) bool {
	const blank = '\u2800' // in Braille
	return r != blank && unicode.IsGraphic(r) && !unicode.In(r, unicode.M, unicode.Other_Default_Ignorable_Code_Point)
}
