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
// characters that are invisible or turn the direction of writing, and cut to so many characters.
func printable(s string, limit int) string {
	var b strings.Builder
	space, n := false, 0
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
			b.WriteByte(' ')
			n++
		}
		space = false
		if n >= limit {
			b.WriteRune('…')
			break
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}
