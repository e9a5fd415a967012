package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"html"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

const gzipMagic = "\x1f\x8b\x08"

// plainText undoes what may stand between a response and the input:
// compression, UTF-16, byte order marks, the escape sequences of terminals,
// quotation, dumps, and the marks of a trace.
func plainText(input []byte) []byte {
	text := bytes.TrimLeft(fromUTF16(gunzip(input)), "\uFEFF")
	if json.Valid(text) {
		return text
	}
	text = text[:min(len(text), maxText)]
	packed := len(text)
	if i := bytes.Index(text, []byte(gzipMagic)); i >= 0 {
		packed = i // a compressed body stays as it is
	}
	head := regexp.MustCompile(`\r+\n`).ReplaceAll(text[:packed], []byte("\n"))
	head = regexp.MustCompile(`\n\n(`+knownHeader+`)`).ReplaceAll(head, []byte("\n$1")) // line breaks may be doubled
	for _, undo := range []func([]byte) []byte{withoutEscapes, withoutMargin, undump, withoutMarks, withoutPrefix} {
		head = undo(head)
	}
	return append(head, text[packed:]...)
}

// gunzip returns what was compressed, as far as it can be read, or else the
// input.
func gunzip(input []byte) []byte {
	if !bytes.HasPrefix(input, []byte(gzipMagic)) {
		return input
	}
	r, err := gzip.NewReader(bytes.NewReader(input))
	if err != nil {
		return input
	}
	text, err := io.ReadAll(io.LimitReader(r, maxInput))
	if len(text) == 0 && err != nil {
		return input
	}
	return text
}

// fromUTF16 returns UTF-16 as UTF-8, with or without a byte order mark, and any
// other text as it is.
func fromUTF16(input []byte) []byte {
	var order binary.ByteOrder = binary.LittleEndian
	switch start := string(input[:min(len(input), 2)]); {
	case len(start) < 2 || start != "\xff\xfe" && start != "\xfe\xff" && (start[0] == 0) == (start[1] == 0):
		return input
	case start == "\xfe\xff" || start[0] == 0:
		order = binary.BigEndian
	}
	units := make([]uint16, len(input)/2)
	for i := range units {
		units[i] = order.Uint16(input[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}

// withoutEscapes returns a text without the escape sequences of a terminal,
// also if they were copied as "^[[1m", or without the escape character.
func withoutEscapes(text []byte) []byte {
	if bytes.IndexByte(text, '\x1b') >= 0 {
		text = regexp.MustCompile(`\x1b(?:\[[0-?]*[\x20-\x2f]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[\x20-\x2f]*[0-~])`).ReplaceAll(text, nil)
	}
	for _, reset := range []string{"^[[0m", "[0m", "[39;49;00m"} {
		if bytes.Contains(text, []byte(reset)) {
			return regexp.MustCompile(`(?:\^\[)?\[(?:\d{1,3}(?:;\d{1,3})*)?m`).ReplaceAll(text, nil)
		}
	}
	return text
}

// withoutMargin returns a text without what begins each of its lines: the marks
// of a quotation, a gutter, indentation.
func withoutMargin(text []byte) []byte {
	const deepest = 4
	for range deepest {
		if regexp.MustCompile(`(?m)^[^>| \t\r\n]`).Match(text) {
			break
		}
		text = regexp.MustCompile(`(?m)^(?:[>|] ?|[ \t]+)`).ReplaceAll(text, nil)
	}
	return text
}

// undump returns a text in which dumps are undone: rows of an offset and bytes
// as hexadecimal numbers, or of an offset and text.
func undump(text []byte) []byte {
	if !regexp.MustCompile(`(?m)^\s*(?:0x)?0{4,8}[: ]`).Match(text) {
		return text
	}
	numbers := regexp.MustCompile(`(?m)^\s*(?:0x)?[0-9a-fA-F]{4,8}:?\s+((?:[0-9a-fA-F]{2} {0,2}){1,16})(?:\s.*)?(?:\n|$)`)
	text = numbers.ReplaceAllFunc(text, func(row []byte) []byte {
		content, _ := hex.DecodeString(strings.ReplaceAll(string(numbers.FindSubmatch(row)[1]), " ", "")) // of hexadecimal digits
		return content
	})
	const full = 64 // a longer line goes on in the next row
	words := regexp.MustCompile(`(?m)^[0-9a-f]{4,8}:(?: (.*))?(?:\n|$)`)
	text = words.ReplaceAllFunc(text, func(row []byte) []byte {
		content := words.FindSubmatch(row)[1]
		if len(content) == full {
			return content
		}
		return append(slices.Clip(content), '\n')
	})
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
}

// withoutMarks returns a text without the marks of a trace: the time, "<"
// before what was received, and the lines about the connection. Of the request
// it keeps the first line.
func withoutMarks(text []byte) []byte {
	const stamp = `(?:\d\d:\d\d:\d\d\.\d+ (?:\[[^\]]*\] )?)?`
	if !regexp.MustCompile(`(?m)^` + stamp + `(?:< HTTP/\d|> [A-Z]+ \S+ HTTP/\d|<= Recv )`).Match(text) {
		return text
	}
	for _, rule := range [][2]string{
		{`(\S)((?:<=|=>) (?:Send|Recv) )`, "$1\n$2"}, // behind a dump without a line break
		{`(?m)^` + stamp + `> ([A-Z]+ \S+ HTTP/.*)$`, "$1"},
		{`(?m)^` + stamp + `(?:[*>](?: .*)?|[{}] \[\d+ bytes data\]|(?:== Info: |(?:<=|=>) (?:Send|Recv) ).*)(?:\n|$)`, ""},
		{`(?m)^.*--:--:--.*\n|^[\r ]*\d{1,3} +\d[\d.kMG]* +\d{1,3} +\d.*\n|^  % Total .*\n|^ +Dload +Upload.*\n`, ""}, // how far it is
		{`(?m)^` + stamp + `<(?: |$)`, ""},
		{`(?m)` + stamp + `(?:\* (?:Connection|Closing|Leftovers)|== Info: ).*$`, ""}, // behind a body without a line break
	} {
		text = regexp.MustCompile(rule[0]).ReplaceAll(text, []byte(rule[1]))
	}
	return text
}

// withoutPrefix returns a text in which no status line has a prefix, as in logs
// and indented output, and neither have the lines around it. Digits may differ,
// as those of a time. A status line in a sentence or in a string stays.
func withoutPrefix(text []byte) []byte {
	const most = 100
	if !mentionsStatus(text) {
		return text
	}
	prefixed := regexp.MustCompile(`(?m)^((?:[^\n"'{]*(?:[^A-Za-z\s"'{,]|\d[A-Za-z]{1,2}))?[ \t]*["']?)` +
		`(?:HTTP/[123][\d.]*|:status:?)[ \t]+\d{3}(?:[ \t][^\n"']*)?["']?$`)
	done := map[string]bool{}
	for _, m := range prefixed.FindAllSubmatch(text, most) {
		marks := bytes.TrimRight(m[1], " ")
		if len(m[1]) == 0 || len(marks) == len(m[1]) && bytes.ContainsAny(m[1][len(m[1])-1:], "}]>") {
			continue // there is none, or it is the body of another response
		}
		prefix := regexp.MustCompile(`\d`).ReplaceAllLiteralString(regexp.QuoteMeta(string(marks)), `\d`)
		if done[prefix] {
			continue
		}
		done[prefix] = true
		text = regexp.MustCompile(`(?m)^`+prefix+` {0,`+strconv.Itoa(len(m[1])-len(marks))+`}`).ReplaceAll(text, nil)
	}
	return text
}

// undoings are ways to read a text in which nothing was found as it stands.
func undoings() []func([]byte) []byte { return []func([]byte) []byte{unescaped, relaxed} }

// unescaped returns a text whose quotation marks and ends of lines are escaped,
// as in a string of a program or in HTML, without that.
func unescaped(text []byte) []byte {
	var s string
	if json.Unmarshal(text, &s) == nil {
		return []byte(s)
	}
	escape := regexp.MustCompile(`\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[rntbf"'/\\])`)
	text = escape.ReplaceAllFunc(text, func(m []byte) []byte {
		switch m[1] {
		case '"', '\'', '/', '\\':
			return m[1:]
		}
		r, _, _, err := strconv.UnquoteChar(string(m), 0)
		if err != nil {
			return m
		}
		return []byte(string(r))
	})
	return []byte(html.UnescapeString(string(text)))
}

// relaxed returns a text in which the objects of other languages are written as
// JSON: with typographic or single quotation marks, with bare keys, or with
// line breaks in strings.
func relaxed(text []byte) []byte {
	s := strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "\u00a0", " ", "=>", ":").Replace(string(text))
	for _, rule := range [][2]string{
		{`(?m)\s//[^"\n]*$`, ""},                             // a comment
		{`(?m)^\s*\d*\s*\| ?`, ""},                           // a gutter
		{`("[^"\n]*)\n\s*([^"\n]*")`, "$1 $2"},               // a line break in a string
		{`([{,]\s*)(?:'(\w+)'|(\w+))\s*:`, `$1"$2$3":`},      // a key
		{`(:\s*)'([^'"\n]*)'(\s*[,}\]])`, `$1"$2"$3`},        // a value
		{`:\s*(?:None|nil|undefined)(\s*[,}\]])`, ":null$1"}, // no value
		{`,(\s*[}\]])`, "$1"},                                // a comma too many
	} {
		s = regexp.MustCompile(rule[0]).ReplaceAllString(s, rule[1])
	}
	return []byte(s)
}
