package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	maxInput  = 32 << 20  // bytes that are read from an input
	maxText   = 2 << 20   // bytes that are looked at if it is not JSON
	maxWords  = 64 << 10  // bytes that are searched for a status, a request or a code
	maxHead   = 256 << 10 // bytes of the headers of a response
	maxNested = 4         // responses quoted in each other
)

// These are a certainty and a source of a reading.
const (
	likely       = "likely"
	headersAlone = "headers"
)

// A reading is what an input says about one response.
type reading struct {
	status       int // 0: there is no status line
	header       http.Header
	body         []byte
	content      content
	silent       bool // there is no body, and the headers mention none
	method, path string
	truncated    bool   // the input goes on after what was read
	certainty    string // certain, likely or guess
	source       string // what it was read from, as in the template "source"

	// The status line begins at start.
	start, bodyStart int
	clean            bool // between them are only headers and an empty line

	// The rest is about inputs without a status line.
	textStatus   int   // the status that the text states without a status line
	unstructured bool  // body is text that may not be the body at all
	match        match // the code that the text names
}

// readResponse finds the last response in an input, whatever surrounds it. The
// input has at most maxInput+1 bytes. If it has that many, it was cut off.
func readResponse(input []byte) *reading {
	text := plainText(input)
	r := readText(text, 0)
	r.truncated = len(input) > maxText && len(text) <= maxText
	return r
}

// readText reads a text. If it finds no response, it undoes a level of
// quotation and tries again.
func readText(text []byte, depth int) *reading {
	if r := readHeads(text); r != nil {
		return r
	}
	if inner := findDocuments(text); len(inner) > 0 && depth < maxNested {
		r := readText(plainText(inner), depth+1)
		if r.source = "document"; r.header.Get("X-Log") != "" {
			r.source, r.certainty = "log", likely
		}
		return r
	}
	r := readLoose(text)
	if own, _ := r.content.status(); r.found() && own != 0 || r.textStatus != 0 && !r.unstructured {
		return r
	}
	undone := text
	for _, undo := range []func([]byte) []byte{unescaped, relaxed} {
		next := undo(undone)
		if r.found() || depth == maxNested || bytes.Equal(next, undone) {
			continue
		}
		undone = next
		if inner := readText(plainText(undone), depth+1); inner.found() {
			inner.certainty = likely
			return inner
		}
	}
	if m := findCode(string(text[:min(len(text), maxWords)])); m.code.Number() != 0 {
		r.match, r.source, r.certainty, r.textStatus = m, "code", "guess", 0
	} else if r.textStatus == 0 && r.unstructured {
		r.textStatus = m.code.Status()
	}
	return r
}

// found reports whether the input has a response or the body of an error.
func (r *reading) found() bool { return r.status != 0 || r.content.isError }

// readHeads reads a text with status lines. It returns nil if there are none.
func readHeads(text []byte) (last *reading) {
	const most = 1000
	if !mentionsStatus(text) {
		return nil
	}
	all := regexp.MustCompile(`(?m)`+statusLine).FindAllSubmatchIndex(text, -1)
	for _, m := range all[max(0, len(all)-most):] {
		if last == nil && m[2] < m[3] {
			continue // the end of a page, or of the body of a response that is not there
		}
		r := &reading{header: http.Header{}, start: m[3], certainty: "certain", source: "response"}
		r.status, _ = strconv.Atoi(string(text[m[4]:m[5]])) // three digits
		r.readHeaders(text, m[1])
		if last == nil || last.followedBy(r, text[last.bodyStart:r.start]) {
			last = r
		}
	}
	if last == nil {
		return nil
	}
	if !last.clean {
		last.certainty = likely
	}
	last.method, last.path = findRequest(text[:last.start])
	if last.takeBody(text); last.content.kind == kindMissing {
		last.source = "head"
	}
	return last
}

// mentionsStatus is a quick check that reports whether a text can have a status
// line.
func mentionsStatus(text []byte) bool {
	return bytes.Contains(text, []byte("HTTP/")) || bytes.Contains(text, []byte(":status"))
}

// statusLine matches a status line, even right after another body.
const statusLine = `(^|[}\]>])(?:HTTP/(?:1\.[01]|2(?:\.0)?|3(?:\.0)?)|:status:?)[ \t]+([1-9]\d\d)(?:[ \t][^\\\n]*)?(?:\n|$)`

// readHeaders reads the headers from pos up to where the body must begin.
func (r *reading) readHeaders(text []byte, pos int) {
	block := text[pos:min(len(text), pos+maxHead)]
	r.bodyStart = pos + len(block)
	if end := regexp.MustCompile(`(?m)^[ \t]*(\n)|^[ \t]*[{\["<]|` + statusLine).FindSubmatchIndex(block); end != nil {
		if r.bodyStart = pos + end[0]; end[2] >= 0 {
			r.bodyStart, r.clean = pos+end[1], true
		}
		block = block[:end[0]]
	}
	follows := len(bytes.TrimSpace(text[r.bodyStart:])) > 0
	token := regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
	for line := range bytes.Lines(block) {
		key, value, ok := strings.Cut(string(bytes.TrimSpace(line)), ":")
		if !ok || !token.MatchString(key) {
			if r.clean = false; !follows {
				r.bodyStart, follows = pos, true
			}
		} else if key, value = http.CanonicalHeaderKey(key), strings.TrimSpace(value); !slices.Contains(r.header[key], value) {
			r.header[key] = append(r.header[key], value)
		}
		pos += len(line)
	}
}

// knownHeader matches the key and colon of headers that responses often have.
const knownHeader = `(?i:(?:access|alt|cache|cf|content|fly|retry|set|transfer|www|x)-[a-z-]+|` +
	`allow|connection|date|etag|location|server|vary|via):`

// followedBy reports whether next begins another response and is not part of
// the body of r. It goes by the text between them. A response in the body of an
// error must not turn the error into a success.
func (r *reading) followedBy(next *reading, between []byte) bool {
	between = between[:min(len(between), maxWords)]
	body := bytes.TrimSpace(dechunked(between))
	length := r.header.Get("Content-Length")
	switch {
	case next.status >= 400, r.status < 300,
		r.status < 400 && r.header.Get("Location") != "",
		r.status == http.StatusUnauthorized && r.header.Get("WWW-Authenticate") != "",
		r.status == http.StatusProxyAuthRequired && r.header.Get("Proxy-Authenticate") != "",
		length == strconv.Itoa(len(between)), length == strconv.Itoa(len(body)),
		bytes.HasSuffix(bytes.ToLower(body), []byte("</html>")):
		return true
	}
	_, path := findRequest(between)
	return path != "" || kindOf(body) == kindJSON
}

// takeBody sets the body of the response in a text.
func (r *reading) takeBody(text []byte) {
	body := gunzip(dechunked(text[r.bodyStart:]))
	length, err := strconv.Atoi(r.header.Get("Content-Length"))
	kind, trimmed := kindOf(body), bytes.TrimSpace(body)
	lengths := []int{len(body), len(trimmed), len(body) + bytes.Count(body, []byte("\n"))} // line endings may have changed
	isJSON := strings.Contains(r.header.Get("Content-Type"), "json")
	quoted := contentOf(findObject(trimmed))
	intact := r.clean && (kind == kindBroken || err != nil && !isJSON && !quoted.isClearError() || slices.Contains(lengths, length))
	if kind != kindEmpty && kind != kindJSON && !intact {
		// The text may contain more than the body.
		found := findBody(trimmed)
		if bytes.HasPrefix(found, []byte("<")) || contentOf(found).isError || isJSON && kind != kindBinary {
			body, r.certainty = found, likely
		} else if r.clean && length > 0 && length < len(body) {
			body = body[:length]
		}
	}
	if len(bytes.TrimSpace(body)) == 0 {
		body = nil
	}
	if body == nil && r.status >= http.StatusBadRequest && (err != nil || length > 0) {
		// A tool may print the body first, before the request and the headers.
		before := regexp.MustCompile(`(?ms)^[A-Z]{3,7} \S+ HTTP/\d.*`).ReplaceAll(text[:r.start], nil)
		if earlier := findObject(before); contentOf(earlier).isError && !mentionsStatus(before) {
			body, r.certainty = earlier, likely
		}
	}
	if r.setBody(body); body == nil && (err != nil || length != 0) {
		r.silent = length <= 0 && r.method != http.MethodHead && !isRefusal(r.status) && (len(r.header) > 0 || r.clean) &&
			r.header.Get("Content-Type")+r.header.Get("Transfer-Encoding") == ""
		if !r.silent {
			r.content.kind = kindMissing
		}
	}
}

// setBody sets the body. A text is not all of it if the headers say that it is
// JSON or compressed.
func (r *reading) setBody(body []byte) {
	r.body, r.content = body, contentOf(body)
	switch isText := r.content.kind == kindText || r.content.kind == kindBinary; {
	case isText && r.header.Get("Content-Encoding") != "":
		r.content.kind = kindBinary // what a tool prints of a compressed body
	case isText && strings.Contains(r.header.Get("Content-Type"), "json"):
		r.content.kind = kindBroken
	}
}

// dechunked returns a body without the framing of the chunked encoding.
func dechunked(body []byte) []byte {
	size := regexp.MustCompile(`^\s*([0-9a-fA-F]{1,7})[ \t]*(?:;[^\n]*)?\r*\n`)
	var out []byte
	rest := body
	for m := size.FindSubmatch(rest); m != nil; m = size.FindSubmatch(rest) {
		n, _ := strconv.ParseInt(string(m[1]), 16, 32) // seven digits at most
		rest = rest[len(m[0]):]
		if n == 0 {
			return out
		}
		if int(n) > len(rest) && out == nil {
			break // not a size
		}
		end := min(int(n), len(rest)) // it may be cut off
		out, rest = append(out, rest[:end]...), rest[end:]
	}
	if out == nil || len(bytes.TrimSpace(rest)) > 0 {
		return body
	}
	return out
}

// findObject returns the last JSON object in a text that is clearly an error,
// or else the first object, or nil.
func findObject(text []byte) (found []byte) {
	const maxTries, maxObject = 1000, 4 * maxWords
	for range maxTries {
		i := bytes.IndexByte(text, '{')
		if i < 0 {
			break
		}
		text = text[i:]
		var object json.RawMessage
		if json.NewDecoder(bytes.NewReader(text[:min(len(text), maxObject)])).Decode(&object) != nil {
			text = text[1:]
			continue
		}
		if c := contentOf(object); found == nil || c.isClearError() {
			found = text[:len(object)]
		}
		text = text[len(object):]
	}
	return found
}

// findBody returns the HTML page in a text, or else a JSON object, or nil.
func findBody(text []byte) []byte {
	if page := regexp.MustCompile(`(?is)<(?:!doctype html|html).*(?:</html>|$)`).Find(text); page != nil {
		return page
	}
	return findObject(text)
}

// readLoose reads a text without a status line.
func readLoose(text []byte) *reading {
	r := &reading{header: http.Header{}, certainty: likely, source: "body"}
	if regexp.MustCompile(`^` + knownHeader).Match(text) {
		r.readHeaders(text, 0)
		r.source = headersAlone
	}
	around := regexp.MustCompile(`([}\]])(\d{3})\s*$`).ReplaceAll(text, []byte("$1\n$2")) // what a tool adds
	r.setBody(trimBody(text[r.bodyStart:]))
	switch whole := json.Valid(r.body); {
	case r.content.kind == kindEmpty:
		r.content.kind = kindMissing
	case whole && r.content.isError:
		r.certainty, around = "certain", nil
	case whole && bytes.ContainsAny(r.body[:1], "{[") && !contentOf(findObject(r.body)).isError:
		around = nil
	default:
		found := findBody(r.body)
		if c := contentOf(found); c.kind == kindHTML || c.isClearError() {
			i := bytes.Index(text, found)
			r.body, r.content, around = found, c, slices.Concat(text[:i], []byte("\n"), text[i+len(found):])
		} else if r.unstructured = true; r.content.isError {
			r.content = content{kind: kindText} // it only begins with a string
		}
	}
	r.method, r.path = findRequest(around)
	isPage := r.content.kind == kindHTML
	r.textStatus = findStatus(around)
	if quoted := findStatus(r.body); r.textStatus == 0 && isPage && isFailure(quoted) {
		r.textStatus = quoted
	}
	failed := regexp.MustCompile(`(?i)error|fatal|fail|exception|traceback|timed out|closed`).Match(around)
	if !isFailure(r.textStatus) && (failed || isPage && r.unstructured) {
		r.textStatus = 0 // it may be that of another response
	}
	return r
}

// findStatus returns the status that a text states without a status line:
// alone on a line, after a word such as "status", or with its reason phrase. It
// returns the last error status, or else the last status, or else 0.
func findStatus(text []byte) int {
	pattern := regexp.MustCompile(`(?im)^[ \t]*([1-5]\d\d)(?:[ \t|]+(?:[\d.]+s?|[a-z]+/\S+|charset=\S+|https?://\S+))*[ \t]*$|` +
		`(?:status(?:[ _-]?code)?|http[ _-]?code|response(?:[ _-]?code)?|http(?:[ _-]?error)?|error|HTTP/[\d.]+"?)` +
		`["')\]]*[\s:=(<\["']{1,6}([1-5]\d\d)\b|` +
		`\A\s*([45]\d\d)[ \t]+[^\d\s]|` +
		`\b([1-5]\d\d)\b\)?[\s:(<]*(?:, message=')?([A-Z][A-Za-z' :-]+)`)
	found := 0
	for _, m := range pattern.FindAllSubmatch(text[:min(len(text), maxWords)], -1) {
		status, _ := strconv.Atoi(string(slices.Concat(m[1], m[2], m[3], m[4]))) // three digits
		reason := strings.ToLower(http.StatusText(status))
		isReason := reason != "" && strings.Contains(strings.ToLower(string(m[5])), reason)
		if (m[5] == nil || isReason) && (status >= 400 || found < 400) {
			found = status
		}
	}
	return found
}

// findRequest returns the method and the path of the last request in a text.
func findRequest(input []byte) (method, path string) {
	text := string(input[max(0, len(input)-maxWords):])
	requestLine := regexp.MustCompile(`\b([A-Z]{3,7}) (?:https?://[^/\s"]+)?(/[^\s?#"]*)\S* HTTP/\d|` +
		`\b(GET|HEAD|POST|PUT|PATCH|DELETE) (/[^\s?#":]*)`)
	for line := range strings.Lines(text) {
		if m := requestLine.FindStringSubmatch(line); m != nil {
			method, path = m[1]+m[3], m[2]+m[4]
			continue
		}
		link := submatch(`https?://[^/\s"'<>\\]+(/[^\s?#"'<>\\,)|]*)`, line)
		// A link to a page does not replace a path of the API.
		if link != "" && (strings.HasPrefix(link, "/v2/") || !strings.HasPrefix(path, "/v2/")) {
			method, path = cmp.Or(parseRequest(line).method, http.MethodGet), link
		}
	}
	const named = `["']?\s*[:=]?\s*["']?`
	if name := submatch(`(?i)\bmethod`+named+`((?:GET|HEAD|POST|PUT|PATCH|DELETE)\b)`, text); name != "" && method != http.MethodHead {
		method = strings.ToUpper(name)
	}
	return method, cmp.Or(path, submatch(`(?i)\bpath`+named+`(/[^\s?#"\]]*)`, text))
}
