package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

// These are the kinds of bodies.
const (
	kindEmpty   = "empty"
	kindMissing = "missing" // it was not in the input
	kindJSON    = "json"
	kindBroken  = "broken json"
	kindHTML    = "html"
	kindText    = "text"
	kindBinary  = "binary"
)

// kindOf returns the kind of a body.
func kindOf(body []byte) string {
	text := trimBody(body)
	if len(text) == 0 {
		return kindEmpty
	}
	err := json.NewDecoder(bytes.NewReader(text)).Decode(new(json.RawMessage))
	switch opening := strings.IndexByte(`{"[`, text[0]); {
	case json.Valid(text), err == nil && (opening == 0 || opening == 1):
		return kindJSON // package client reads an object or a string, whatever follows it
	case opening >= 0:
		return kindBroken
	case !utf8.Valid(text) || bytes.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }):
		return kindBinary
	case text[0] == '<' || bytes.Contains(bytes.ToLower(text), []byte("<html")):
		return kindHTML
	}
	return kindText
}

// trimBody trims a body as package client does.
func trimBody(body []byte) []byte {
	const space = " \t\r\n"
	return bytes.Trim(bytes.TrimPrefix(bytes.TrimLeft(body, space), []byte("\uFEFF")), space)
}

// A content is what a body says on its own, without a status.
type content struct {
	kind    string
	isError bool  // it is JSON that only an error has
	isModel bool  // it is JSON that only a success has
	isNamed bool  // it has a text, such as a message
	isCoded bool  // it has a number, perhaps 0, as all errors of the API have
	number  int64 // 0: none
	problem int   // the status in problem details or similar; 0: none
	err     error // what package client makes of it; nil if it is not JSON
}

// contentOf reads a body by the rules of package client.
func contentOf(body []byte) content {
	c := content{kind: kindOf(body)}
	if c.kind != kindJSON {
		return c
	}
	text := trimBody(body)
	c.err = client.Decode(http.StatusOK, nil, body) // with the status 0, Decode reads no number
	c.number = pkerr.CodeOf(c.err).Number()
	isStatus := c.number >= 100 && c.number <= 599 // the API's numbers are longer
	_, waits := pkerr.RetryAfter(c.err)
	var keys map[string]json.RawMessage
	_ = json.NewDecoder(bytes.NewReader(text)).Decode(&keys) // fails if it is not an object
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return keys[name] != nil })
	}
	isString := func(key string) bool { return has(key) && keys[key][0] == '"' }
	isProblem := isString("title") || isString("detail")
	c.isCoded = regexp.MustCompile(`^"?\d+"?$`).Match(keys["code"]) && !isStatus
	// If the key is repeated, either message may be the string.
	hasMessage := isString("message") || has("message") && messageOf(c.err) != http.StatusText(http.StatusOK)
	c.isNamed = text[0] == '"' || hasMessage || isString("error") || isString("title")
	c.isError = text[0] == '"' || // as version 1 of the API sent
		c.isCoded || c.number != 0 && !isStatus || waits || len(pkerr.FieldErrors(c.err)) > 0 || hasMessage && !isStatus ||
		has("error") // even null, which private endpoints send
	status, _ := strconv.Atoi(cmp.Or(string(keys["status"]), string(keys["statusCode"])))
	if isStatus && hasMessage {
		status, isProblem = int(c.number), true
	}
	if isFailure(status) && isProblem {
		c.problem, c.isError = status, true
	}
	part := regexp.MustCompile(`^(?:id|(?:display_)?name|description|pronouns|tag|color|created|privacy|\w+_url)$`)
	isPart := has("name") // of a system, a member or a group
	for key := range keys {
		isPart = isPart && part.MatchString(key)
	}
	c.isModel = has("id") && (has("uuid") || isPart || has("timestamp") && has("members", "original")) && !c.isError &&
		!has("status", "statusCode", "title", "detail", "errors", "success", "code", "message")
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil && len(list) > 0 {
		c.isModel = !slices.ContainsFunc(list, func(item json.RawMessage) bool {
			return item[0] != '{' || !contentOf(item).isModel
		})
	}
	return c
}

// isClearError reports whether it is an error with a number or a text, and not
// only "error": null.
func (c *content) isClearError() bool { return c.isError && (c.isCoded || c.isNamed) }

// status returns the status that the body implies, or 0, and what implies it.
func (c *content) status() (status int, source string) {
	spelled, _ := strconv.Atoi(submatch(`^([45]\d\d): `, messageOf(c.err)))
	code, known := constantOf(c.number)
	_, waits := pkerr.RetryAfter(c.err)
	switch {
	case known:
		return code.Status(), "number"
	case c.problem != 0:
		return c.problem, "problem details"
	case c.number != 0: // an unknown number can have any status
	case spelled != 0:
		return spelled, "message"
	case waits: // only a 429 has a retry_after
		return http.StatusTooManyRequests, "retry_after"
	}
	return 0, "unknown"
}

// messageOf returns the message of an error as it was sent.
func messageOf(err error) string {
	if e, ok := errors.AsType[*pkerr.Error](err); ok {
		return e.Message
	}
	return ""
}

// fits returns a function that reports whether the body is like one that the
// reference describes for a response without a code.
func (c *content) fits(header http.Header) func(described string) bool {
	plain := strings.HasPrefix(strings.ToLower(header.Get("Content-Type")), "text/plain")
	return func(described string) bool {
		return (c.kind == kindEmpty || c.kind == kindMissing) && strings.Contains(described, "empty") ||
			c.kind == kindHTML && strings.Contains(described, "HTML") ||
			c.problem != 0 && strings.HasPrefix(described, "problem details") ||
			c.kind == kindJSON && plain && strings.Contains(described, "text/plain")
	}
}

// sentByFront reports whether a proxy or a firewall sent a response with this
// body. When the API itself refuses, it sends JSON with a code.
func (c *content) sentByFront(status int) bool {
	switch {
	case status == http.StatusProxyAuthRequired, status == http.StatusNetworkAuthenticationRequired:
		return true
	case isRefusal(status), status == http.StatusTooManyRequests:
		return !c.isCoded && c.kind != kindBroken && c.kind != kindBinary
	}
	return c.kind == kindHTML && isFailure(status) && status < http.StatusInternalServerError
}

// isRefusal reports whether the API, or something in front of it, refuses with
// a status. Only the body tells which of them does.
func isRefusal(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}
