package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

// The kinds of bodies.
const (
	kindEmpty  = "empty"
	kindJSON   = "json"
	kindCut    = "cut json" // it goes on after what was read
	kindBroken = "broken json"
	kindHTML   = "html"
	kindText   = "text"
	kindBinary = "binary"
)

// kindOf tells what a body is. truncated tells that it went on after that.
func kindOf(body []byte, truncated bool) string {
	text := trimBody(body)
	if len(text) == 0 {
		return kindEmpty
	}
	var first json.RawMessage
	err := json.NewDecoder(bytes.NewReader(text)).Decode(&first)
	switch opening := strings.IndexByte(`{"[`, text[0]); {
	case json.Valid(text), err == nil && (opening == 0 || opening == 1):
		return kindJSON // package client reads an object or a string, whatever follows it
	case opening >= 0 && truncated && errors.Is(err, io.ErrUnexpectedEOF):
		return kindCut
	case opening >= 0:
		return kindBroken
	case !utf8.Valid(text) || bytes.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }):
		return kindBinary
	case text[0] == '<' || bytes.Contains(bytes.ToLower(text), []byte("<html")):
		return kindHTML
	}
	return kindText
}

// trimBody returns a body without the byte order mark and the white space around it, as package client reads it.
func trimBody(body []byte) []byte {
	const space = " \t\r\n"
	return bytes.Trim(bytes.TrimPrefix(bytes.TrimLeft(body, space), []byte("\uFEFF")), space)
}

// content is what a body says by itself.
type content struct {
	kind    string
	isError bool  // of JSON: a system, a member, a list and so on are none
	number  int64 // 0 for none
	problem int   // the status that problem details say, 0 where it is none; ASP.NET sends them, without message and code
	err     error // what package client makes of it; nil where it is no JSON
}

// isJSON tells whether the body is JSON, as far as it was read.
func (c *content) isJSON() bool { return c.kind == kindJSON || c.kind == kindCut }

// contentOf reads a body, by the rules of package client. truncated tells that it went on after that.
func contentOf(body []byte, truncated bool) content {
	c := content{kind: kindOf(body, truncated)}
	if !c.isJSON() {
		return c
	}
	c.err = client.Decode(http.StatusOK, nil, body) // with the status 0 there is no number
	c.number = pkerr.CodeOf(c.err).Number()
	_, waits := pkerr.RetryAfter(c.err)
	text := trimBody(body)
	c.isError = text[0] == '"' || // as version 1 did
		c.number != 0 || waits || len(pkerr.FieldErrors(c.err)) > 0
	titled, status := false, 0
	walk(text, func(key string, value json.RawMessage) {
		c.isError = c.isError || tellsError(key, value, c.kind == kindCut)
		switch n, err := strconv.Atoi(string(value)); {
		case key == "title" && isString(value):
			titled = true
		case key == "status" && err == nil:
			status = n
		}
	})
	if titled && status >= 400 && status <= 599 {
		c.problem, c.isError = status, true
	}
	return c
}

// tellsError tells whether a member is one that only errors have. Of an object that is cut the key has to do.
func tellsError(key string, value json.RawMessage, cut bool) bool {
	switch key {
	case "error": // even as null, from the endpoints that are not for everybody
		return true
	case "message":
		return cut || isString(value)
	case "code": // any other number package client tells
		return cut || string(value) == "0" || string(value) == `"0"`
	}
	return false
}

func isString(value json.RawMessage) bool { return len(value) > 0 && value[0] == '"' }

// walk calls visit with each member of the object that a text begins with, as far as it goes: all of two equal keys, and
// the last without a value where that is cut.
func walk(text []byte, visit func(key string, value json.RawMessage)) {
	d := json.NewDecoder(bytes.NewReader(text))
	if opening, err := d.Token(); err != nil || opening != json.Delim('{') {
		return
	}
	for d.More() {
		token, err := d.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return
		}
		var value json.RawMessage
		err = d.Decode(&value)
		visit(key, value)
		if err != nil {
			return
		}
	}
}

// How the status became known.
const (
	byStatusLine = "status line"
	byFlag       = "flag"
	byNumber     = "number"
	byProblem    = "problem details"
	byMessage    = "message"
	byRetryAfter = "retry_after"
	byNothing    = "unknown"
)

// status returns the status that a body alone tells, 0 where it tells none, and what tells it.
func (c *content) status() (status int, source string) {
	if code, ok := constantOf(c.number); ok {
		return code.Status(), byNumber
	}
	if c.problem != 0 {
		return c.problem, byProblem
	}
	if c.number != 0 {
		return 0, byNothing // an unknown number can come with any
	}
	spelled := regexp.MustCompile(`^([45]\d\d): `).FindStringSubmatch(messageOf(c.err))
	if spelled != nil {
		status, _ = strconv.Atoi(spelled[1])
		return status, byMessage
	}
	if _, ok := pkerr.RetryAfter(c.err); ok {
		return http.StatusTooManyRequests, byRetryAfter // which nothing else has
	}
	return 0, byNothing
}

// fits tells whether a body is of the kind that the reference describes for a response without a code.
func (c *content) fits(header http.Header) func(described string) bool {
	mediaType := strings.ToLower(header.Get("Content-Type"))
	return func(described string) bool {
		switch {
		case c.kind == kindEmpty:
			return strings.Contains(described, "empty")
		case c.kind == kindHTML:
			return strings.Contains(described, "HTML")
		case c.problem != 0:
			return strings.HasPrefix(described, "problem details")
		case c.kind == kindJSON && strings.HasPrefix(mediaType, "text/plain"):
			return strings.Contains(described, "labelled text/plain")
		}
		return false
	}
}
