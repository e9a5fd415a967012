package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const gzipMagic = "\x1f\x8b\x08"

// plainText undoes what tools and copying may have done to a response. It
// undoes compression, UTF-16, byte order marks, terminal escape sequences,
// quotation, dumps, and the marks of a trace.
func plainText(input []byte) []byte {
	text := bytes.TrimLeft(fromUTF16(gunzip(input)), "\uFEFF")
	if json.Valid(text) {
		return text
	}
	text = text[:min(len(text), maxText)]
	head, _, _ := bytes.Cut(text, []byte(gzipMagic))
	packed := text[len(head):] // it stays as it is
	head = rewrite(head, []rewriting{
		{`\r+\n`, "\n"},
		{`\n\n(` + knownHeader + `)`, "\n$1"}, // line breaks may be doubled
		{`\x1b(?:\[[0-?]*[\x20-\x2f]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[\x20-\x2f]*[0-~])`, ""},
	})
	head = undump(head)
	isTrace := regexp.MustCompile(`< HTTP/\d|> [A-Z]+ \S+ HTTP/\d`).Match(head)
	if head = withoutPrefix(head); isTrace {
		head = withoutNotes(head)
	}
	head = rewrite(head, []rewriting{ // the answer to a CONNECT is not that of the API
		{`(?m)^HTTP/1\.[01] 2\d\d (?i:.*connect).*\n`, ""},
		{`(?m)^(.*CONNECT \S+ HTTP/1\.[01])\n\s*HTTP/1\.[01] 2\d\d.*$`, "$1"},
	})
	return append(head, packed...)
}

// A rewriting is a pattern and its replacement.
type rewriting [2]string

// rewrite applies rewritings to a text, one after the other.
func rewrite(text []byte, all []rewriting) []byte {
	for _, r := range all {
		text = regexp.MustCompile(r[0]).ReplaceAll(text, []byte(r[1]))
	}
	return text
}

// gunzip decompresses input as far as it can. Other input it returns as is.
func gunzip(input []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(input))
	if err != nil {
		return input // not compressed
	}
	text, err := io.ReadAll(io.LimitReader(r, maxInput))
	if len(text) == 0 && err != nil {
		return input
	}
	return text
}

// fromUTF16 converts UTF-16 to UTF-8. It returns any other text as is.
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

// undump returns the bytes that a dump shows. A dump has rows of an offset and
// of hexadecimal numbers or text, and perhaps a line above them that says how
// many bytes were sent or received. Its other lines are left out.
func undump(text []byte) []byte {
	if !regexp.MustCompile(`(?m)^\s*(?:0x)?0{4,8}(?::| +[0-9a-fA-F]{2})`).Match(text) {
		return text
	}
	rowOf := regexp.MustCompile(`^\s*(?:0x)?([0-9a-fA-F]{4,8})(?:: ?| )(.*)$`)
	numbers := regexp.MustCompile(`^\s*((?:[0-9a-fA-F]{2} {0,2}){1,16})(?:\s.*)?$`)
	summary := regexp.MustCompile(`(<=|=>) (?:Send|Recv) (SSL )?\w+, (\d+) bytes`)
	var out []byte
	size, direction, encrypted := int64(-1), "", false
	lines := append(bytes.Split(text, []byte("\n")), nil) // every row has a next line
	for i, line := range lines[:len(lines)-1] {
		if m := summary.FindSubmatch(line); m != nil {
			size, _ = strconv.ParseInt(string(m[3]), 10, 64)
			if encrypted = m[2] != nil; !encrypted && direction != string(m[1]) {
				out, direction = append(out, '\n'), string(m[1])
			}
			continue
		}
		m := rowOf.FindSubmatch(line)
		if m == nil || encrypted {
			continue
		}
		start, _ := strconv.ParseInt(string(m[1]), 16, 64) // eight digits at most
		end := size
		if next := rowOf.FindSubmatch(lines[i+1]); next != nil {
			end, _ = strconv.ParseInt(string(next[1]), 16, 64)
		}
		if n := numbers.FindSubmatch(m[2]); n != nil {
			content, _ := hex.DecodeString(strings.ReplaceAll(string(n[1]), " ", "")) // the pattern has only pairs of digits
			if end < 0 || int64(len(content)) == end-start {
				out = append(out, content...)
				continue
			}
		}
		if out = append(out, m[2]...); start+int64(len(m[2])) != end {
			out = append(out, '\n')
		}
	}
	return rewrite(out, []rewriting{{`\r+\n`, "\n"}})
}

// withoutNotes drops the notes of a trace, and all but the first line of a
// request.
func withoutNotes(text []byte) []byte {
	const stamp = `(?:\d\d:\d\d:\d\d\.\d+ (?:\[[^\]]*\] )?)?`
	return rewrite(text, []rewriting{
		{`(?m)^(?:` + stamp + `(?:\*(?: [^[\n].*)?|>(?: [\w-]+:.*)?|[{}] \[\d+ bytes data\])|.*--:--:--.*)(?:\n|$)`, ""},
		{`(?m)` + stamp + `\* (?:Connection|Closing|Leftovers).*$`, ""}, // after a body without a line break
	})
}

// withoutPrefix removes the prefix of status lines, as in logs and indented
// output, from all lines that have it. The digits of a prefix may differ, as
// those of a time do. A status line in a sentence or in a string stays as is.
func withoutPrefix(text []byte) []byte {
	const most = 100
	if !mentionsStatus(text) {
		return text
	}
	prefixed := regexp.MustCompile(`(?m)^((?:[^\n"'{]*(?:[^A-Za-z\s"'{,]|\d[A-Za-z]{1,2}))?[ \t]*["']?)` +
		`(?:HTTP/[123][\d.]*|:status:?)[ \t]+\d{3}(?:[ \t][^\n"']*)?["']?$`)
	entity := regexp.MustCompile(`&\w+;$`) // it is undone later
	done := map[string]bool{}
	for _, m := range prefixed.FindAllSubmatch(text, most) {
		marks := bytes.TrimRight(m[1], " ")
		if len(m[1]) == 0 || !utf8.Valid(marks) || entity.Match(marks) || len(marks) == len(m[1]) && bytes.ContainsAny(m[1][len(m[1])-1:], "}]>") {
			continue // not a prefix, or the body of another response
		}
		prefix := regexp.MustCompile(`\d`).ReplaceAllLiteralString(regexp.QuoteMeta(string(marks)), `\d`)
		if done[prefix] {
			continue
		}
		done[prefix] = true
		spaces := len(m[1]) - len(marks)
		least := 0 // a status line can be indented, unlike the body
		if spaces == 1 {
			least = 1
		}
		text = regexp.MustCompile(fmt.Sprintf(`(?m)^%s(?: {%d,%d}|$)`, prefix, least, spaces)).ReplaceAll(text, nil)
	}
	return text
}

// unescaped undoes the escapes of a string literal or of HTML.
func unescaped(text []byte) []byte {
	escape := regexp.MustCompile(`\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[rntbf"'/\\])`)
	text = escape.ReplaceAllFunc(text, func(m []byte) []byte {
		r, _, _, err := strconv.UnquoteChar(string(m), 0)
		switch {
		case err == nil:
			return []byte(string(r))
		case len(m) == 2:
			return m[1:]
		}
		return m // half of a surrogate pair
	})
	return []byte(html.UnescapeString(string(text)))
}

// relaxed rewrites object literals of other languages as JSON.
func relaxed(text []byte) []byte {
	return rewrite(text, []rewriting{
		{`[“”„]`, `"`},
		{`\x{a0}`, " "},
		{`=>`, ":"},
		{`(?m)\s//[^"\n]*$`, ""},                        // a comment
		{`(?m)^\s*\d*\s*\| ?`, ""},                      // a gutter
		{`("[^"\n]*)\n\s*([^"\n]*")`, "$1 $2"},          // a line break in a string
		{`([{,]\s*)(?:'(\w+)'|(\w+))\s*:`, `$1"$2$3":`}, // a key
		{`(:\s*)'([^'"\n]*)'(\s*[,}\]])`, `$1"$2"$3`},   // a value
		{`:\s*(?:None|nil|undefined|\[(?:Object|Array)\])(\s*[,}\]])`, ":null$1"}, // no value
		{`,(\s*[}\]])`, "$1"}, // a trailing comma
	})
}
