package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// printJSON writes a document with nothing in it that a terminal would obey.
func (s *session) printJSON(v any) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return err
	}
	return s.print(string(escaped(b.Bytes())))
}

// escaped returns a document with all in its strings that is not printable escaped: also what JSON does not ask for, such as the
// marks that turn the direction of writing.
func escaped(document []byte) []byte {
	out := make([]byte, 0, len(document))
	for len(document) > 0 {
		r, size := utf8.DecodeRune(document)
		switch {
		case r == '\n' || strconv.IsPrint(r):
			out = append(out, document[:size]...)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				out = fmt.Appendf(out, `\u%04x`, unit)
			}
		}
		document = document[size:]
	}
	return out
}
