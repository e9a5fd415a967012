package main

import (
	"strings"
	"unicode"
)

// wrapped returns text in lines of so many columns at most. What has no spaces is broken where the line ends. It returns
// nothing for a text with nothing in it.
func wrapped(text string, limit int) []string {
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsSeq(text) {
		for word != "" {
			n := columns(word)
			gap := ""
			if used > 0 {
				gap = " "
			}
			if used+len(gap)+n <= limit {
				line, used, word = line+gap+word, used+len(gap)+n, ""
				continue
			}
			// A word that fits on no line is broken, and begins on this one where it is one of a script without spaces.
			if n > limit && (used == 0 || limit-used > limit/2) {
				head := fitting(word, limit-used-len(gap))
				line, word = line+gap+head, word[len(head):]
			}
			lines, line, used = append(lines, line), "", 0
		}
	}
	if used > 0 {
		lines = append(lines, line)
	}
	return lines
}

// fitting returns the start of a word that takes so many columns at most, and one letter at least.
func fitting(word string, limit int) string {
	used := 0
	for i, r := range word {
		if used += runeColumns(r); used > limit && i > 0 {
			return word[:i]
		}
	}
	return word
}

// columns returns how many columns a text takes on a terminal.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n += runeColumns(r)
	}
	return n
}

// runeColumns is right for nearly all that the texts have: the scripts of East Asia are two columns wide, marks none.
func runeColumns(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana),
		r >= 0x3000 && r <= 0x30ff, r >= 0xff00 && r <= 0xff60, r >= 0x1f300 && r <= 0x1faff:
		return 2
	}
	return 1
}
