package client

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/oneline"
)

// printedText is how many bytes of an untrusted text are printed at most.
const printedText = 200

// A ResponseError is an unsuccessful response with everything in it. It wraps a
// [*pkerr.Error], so [errors.Is] and the functions of package pkerr see the
// code, the text and the fields. [Check] and [Decode] return it.
//
// Printing or logging one, or a copy of it, shows no header except for the
// request ID and the scope of a 429, and no body. Of the request it keeps only
// the method and the path.
//
// It can be stored as JSON; see [ResponseError.MarshalJSON]. For any other
// encoding, store Status, Header and Body, and give them to [Decode].
//
// Its methods are safe for concurrent use, unless the fields are assigned to.
// Error, Unwrap, RateLimit and RequestID are safe on nil.
type ResponseError struct {
	// Status is the HTTP status. It can be any number.
	Status int

	// Method and Path are those of the request, without host and query; after
	// redirects, of the last request. Both are empty from [Decode].
	Method string
	Path   string

	// Header is the header of the response. It is never printed or logged.
	// RateLimit and RequestID read what callers need most.
	Header http.Header

	// Body is the body of the response, up to the limit of [Check].
	Body []byte

	// Truncated reports that the body is longer than Body, or that reading it
	// failed.
	Truncated bool

	err *pkerr.Error
}

// setRequest sets Method and Path. req may be nil.
func (e *ResponseError) setRequest(req *http.Request) {
	if req == nil {
		return
	}
	e.Method = cmp.Or(req.Method, http.MethodGet)
	if u := req.URL; u != nil && u.Opaque == "" {
		e.Path = cmp.Or(u.Path, "/") // as it is sent
	}
}

// Unwrap returns the [*pkerr.Error] that the response means. For a
// ResponseError that was not made by this package it is the plain code of its
// status, or nil if there is no such code.
func (e *ResponseError) Unwrap() error {
	switch {
	case e == nil:
		return nil
	case e.err != nil:
		return e.err
	}
	if code := pkerr.MakeCode(0, e.Status); code != 0 {
		return code
	}
	return nil
}

// Remote returns true. It tells package server that this error came from
// another server, and must not be sent on as its own.
func (e *ResponseError) Remote() bool { return true }

// RateLimit returns what the headers say about the rate limit. It returns false
// if there are no such headers, as on requests that the API answers before
// counting them: a 401 on @me, an unknown ID, an unknown route.
func (e *ResponseError) RateLimit() (RateLimit, bool) {
	if e == nil {
		return parseRateLimit(nil)
	}
	return parseRateLimit(e.Header)
}

// RequestID returns the ID that a proxy in front of the API gave the request:
// the Fly-Request-Id header, else Cf-Ray, else X-Request-Id. It returns "" if
// there is none.
func (e *ResponseError) RequestID() string {
	if e == nil {
		return ""
	}
	for _, key := range [...]string{"Fly-Request-Id", "Cf-Ray", "X-Request-Id"} {
		if id := first(e.Header, key); id != "" {
			return id
		}
	}
	return ""
}

// Error returns the request and its outcome in one line for logs, such as "GET
// /v2/members/abcde: 20002/404: Member not found." It is bounded in length, and
// unprintable characters are escaped.
func (e *ResponseError) Error() string {
	if e == nil {
		return "<nil>"
	}
	var b []byte
	if e.Method != "" || e.Path != "" {
		b = oneline.Append(b, e.Method, printedText)
		b = append(b, ' ')
		b = oneline.Append(b, e.Path, printedText)
		b = append(b, ": "...)
	}
	none := fmt.Sprintf("status %d", e.Status)
	switch err := e.Unwrap(); {
	case err == nil:
		b = append(b, none...)
	case pkerr.CodeOf(err) == 0:
		// No code has this status, so the text does not name it.
		text := strings.TrimPrefix(err.Error(), pkerr.Code(0).String()+": ")
		b = append(b, none+strings.TrimSuffix(": "+text, ": "+none)...)
	default:
		b = append(b, err.Error()...)
	}
	if id := e.RequestID(); id != "" {
		b = append(b, " (request "...)
		b = oneline.Append(b, id, printedText)
		b = append(b, ')')
	}
	return string(b)
}

// Format prints [ResponseError.Error] with %v and %s, in quotes with %q, and in
// hexadecimal with %x and %X. For %#v it prints the fields, but only the
// request ID of the header and the length of the body. Any other verb is
// reported as a mistake, as package fmt does. The output is one line.
//
// For a few mistaken verbs package fmt prints all fields without calling
// Format: %w outside of Errorf, %p of a copy, and a verb such as %t for an
// error that wraps e. It does the same for %s of a struct with e in an
// unexported field.
func (e ResponseError) Format(f fmt.State, verb rune) { oneline.Format(f, verb, &e, e.goString) }

func (e *ResponseError) goString() string {
	text := func(s string) string { return oneline.Text(s, printedText) }
	return fmt.Sprintf("&client.ResponseError{Status: %d, Method: %q, Path: %q, "+
		"RequestID: %q, Body: %d bytes, err: %#v}",
		e.Status, text(e.Method), text(e.Path), text(e.RequestID()), len(e.Body), e.Unwrap())
}

// LogValue returns what [pkerr.LogValue] returns for e.
func (e ResponseError) LogValue() slog.Value { return pkerr.LogValue(&e) }

// LogAttrs returns what [pkerr.LogValue] logs about the response: status and,
// if known, method, path and request_id.
func (e *ResponseError) LogAttrs() []slog.Attr {
	if e == nil {
		return nil
	}
	attrs := []slog.Attr{slog.Int("status", e.Status)}
	text := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, oneline.Text(value, printedText)))
		}
	}
	text("method", e.Method)
	text("path", e.Path)
	text("request_id", e.RequestID())
	return attrs
}
