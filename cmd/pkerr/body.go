package main

import (
	"bytes"
	"encoding/json"
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
	kindBroken = "broken json"
	kindHTML   = "html"
	kindText   = "text"
	kindBinary = "binary"
)

// kindOf tells what a body is.
func kindOf(body []byte) string {
	text := trimBody(body)
	switch {
	case len(text) == 0:
		return kindEmpty
	case json.Valid(text) || isDocument(text):
		return kindJSON
	case text[0] == '{' || text[0] == '[' || text[0] == '"':
		return kindBroken
	case !utf8.Valid(text) || bytes.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }):
		return kindBinary
	case text[0] == '<' || bytes.Contains(bytes.ToLower(text), []byte("<html")):
		return kindHTML
	}
	return kindText
}

// isDocument tells whether a text begins with what package client reads: an object or a string, whatever follows it.
func isDocument(text []byte) bool {
	var document json.RawMessage
	return (text[0] == '{' || text[0] == '"') && json.NewDecoder(bytes.NewReader(text)).Decode(&document) == nil
}

// trimBody returns a body without the byte order mark and the white space before it.
func trimBody(body []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\uFEFF")))
}

// members returns the members of the object that a body begins with, nil where it begins with something else.
func members(body []byte) map[string]json.RawMessage {
	var all map[string]json.RawMessage
	if json.NewDecoder(bytes.NewReader(trimBody(body))).Decode(&all) != nil {
		return nil
	}
	return all
}

func isString(value json.RawMessage) bool { return len(value) > 0 && value[0] == '"' }

// isProblem tells whether an object is problem details, which ASP.NET sends: neither a message nor a code.
func isProblem(all map[string]json.RawMessage) bool {
	_, err := strconv.Atoi(string(all["status"]))
	return err == nil && isString(all["title"])
}

// isError tells whether a body of JSON is that of an error. A system, a member, a list and so on are not.
func isError(body []byte) bool {
	if text := trimBody(body); len(text) > 0 && text[0] == '"' {
		return true // as version 1 did
	}
	all := members(body)
	_, private := all["error"] // even as null, from the endpoints that are not for everybody
	return private || isString(all["message"]) || isProblem(all) || codeOf(body) != 0
}

// codeOf returns the number that a body says, 0 for none, by the rules of package client.
func codeOf(body []byte) int64 {
	return pkerr.CodeOf(client.Decode(http.StatusOK, nil, body)).Number()
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

// statusOf returns the status that a body alone tells, 0 where it tells none, and what tells it.
func statusOf(body []byte) (status int, source string) {
	number := codeOf(body)
	if c, ok := constantOf(number); ok {
		return c.Status(), byNumber
	}
	all := members(body)
	if n, err := strconv.Atoi(string(all["status"])); err == nil && isProblem(all) && n >= 400 && n <= 599 {
		return n, byProblem
	}
	err := client.Decode(0, nil, body)
	if number == 0 {
		spelled := regexp.MustCompile(`^([45]\d\d): `).FindStringSubmatch(messageOf(err))
		if spelled != nil {
			status, _ = strconv.Atoi(spelled[1])
			return status, byMessage
		}
	}
	if _, ok := pkerr.RetryAfter(err); ok && number == 0 {
		return http.StatusTooManyRequests, byRetryAfter // which nothing else has
	}
	return 0, byNothing
}

// bodyFits tells whether a body is of the kind that the reference describes for a response without a code.
func bodyFits(header http.Header, body []byte, kind string) func(described string) bool {
	mediaType := strings.ToLower(header.Get("Content-Type"))
	return func(described string) bool {
		switch {
		case kind == kindEmpty:
			return strings.Contains(described, "empty")
		case kind == kindHTML:
			return strings.Contains(described, "HTML")
		case isProblem(members(body)):
			return strings.HasPrefix(described, "problem details")
		case kind == kindJSON && strings.HasPrefix(mediaType, "text/plain"):
			return strings.Contains(described, "labelled text/plain")
		}
		return false
	}
}
